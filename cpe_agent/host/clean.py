"""Foreign text made safe to show: no control, no direction-changing and no invisible characters, and an end."""

from __future__ import annotations


def clean(text: str | bytes | None, limit: int = 64) -> str | None:
    """``text`` on one line, at most ``limit`` characters, without the Unicode categories Cc, Cf, Cs, Co and Cn
    (control, format: bidi overrides and zero-width marks, surrogates, private use, unassigned). None when nothing
    printable is left. Bytes are read as UTF-8, wrong ones dropped.
    """
    if text is None:
        return None
    # A hostile name may be megabytes of blanks: cut before looking at every character, and again afterwards.
    text = text[: 8 * limit]
    if isinstance(text, bytes):
        text = text.decode("utf-8", "ignore")
    if text.isascii():
        kept = "".join(c if c.isprintable() else " " for c in text)
    else:
        from unicodedata import category

        kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or category(c)[0] != "C")
    return " ".join(kept.split())[:limit].strip() or None
