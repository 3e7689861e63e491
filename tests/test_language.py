"""Which language the user of a computer reads, from the environment and from what two other systems say."""

from __future__ import annotations

import pytest

from cpe_agent.host.user_language import of_macos, of_windows
from cpe_agent.language import of_environment, of_tag, spoken, system_language


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"LANG": "he_IL.UTF-8"}, "he"),
        ({"LANG": "iw_IL"}, "he"),
        ({"LANG": "ru_RU.KOI8-R"}, "ru"),
        ({"LANG": "ar"}, "ar"),
        ({"LANG": "AR_EG@latin"}, "ar"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "he_IL.UTF-8"}, "he"),
        ({"LANG": "he_IL.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "he_IL", "LC_MESSAGES": "ru_RU", "LC_ALL": "ar_EG"}, "ar"),
        ({"LANG": "he_IL.UTF-8", "LC_ALL": ""}, "he"),
        ({"LANG": "he_IL.UTF-8", "LC_ALL": "C"}, None),
        ({"LANG": "he_IL.UTF-8", "LC_TIME": "ru_RU.UTF-8"}, "he"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "hey"}, None),
        ({"LANG": "\udcff\x00../.."}, None),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], found: str | None) -> None:
    assert of_environment(environment) == found


def test_what_is_unknown_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert system_language() == "en"
    assert spoken(None) == "en"
    monkeypatch.setenv("LC_ALL", "he_IL.UTF-8")
    assert spoken(None) == "he"
    assert spoken("ru") == "ru"


@pytest.mark.parametrize(("identifier", "found"), [(0x040D, "he"), (0x0401, "ar"), (0x0C01, "ar"), (0x0419, "ru"),
                                                   (0x0409, "en"), (0x0407, None), (0, None)])  # fmt: skip
def test_windows(identifier: int, found: str | None) -> None:
    assert of_windows(identifier) == found


def test_macos() -> None:
    assert of_tag(of_macos('(\n    "he-IL",\n    "en-IL"\n)\n') or "") == "he"
    assert of_tag(of_macos("(\n    en\n)") or "") == "en"
    assert of_tag(of_macos('(\n    "zh-Hans-CN"\n)') or "") is None
    assert of_macos("()") is None
