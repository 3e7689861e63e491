"""The page's drawings: simple strokes in the colour of the text around them, so that they work on light and dark, in
high contrast and on paper. None says anything that does not also stand there in words."""

from __future__ import annotations

from functools import cache

from cpe_agent.page.markup import Markup, tag

Shape = tuple[str, dict[str, object]]


def _path(d: str, **more: object) -> Shape:
    return "path", {"d": d, **more}


def _dot(x: float, y: float, r: float, **more: object) -> Shape:
    return "circle", {"cx": x, "cy": y, "r": r, **more}


_FULL: dict[str, object] = {"class": "full"}  # filled, not stroked
_STRONG: dict[str, object] = {"class": "strong"}  # what is acted on

STATIONS: dict[str, tuple[Shape, ...]] = {
    # 48 x 48
    "device": (_path("M11 11h26v20H11z"), _path("M5 37h38l-4-6H9z")),
    "home": (_path("M6 24 24 8l18 16"), _path("M11 20v20h26V20"), _path("M19 40V29h10v11")),
    "cpe": (
        _path("M7 27h34v12H7z"),
        _path("M13 27 10 11M35 27l3-16"),
        _dot(14, 33, 1.5, **_FULL),
        _dot(20, 33, 1.5, **_FULL),
        _path("M28 33h7"),
    ),
    "access": (_path("M24 7v35M17 42h14"), _path("M13 14h22M16 21h16"), _path("M13 14q-3 6-9 7M35 14q3 6 9 7")),
    "account": (_dot(15, 24, 8), _path("M23 24h20M36 24v7M42 24v5"), _dot(15, 24, 2, **_FULL)),
    "isp-core": (
        _path("M10 9h28v30H10zM10 19h28M10 29h28"),
        _dot(16, 14, 1.5, **_FULL),
        _dot(16, 24, 1.5, **_FULL),
        _dot(16, 34, 1.5, **_FULL),
        _path("M26 14h7M26 24h7M26 34h7"),
    ),
    "remote": (
        _dot(24, 24, 17),
        _path("M7 24h34M24 7c-11 10-11 24 0 34M24 7c11 10 11 24 0 34"),
        _path("M10 15h28M10 33h28"),
    ),
}

MARKS: dict[str, tuple[Shape, ...]] = {
    # 24 x 24: a state is told by its shape, not by its colour
    "ok": (_dot(12, 12, 10), _path("m7 12.5 3.5 3.5 6.5-8")),
    "degraded": (_path("M12 2.5 22.5 21h-21z"), _path("M12 9v5.5"), _dot(12, 17.6, 0.8, **_FULL)),
    "broken": (_path("M8 1.5h8L22.5 8v8L16 22.5H8L1.5 16V8z"), _path("m8 8 8 8m0-8-8 8")),
    "unknown": (
        _dot(12, 12, 10, **{"stroke-dasharray": "3 3"}),
        _path("M9 9.5q0-3 3-3t3 2.7q0 1.6-3 3.3v1.2"),
        _dot(12, 17, 0.8, **_FULL),
    ),
    "trying": (
        _dot(12, 12, 10, **{"stroke-dasharray": "4 4"}),
        _dot(7.5, 12, 1.4, **_FULL),
        _dot(12, 12, 1.4, **_FULL),
        _dot(16.5, 12, 1.4, **_FULL),
    ),
}

_ROUTER = (_path("M23 46h50v16H23z"), _path("M31 46l-4-20M65 46l4-20"), _dot(32, 54, 2, **_FULL))

