"""What a login looks like, without the login: names of classes, computed on this computer, and nothing else leaves.

A class is a question to the customer and never proof: a password may hold anything, and what the login server thinks
of it only the login server knows.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from cpe_agent.login.layouts import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_OCTETS = 255  # RFC 1334, 2.2.1: one octet holds the length of the name, one that of the password

POINTS_TO: dict[str, str] = {
    "empty-user": "credentials-missing",
    "empty-secret": "credentials-missing",
    "missing-realm": "credentials-username-malformed",
    "unknown-realm": "credentials-wrong-realm",
    "mail-address": "credentials-username-malformed",
    "edge-blank": "credentials-username-malformed",
    "invisible-character": "credentials-username-malformed",
    "non-ascii": "credentials-username-malformed",
    "other-script-digits": "credentials-username-malformed",
    "too-long": "credentials-username-malformed",
    "typed-on-hebrew-layout": "credentials-keyboard-layout",
    "typed-on-arabic-layout": "credentials-keyboard-layout",
    "typed-on-russian-layout": "credentials-keyboard-layout",
    "typed-on-english-layout": "credentials-keyboard-layout",
    "caps-lock": "credentials-keyboard-layout",
    "secret-typed-on-hebrew-layout": "credentials-keyboard-layout",
    "secret-typed-on-arabic-layout": "credentials-keyboard-layout",
    "secret-typed-on-russian-layout": "credentials-keyboard-layout",
    "secret-caps-lock": "credentials-keyboard-layout",
}
"""Class -> the fault that it would fit. The other classes, all of them the secret's, fit none: they may be right."""

CLASSES: tuple[str, ...] = (
    *POINTS_TO,
    "secret-edge-blank",
    "secret-invisible-character",
    "secret-non-ascii",
    "secret-other-script-digits",
    "secret-too-long",
    "secret-wifi-key-like",
)
"""Every class there is, in the order in which ``classes`` gives them."""

_MAIL = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
    "icloud.com", "me.com", "aol.com", "gmx.net", "gmx.de", "web.de", "proton.me", "protonmail.com", "walla.co.il",
    "walla.com", "mail.ru", "bk.ru", "list.ru", "inbox.ru", "yandex.ru", "ya.ru", "rambler.ru",
)  # fmt: skip
"""Public mail services: nobody's PPP realm."""

_BLANK_LOOKING = frozenset("\u2800\u3164\uffa0\u115f\u1160\u034f\u17b4\u17b5")  # letters and marks that show nothing
_HEX = frozenset("0123456789abcdefABCDEF")
_FEWEST_CAPS = 4  # a shorter run of capitals is a name as often as a key that is stuck


def classes(user: str, secret: str, realms: Sequence[str]) -> tuple[str, ...]:
    """The classes that this user name and secret fall into, in the order of ``CLASSES``. ``realms`` are the provider's
    ("@isp.example"); without any, nothing is said about the realm. Takes any text, in time linear in its length."""
    known = tuple(dict.fromkeys(r.strip().lstrip("@").casefold() for r in realms if r.strip().lstrip("@")))
    found = {*_of_user(user, known), *(f"secret-{name}" for name in _of_secret(secret))}
    if not secret:
        found.add("empty-secret")
    return tuple(name for name in CLASSES if name in found)


def _of_user(user: str, known: tuple[str, ...]) -> Iterator[str]:
    shown = user.translate({ord(c): None for c in set(user) if _invisible(c)}).strip()
    if not shown:
        yield "empty-user"
        return
    layouts = [name for name in LAYOUTS if _meant_english(shown, name, known)]
    yield from (f"typed-on-{name}-layout" for name in layouts)
    yield from _characters(user, explained=bool(layouts))
    _, at, realm = shown.rpartition("@")
    realm = realm.casefold()
    if any(_ends_so(shown, typed) for typed in _on_english_keys(known)):
        yield "typed-on-english-layout"
    elif known and not layouts:
        if not at:
            yield "missing-realm"
        elif realm not in known:
            yield "unknown-realm"
    if at and realm in _MAIL and realm not in known:
        yield "mail-address"
    if _capitals(shown):
        yield "caps-lock"


