"""From the SVG of a layout engine to one that stands alone: scales, speaks to screen readers, refers to nothing outside."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from archdsl.errors import BackendError

FONTS = "Helvetica, Arial, 'Liberation Sans', sans-serif"


def parsed(svg: bytes) -> Element:
    """The SVG of a layout engine as a tree, with its tags as they are written, without a namespace.

    Raises:
        BackendError: it is no XML.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise BackendError(f"the layout engine wrote an SVG that cannot be read: {error}") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def alone(root: Element, title: str, description: str, titles: Mapping[str, str]) -> str:
    """The finished SVG.

    Args:
        root: what the engine wrote, the titles of its frames cleared. It is changed.
        title: what is drawn, for screen readers and tooltips.
        titles: tooltip of each box by its id; what is not listed gets none.
    """
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            if child.tag == "polygon" and child.get("stroke-width") == "0":
                parent[place] = _line(child)
    for group in list(root.iter("g")):
        group.attrib.pop("id", None)
        _name(group, titles)
    for text in root.iter("text"):
        text.attrib.pop("font-family", None)
    sizes = {name: root.get(name, "") for name in ("width", "height", "viewBox")}
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", **sizes, "role": "img", "aria-label": title, "font-family": FONTS}
    for place, (tag, words) in enumerate((("title", title), ("desc", description))):
        root.insert(place, Element(tag))
        root[place].text = words
    ElementTree.indent(root, "")
    # In text and attributes > is written as &gt;, so this shortens the ends of tags and nothing else.
    return ElementTree.tostring(root, "unicode").replace(" />", "/>") + "\n"


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
