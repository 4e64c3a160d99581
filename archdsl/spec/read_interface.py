"""What networks and blocks take and give: `input` and `outputs` of a spec, `inputs` and `outputs` of a block."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from archdsl.ops.shapes import KINDS, RANKS, Heads, Map
from archdsl.spec.model import Arrival, Label, Outputs
from archdsl.spec.read_values import ValueReader, kind
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

INPUT_KINDS = tuple(word for word in KINDS if word != Heads.word)
"""What an input may be; what attention works on is made inside of it."""
MOST_AXES = max(RANKS)
UNNAMED_AXES = 3
"""Where no word tells the kind: four axes are far more often a batch than a map of depth, height and width."""


def read_input(node: Node, values: ValueReader) -> tuple[Arrival, ...]:
    """The input of a network, or its inputs by name. What cannot be read is reported and left out.

    A shape is a list of dimensions, or one under the word of its kind: `map: [1, 32000]`.
    """
    if not isinstance(node, Mapping) or _kind_of(node):
        alone = _arrival(node, values, "'input'", Arrival(mark=node.mark, name="input", shape=()))
        return () if alone is None else (alone,)
    if not node.pairs:
        values.report.error("'input' names no input", node.mark, "for example: input: {left: [3, 32, 32], right: [3, 32, 32]}")
    found: list[Arrival] = []
    for key, value in node.pairs:
        if values.name(key, "an input"):
            named = Arrival(mark=key.mark, name=key.text, shape=(), labelled=True)
            found.append(_arrival(value, values, f"the input '{key.text}'", named) or named)
    return tuple(found)


def _kind_of(node: Node) -> str:
    """The word of a kind that is the only key of a mapping; "" where it is something else."""
    if isinstance(node, Mapping) and len(node.pairs) == 1 and node.pairs[0][0].text in KINDS:
        return node.pairs[0][0].text
    return ""


def _arrival(node: Node, values: ValueReader, what: str, named: Arrival) -> Arrival | None:
    """An input with its shape; None where it has none, which is reported."""
    word = _kind_of(node)
    if isinstance(node, Mapping):
        key, value = node.pairs[0] if node.pairs else (None, node)
        if key is None or word not in INPUT_KINDS:
            hint = f"a shape with its kind is written {' or '.join(f'{kind}: […]' for kind in INPUT_KINDS)}"
            values.report.error(f"{what} is a shape, {kind(node)} came", (key or node).mark, hint)
            return None
        node = value
    listed = values.sequence(node, what)
    if listed is None:
        return None
    most = MOST_AXES if word else UNNAMED_AXES
    if not 1 <= len(listed.items) <= most:
        hint = f"inputs have no batch axis; a map of depth, height and width is written {{{Map.word}: […]}}" if not word else ""
        form = "[channels, height, width]" + (", or a mapping from names to such shapes" if what == "'input'" else "")
        values.report.error(f"{what} is {form}", node.mark, hint if len(listed.items) > most else "")
        return None
    return dataclasses.replace(named, shape=tuple([values.value(item) for item in listed.items]), kind=word)


def read_outputs(node: Node, values: ValueReader) -> Outputs:
    """The outputs of a network: one label, a list of labels, or labels by the names that the outputs get."""
    what = "a label after 'outputs'"
    if isinstance(node, Scalar):
        return Outputs(mark=node.mark, labels=tuple(_labels([node], values, what)), returns="tensor")
    if isinstance(node, Sequence):
        found = Outputs(mark=node.mark, labels=tuple(_labels(node.items, values, what)), returns="tuple")
    else:
        named = [(key, values.label(value, what)) for key, value in node.pairs if values.name(key, "an output")]
        labels = tuple([(key.text, label) for key, label in named if label is not None])
        found = Outputs(mark=node.mark, labels=labels, returns="dict")
    if not found.labels and not (node.items if isinstance(node, Sequence) else node.pairs):
        values.report.error("'outputs' names no label", node.mark, "for example: outputs: {p3: t3, p4: t4}")
    return found


def read_labels(node: Node | None, values: ValueReader, word: str) -> tuple[Label, ...]:
    """Labels in a list: the inputs or outputs of a block, or what `as` gives. One label may stand alone."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else [node]
    if not items or isinstance(node, Mapping):
        values.report.error(f"'{word}' is a list of labels, {kind(node)} came", node.mark, f"for example: {word}: [a, b]")
        return ()
    return tuple([label for _, label in _labels(items, values, f"a label after '{word}'")])


def _labels(items: Iterable[Node], values: ValueReader, what: str) -> Iterator[tuple[str, Label]]:
    for item in items:
        label = values.label(item, what)
        if label is not None:
            yield label.text, label
