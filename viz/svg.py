"""From the SVG of a layout engine to one that stands alone: scales, speaks to screen readers, refers to nothing outside."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from archdsl.errors import BackendError, visible

FONTS = "Helvetica, Arial, 'Liberation Sans', sans-serif"

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def parsed(svg: bytes) -> Element:
    """The SVG of a layout engine as a tree, with names as they are written, without namespaces.

    Raises:
        BackendError: it is no XML.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise BackendError(f"the layout engine wrote an SVG that cannot be read: {error}") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if _SPACE in element.attrib:
            kept = element.attrib.pop(_SPACE)
            element.attrib = {"xml:space": kept, **element.attrib}
    return root


def alone(root: Element, title: str, description: str, titles: Mapping[str, str]) -> str:
    """The finished SVG.

    Args:
        root: what the engine wrote, the titles of its frames cleared. It is changed.
        title: what is drawn, for screen readers and tooltips.
        titles: tooltip of each box by its id; what is not listed gets none.
    """
    for group in root.iter("g"):
        group.attrib.pop("id", None)
        for place, child in enumerate(group):
            if child.tag == "text":
                child.attrib.pop("font-family", None)
            elif child.tag == "polygon" and child.get("stroke-width") == "0":
                group[place] = _line(child)
        _name(group, titles)
    sizes = {name: root.get(name, "") for name in ("width", "height", "viewBox")}
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", **sizes, "role": "img", "aria-label": title, "font-family": FONTS}
    for place, (tag, words) in enumerate((("title", title), ("desc", description))):
        root.insert(place, Element(tag))
        root[place].text = words
    lines: list[str] = []
    _write(root, lines)
    return "".join(lines)


def _write(element: Element, lines: list[str]) -> None:
    """Add an element as text, every element in it on a line of its own. The standard library's writer takes three times as long."""
    start = f"<{element.tag}{_attributes(element.attrib)}"
    if len(element):
        lines.append(f"{start}>\n")
        for child in element:
            _write(child, lines)
        lines.append(f"</{element.tag}>\n")
    else:
        text = element.text
        lines.append(f"{start}>{escape(visible(text), quote=False)}</{element.tag}>\n" if text else f"{start}/>\n")


def _attributes(values: Mapping[str, str]) -> str:
    written = "".join([f' {name}="{value}"' for name, value in values.items()])
    if "&" in written or "<" in written or ">" in written or written.count('"') != 2 * len(values):
        return "".join([f' {name}="{escape(value)}"' for name, value in values.items()])
    return written  # the rule: numbers and colours


def _name(group: Element, titles: Mapping[str, str]) -> None:
    """Put the tooltip of a box in the place of the id that the engine wrote there; what has no tooltip loses it."""
    named = group.find("title")
    if named is None:
        return
    words = titles.get(named.text or "")
    if words:
        named.text = words
    else:
        group.remove(named)


def _line(point: Element) -> Element:
    """The point of a spine as the piece of line that it is: a filled box beside lines looks darker or lighter than they do."""
    xs, ys = zip(*(map(float, corner.split(",")) for corner in point.get("points", "").split()), strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    upright = max(ys) - min(ys) > max(xs) - min(xs)
    piece = f"M{x:g},{min(ys):g}V{max(ys):g}" if upright else f"M{min(xs):g},{y:g}H{max(xs):g}"
    return Element("path", {"fill": "none", "stroke": point.get("fill", ""), "d": piece})
