"""Reading XML from strangers: UTF-8, no document type, no entities: nothing can blow up or reach out."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from .document import DocumentFaults

MOST_DEPTH = 30


def parsed(content: bytes) -> Element:
    """The root element. Raises `DocumentFaults` for what is no plain XML."""
    builder = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise DocumentFaults([("file", "is nested too deeply")])
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(name))

    def doctype(*args: object) -> None:
        raise DocumentFaults([("file", "has a document type, which is not taken in")])

    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
        return builder.close()
    except expat.ExpatError as error:
        raise DocumentFaults([("file", f"is no XML: {error}")]) from error


def _qualified(name: str) -> str:
    """`{namespace}name`, as ElementTree has it."""
    return "{" + name if "}" in name else name


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def children(element: Element, *path: str) -> list[Element]:
    """Elements at a path of local names, whatever their namespace."""
    found = [element]
    for name in path:
        found = [child for each in found for child in _named(each, name)]
    return found


def _named(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def text_of(element: Element, name: str) -> str:
    """The text of the first child of this name, without blanks around it; nothing where there is none."""
    found = next(_named(element, name), None)
    return (found.text or "").strip() if found is not None else ""


def whole_of(element: Element, name: str, default: int = 0) -> int:
    """The whole number of a child. Raises `DocumentFaults` for another text."""
    text = text_of(element, name)
    if not text:
        return default
    try:
        return int(float(text[:30]))
    except (ValueError, OverflowError):
        raise DocumentFaults([("file", f"{name} is {text[:40]!r} and no number")]) from None