STEPS: dict[str, tuple[Shape, ...]] = {
    # 96 x 72
    "cable": (
        _path("M58 18h30v36H58z"),
        _path("M66 46V32h4v-5h6v5h4v14z"),
        _path("M6 39h14", **_STRONG),
        _path("M20 30h18v18H20zM24 30v-4h8v4", **_STRONG),
        _path("M43 39h10m-5-5 5 5-5 5", **_STRONG),
    ),
    "power": (
        _path("M60 16h28v40H60z"),
        _dot(69, 36, 2.5, **_FULL),
        _dot(80, 36, 2.5, **_FULL),
        _path("M4 36h10", **_STRONG),
        _path("M14 26h18v20H14zM32 31h8M32 41h8", **_STRONG),
        _path("M45 36h10m-5-5 5 5-5 5", **_STRONG),
    ),
    "restart": (
        *_ROUTER,
        _path("M49 8a14 14 0 1 0 13 9", **_STRONG),
        _path("M49 2v12l7-6z", **{"class": "strong full"}),
    ),
    "lamp": (
        *_ROUTER,
        _dot(47, 54, 3, **{"class": "strong full"}),
        _path("M47 40v-8M39 42l-5-7M55 42l5-7", **_STRONG),
    ),
    "phone": (
        _path("M34 8h26q4 0 4 4v48q0 4-4 4H34q-4 0-4-4V12q0-4 4-4z"),
        _path("M43 14h8"),
        _path("M38 26h3m5 0h3m5 0h3M38 36h3m5 0h3m5 0h3M38 46h3m5 0h3m5 0h3", **_STRONG),
        _path("M72 24q8 12 0 24M80 18q12 18 0 36M22 24q-8 12 0 24M14 18q-12 18 0 36", **_STRONG),
    ),
    "computer": (
        _path("M22 10h52v36H22zM12 60h72l-10-14H22z"),
        _path("M44 21a9 9 0 1 0 9 2", **_STRONG),
        _path("M44 16v10l6-5z", **{"class": "strong full"}),
    ),
    "wifi": (
        _path("M18 28q30-26 60 0", **_STRONG),
        _path("M27 38q21-18 42 0", **_STRONG),
        _path("M37 48q11-9 22 0", **_STRONG),
        _dot(48, 58, 3.5, **{"class": "strong full"}),
    ),
    "closer": (
        _path("M56 40h30v12H56zM62 40l-2-14M80 40l2-14"),
        _path("M8 34h22v15H8zM4 56h30l-4-7H8z"),
        _path("M36 40h14m-6-6 6 6-6 6", **_STRONG),
    ),
    "switch": (
        _path("M8 10h80v52H8z"),
        _path("M18 26h24M18 46h24"),
        _path("M58 19h14a7 7 0 0 1 0 14H58a7 7 0 0 1 0-14z", **_STRONG),
        _dot(72, 26, 4, **{"class": "strong full"}),
        _path("M58 39h14a7 7 0 0 1 0 14H58a7 7 0 0 1 0-14z"),
        _dot(58, 46, 4),
    ),
    "clock": (_dot(48, 36, 28), _path("M48 16v20l14 9", **_STRONG)),
    "window": (
        _path("M8 10h80v52H8zM8 22h80"),
        _dot(15, 16, 1.5, **_FULL),
        _dot(22, 16, 1.5, **_FULL),
        _path("M30 36h36M30 48h22", **_STRONG),
    ),
    "pause": (_path("M8 10h80v52H8z"), _path("M40 24v24M56 24v24", **_STRONG)),
    "socket": (
        _path("M52 12h36v48H52z"),
        _path("M62 28h16v16H62z"),
        _path("M6 36h22M28 29h10v14H28z", **_STRONG),
        _path("M42 36h6", **_STRONG),
    ),
    # what a question asks to look at; every box with what is printed on it
    "router-lamps": (
        _path("M12 34h72v26H12zM26 34l-6-26M70 34l6-26"),
        *(_dot(x, 47, 4, **_STRONG) for x in (26, 40, 54, 68)),
    ),
    "modem-lamps": (
        _path("M32 6h32v52H32zM48 58v10"),
        *(_dot(48, y, 4, **_STRONG) for y in (17, 32, 47)),
    ),
    "line-lamp": (
        _path("M12 28h72v36H12zM26 28l-5-20M70 28l5-20"),
        *(_dot(x, 40, 3) for x in (24, 64, 76)),
        _dot(44, 40, 4.5, **_STRONG),
        _path("M44 6v20m-6-6 6 6 6-6", **_STRONG),
        _path("M33 50v8h3l3-2v-4l-3-2zM48 50h-5v4h5v4h-5M53 50v8h4", **_STRONG),  # DSL
    ),
    "los-lamp": (
        _path("M20 28h56v36H20zM48 64v6"),
        *(_dot(x, 40, 3) for x in (29, 67)),
        _dot(48, 40, 4.5, **_STRONG),
        _path("M48 6v20m-6-6 6 6 6-6", **_STRONG),
        _path("M37 50v8h4M45 50h6v8h-6zM60 50h-5v4h5v4h-5", **_STRONG),  # LOS
    ),
    "letter": (
        _path("M20 6h56v60H20z"),
        _path("M30 18h36M30 28h24"),
        _dot(38, 48, 7, **_STRONG),
        _path("M45 48h20m-6 0v6", **_STRONG),
    ),
}

OTHERS: dict[str, tuple[Shape, ...]] = {
    # 24 x 24
    "you": (_dot(12, 7, 4), _path("M4 22q0-9 8-9t8 9")),
    "provider": (_path("M5 3h4l2 5-3 2q2 4 6 6l2-3 5 2v4q0 2-2 2Q5 20 3 5q0-2 2-2z"),),
    "line": (_path("M12 2v20M8 22h8M5 6h14M7 10h10"),),
    "billing": (_path("M4 2h16v20l-4-2-4 2-4-2-4 2zM8 8h8M8 13h8"),),
    "site": (_dot(12, 12, 10), _path("M2 12h20M12 2c-6 6-6 14 0 20M12 2c6 6 6 14 0 20")),
    "nobody": (_dot(12, 12, 10), _path("m7 12.5 3.5 3.5 6.5-8")),
    # lamps: dark, lit, and lit by turns
    "lamp-off": (_dot(12, 12, 6),),
    "lamp-on": (
        _dot(12, 12, 5.5, **_FULL),
        _path("M12 1.5v2M12 20.5v2M1.5 12h2M20.5 12h2M4.6 4.6 6 6M18 18l1.4 1.4M4.6 19.4 6 18M18 6l1.4-1.4"),
    ),
    "lamp-blinking": (_dot(3.5, 12, 3.5, **_FULL), _dot(12, 12, 2.8), _dot(20.5, 12, 3.5, **_FULL)),
    "place": (_path("M12 22q-8-8-8-13a8 8 0 0 1 16 0q0 5-8 13z"), _dot(12, 9, 3)),
}

_SIZES = (
    (STATIONS, "thing", "0 0 48 48"),
    (MARKS, "mark", "0 0 24 24"),
    (STEPS, "drawing", "0 0 96 72"),
    (OTHERS, "sign", "0 0 24 24"),
)


@cache
def drawing(name: str, kind: str) -> Markup:
    """``kind``: thing (at a station), mark, drawing (of a step) or sign. KeyError for a name that is not there."""
    shapes, box = next((shapes[name], box) for shapes, of, box in _SIZES if of == kind)
    inner = [tag(shape, attributes) for shape, attributes in shapes]
    return tag("svg", {"class": kind, "viewBox": box, "aria-hidden": "true", "focusable": "false"}, *inner)
