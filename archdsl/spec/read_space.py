"""The lines of `space`; what they mean is in `archdsl.spec.space`."""

from __future__ import annotations

from archdsl.spec.declared import Free
from archdsl.spec.read_values import ValueReader, kind
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence


def read_space(node: Node | None, values: ValueReader) -> tuple[Free, ...]:
    """The lines of `space`."""
    mapping = values.mapping(node, "'space'") if node is not None else None
    found: list[Free] = []
    for key, value in mapping.pairs if mapping else ():
        text = _text(value)
        if text is None:
            values.report.error(f"the values of '{key.text}' are a list or from:to:step, {kind(value)} came", value.mark)
        else:
            found.append(Free(mark=key.mark, name=key.text, text=text))
    return tuple(found)


def _text(node: Node) -> str | None:
    if isinstance(node, Scalar):
        return "" if node.value is None else node.text
    if isinstance(node, Mapping):
        return None
    items = [_text(item) for item in node.items]
    if None in items:
        return None
    shown = [f"[{item}]" if isinstance(each, Sequence) else item or "~" for each, item in zip(node.items, items, strict=True)]
    return ",".join(shown)
