"""A spoken code in words, for a screen reader and for who reads it to somebody."""

from __future__ import annotations

from cpe_agent.words import listed, phrase


def said(code: str, language: str = "en") -> str:
    """``"six eight four, one six eight, ..."``: the digits as words, a pause after each group."""
    groups = (
        " ".join(phrase("saying", f"digit.{digit}", language) for digit in group if digit.isdecimal())
        for group in code.split()
    )
    return listed(groups, language)
