"""What the paper prints, from the data files beside this module. Values are texts, so that figures keep the places that were printed."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from archdsl.errors import Source
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, compose


@cache
def printed(name: str) -> dict[str, Any]:
    """A data file as dicts and lists of texts."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    read = _texts(compose(Source(name, text)))
    assert isinstance(read, dict)
    return read


def _texts(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [_texts(item) for item in node.items]
    assert isinstance(node, Mapping)
    return {key.text: _texts(value) for key, value in node.pairs}
