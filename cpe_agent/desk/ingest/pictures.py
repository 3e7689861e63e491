"""What ``POST /q`` holds: the texts of pictures that a telephone scanned."""

from __future__ import annotations

from typing import Annotated

import msgspec

from cpe_agent.deliver.qr_read import MOST_CHARACTERS, MOST_TEXTS, BadPictures, Missing, collect
from cpe_agent.desk.ingest.refusal import Refused

MOST_PICTURES = MOST_TEXTS * (MOST_CHARACTERS + 4) + 64  # quotes, commas and blanks between them


class _Posted(msgspec.Struct):
    fragments: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=MOST_CHARACTERS)]], msgspec.Meta(max_length=MOST_TEXTS)
    ]


_posted = msgspec.json.Decoder(_Posted)


def pictures(body: bytes) -> bytes | Missing:
    """The report's bytes, or what is still missing. Raises ``Refused`` (413, 422)."""
    try:
        return collect(_posted.decode(body).fragments)
    except BadPictures as bad:
        if bad.reason in ("too-large", "too-many"):
            raise Refused(413, f"{bad.reason}: {bad}") from None
        raise Refused(422, f"{bad.reason}: {bad}", path="fragments") from None
    except msgspec.ValidationError as error:
        raise Refused(422, f"not-ours: {error}", path="fragments") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(422, "not-ours: no JSON", path="") from None