def _of_secret(secret: str) -> Iterator[str]:
    # What is no ASCII in it was all written by one layout.
    layout = next((n for n in LAYOUTS if LAYOUTS[n].in_english(secret, marks=False).isascii()), None)
    if layout is not None and not secret.isascii():
        yield f"typed-on-{layout}-layout"
    yield from _characters(secret, explained=layout is not None)
    if _capitals(secret):
        yield "caps-lock"
    if _wifi_key(secret):
        yield "wifi-key-like"


def _characters(text: str, *, explained: bool) -> Iterator[str]:
    """``explained``: another layout accounts for what is no ASCII."""
    strange = {c for c in set(text) if not " " <= c <= "~"}
    unseen = {c for c in strange if _invisible(c)}
    if text != text.strip():
        yield "edge-blank"
    if len(text.encode("utf-8", "surrogatepass")) > MOST_OCTETS:
        yield "too-long"
    if unseen:
        yield "invisible-character"
    if any(c.isdecimal() for c in strange):
        yield "other-script-digits"
    elif strange - unseen and not explained:
        yield "non-ascii"


def _invisible(char: str) -> bool:
    """Control and format characters (zero width, direction marks, byte order mark), blanks other than the space bar's,
    variation selectors and letters that show nothing."""
    if char == " ":
        return False
    if char in _BLANK_LOOKING or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return True
    return unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _meant_english(user: str, name: str, known: tuple[str, ...]) -> bool:
    """Do the same keys give a known realm in English, or else something of the form name@realm?"""
    layout = LAYOUTS[name]
    if user.isascii() or not any(ord(c) in layout.letters for c in set(user)):
        return False
    if any(_ends_so(user, realm) for realm in known if not realm.isascii()):
        return False  # the provider's realm is written in that script
    if any(user.endswith(layout.typed(f"@{realm}")) for realm in known):
        return True
    for marks in (False, True):
        local, at, realm = layout.in_english(user, marks=marks).rpartition("@")
        if at and _plain(local) and _plain(realm):
            return True
    return False


def _on_english_keys(known: tuple[str, ...]) -> set[str]:
    """What a realm in another script becomes when it is typed with the English layout on."""
    foreign = [realm for realm in known if not realm.isascii()]
    typed = {
        layout.in_english(r, marks=marks) for layout in LAYOUTS.values() for r in foreign for marks in (False, True)
    }
    return {realm for realm in typed if realm.isascii()}


def _plain(part: str) -> bool:
    """Only what names and realms are made of (RFC 7542, 2.2, without internationalised ones)."""
    return part.isascii() and part.translate(dict.fromkeys(map(ord, "._-+/"))).isalnum()


def _ends_so(user: str, realm: str) -> bool:
    return user.casefold().endswith("@" + realm)


def _capitals(text: str) -> bool:
    """All capitals, or one small letter and then capitals: what Caps Lock makes of a text."""
    letters = "".join(c for c in text if "a" <= c <= "z" or "A" <= c <= "Z")
    return len(letters) >= _FEWEST_CAPS and letters[1:].isupper()


def _wifi_key(secret: str) -> bool:
    """A WPA key as devices print it: 63 or 64 hexadecimal digits, 16 or 20 digits, or groups of four or five
    letters and digits with hyphens between them. Blanks between groups are left out."""
    if len(secret) > 2 * 64:
        return False
    text = secret.strip().replace(" ", "")
    if len(text) in (63, 64) and set(text) <= _HEX:
        return True
    groups = text.split("-")
    if len(groups) >= 3 and all(len(g) == len(groups[0]) and g.isascii() and g.isalnum() for g in groups):
        return len(groups[0]) in (4, 5)
    return len(text) in (16, 20) and text.isascii() and text.isdecimal()
