"""XML from strangers as plain pieces: no document types, no entities, bounded depth and number.

Entity declarations are what makes small documents large (and names files); a device description needs none, so a
document that has any is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_DEPTH = 32
_ELEMENTS = 4096
_TEXT = 1024
_ATTRIBUTES = 16


@dataclass
class Element:
    """``name`` without its namespace prefix; ``text`` is the first 1024 characters directly inside; of its attributes
    the first 16, cut as well."""

    name: str
    text: str = ""
    children: list[Element] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def child(self, name: str) -> Element | None:
        return next((c for c in self.children if c.name == name), None)

    def child_text(self, name: str) -> str:
        found = self.child(name)
        return found.text.strip() if found is not None else ""

    def every(self, name: str) -> list[Element]:
        """All of that name below this one, in document order."""
        found = []
        for child in self.children:
            if child.name == name:
                found.append(child)
            found += child.every(name)
        return found


def read_xml(data: bytes) -> Element:
    """The root. Raises ``ValueError`` for what is not well-formed, declares anything or passes a bound."""
    from xml.parsers import expat

    top = Element("")
    stack = [top]
    count = 0

    def refuse(*_: object) -> None:
        raise ValueError("document type declaration")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > _DEPTH or count > _ELEMENTS:
            raise ValueError("too deep or too many elements")
        kept = list(attributes.items())[:_ATTRIBUTES]
        element = Element(name.rpartition(":")[2][:64], attributes={key[:64]: value[:_TEXT] for key, value in kept})
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def text(piece: str) -> None:
        room = _TEXT - len(stack[-1].text)
        if room > 0:
            stack[-1].text += piece[:room]

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError("not well-formed") from error
    if not top.children:
        raise ValueError("empty document")
    return top.children[0]
