"""The dialogue as one HTML file for any phone or computer: no script, nothing fetched, links from question to question.

A browser that knows media queries (CSS3) shows one question at a time by ``:target``. An older one ignores that part
and jumps from section to section of a long page, which is why every section ends in much empty room.
"""

from __future__ import annotations

from html import escape
from typing import Any

from cpe_agent import __version__
from cpe_agent.words import fault_text, phrase, right_to_left

_STYLE = """
body { font-family: sans-serif; font-size: 1.25em; line-height: 1.5; margin: 1em; color: #000; background: #fff; }
h1 { font-size: 1.2em; }
h2 { font-size: 1.3em; }
ul { list-style: none; margin: 0; padding: 0; }
a.c { display: block; border: 2px solid #036; padding: 0.8em; margin: 0.6em 0; color: #036; background: #eef4fb; }
a.c:hover, a.c:focus { background: #036; color: #fff; }
.d { font-size: 1.6em; white-space: nowrap; direction: ltr; unicode-bidi: embed; }
.n { padding-bottom: 60em; max-width: 40em; }
@media all and (min-width: 0) {
  .n { display: none; padding-bottom: 0; }
  .n:target { display: block; }
  #begin, #begin.n { display: block; }
  .n:target ~ #begin { display: none; }
  .old { display: none; }
}
"""


def page(dialogue: dict[str, Any], language: str) -> str:
    """The whole file, as text; ``language`` is one of the dialogue's."""

    def word(key: str) -> str:
        return escape(phrase("questionnaire", f"page.{key}", language))

    cover = f"""<h1>{word("title")}</h1>
<p>{word("intro")}</p>
<p>{word("back")}</p>
<p><a class="c" href="#{dialogue["start"]}">{word("begin")}</a></p>"""
    nodes = "\n".join(
        _question(n, language, word) if "ask" in n else _verdict(n, language, word) for n in dialogue["nodes"]
    )
    side = "rtl" if right_to_left(language) else "ltr"
    return f"""<!DOCTYPE html>
<html lang="{language}" dir="{side}">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="cpe-agent {escape(__version__)}">
<title>{word("title")}</title>
<style type="text/css">{_STYLE}</style>
</head>
<body>
<div class="old n">
{cover}
</div>
{nodes}
<div class="n" id="begin">
{cover}
</div>
</body>
</html>
"""


def _question(node: dict[str, Any], language: str, word: Any) -> str:
    choices = "\n".join(
        f'<li><a class="c" href="#{c["next"]}">{escape(c["say"][language])}</a></li>' for c in node["choices"]
    )
    return f"""<div class="n" id="{node["id"]}">
<h2>{escape(node["say"][language])}</h2>
<ul>
{choices}
</ul>
<p><a href="#begin">{word("restart")}</a></p>
</div>"""


def _verdict(node: dict[str, Any], language: str, word: Any) -> str:
    others = ", ".join(escape(fault_text(code, language).title) for code in node["suspects"][1:])
    more = f"<p>{word('others').format(titles=others)}</p>\n" if others else ""
    return f"""<div class="n" id="{node["id"]}">
<h2>{word("result")}</h2>
<p>{escape(node["say"][language])}</p>
{more}<h2>{word("code")}</h2>
<p><strong class="d" dir="ltr">{escape(node["spoken_code"])}</strong></p>
<p><a href="#begin">{word("restart")}</a></p>
</div>"""
