"""What differs between counterparts, in words."""

from __future__ import annotations

from typing import Any

from archdsl.cost.comparing.align import Pair, RowPair
from archdsl.cost.counting.layer import Layer
from archdsl.cost.counting.lines import Line
from archdsl.cost.words import argument, dims
from archdsl.ops.operator import Shape

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "same": " "}
_KINDS = ("removed", "added", "changed")
_LISTED = 4  # what differs in the layers of a row is listed up to so many, and counted above


def row_differences(row: RowPair) -> list[str]:
    """What became of a row: its block, arguments, input and output, or where those are the same what is inside."""
    a, b = row.before, row.after
    if a is None or b is None:
        line = row.line
        given = [f"{name} {_shown(value)}" for name, value in line.args.items() if value is not None]
        return [*given, f"{dims(line.input)} → {dims(line.output)}"]
    found = [] if not row.moved else ["moved" if a.number is None else f"moved from {a.number}"]
    if row.kind != "changed":
        return found
    found += _changes("", a.operator, b.operator)
    found += _changes("times", a.times, b.times)
    found += _arguments(dict.fromkeys([*a.args, *b.args]), a.args, b.args)
    found += _shapes([a.input], [b.input], a.output, b.output)
    return found or _inside(row)


def layer_differences(pair: Pair) -> list[str]:
    """What became of a layer: its operator, arguments, inputs and output; all of it where it has no counterpart."""
    if pair.before is None or pair.after is None:
        return [layer_words(pair.after or pair.before)]
    a, b = pair.before.node.op, pair.after.node.op
    given: tuple[dict[str, Any], dict[str, Any]] = (a.arguments(), b.arguments())
    names = dict.fromkeys([*given[0], *given[1]])
    if type(a) is type(b):  # defaults are then known
        given = ({name: getattr(a, name) for name in names}, {name: getattr(b, name) for name in names})
    found = [*_changes("", a.word, b.word), *_arguments(names, *given)]
    return found + _shapes([*pair.before.inputs], [*pair.after.inputs], pair.before.output, pair.after.output)


def layer_words(layer: Layer | None) -> str:
    """A layer in words: the operator with what it is given, and its output."""
    if layer is None:
        return ""
    args = "".join(f" {name}={argument(value)}" for name, value in layer.node.op.arguments().items())
    return f"{layer.node.op.word}{args} → {dims(layer.output)}"


def where(line: Line) -> str:
    """A row by its name, and by what it is where the name does not tell."""
    return line.name if line.operator in line.name.rpartition(".")[2] else f"{line.name}: {line.operator}"


def within(line: Line, layer: Layer) -> str:
    """The name of a layer in a row."""
    name = layer.node.name
    return name.removeprefix(f"{line.name}.")


def _inside(row: RowPair) -> list[str]:
    """What differs in the layers, each difference once."""
    by_kind: dict[str, list[Pair]] = {kind: [pair for pair in row.layers if pair.kind == kind] for kind in _KINDS}
    changed = list(dict.fromkeys(f"{_word(pair)} {', '.join(layer_differences(pair))}" for pair in by_kind["changed"]))
    if len(changed) + len(by_kind["removed"]) + len(by_kind["added"]) > _LISTED:
        counts = [f"{len(pairs)} layers {kind}" for kind, pairs in by_kind.items() if pairs]
        return [f"inside: {counts[0]}", *(count.replace(" layers", "") for count in counts[1:])]
    for kind, word, line in (("removed", "without", row.before), ("added", "with", row.after)):
        names = [within(line, layer) for pair in by_kind[kind] if line and (layer := pair.after or pair.before)]
        changed += [f"{word} {' and '.join(names)}"] if names else []
    return [f"inside: {changed[0]}", *changed[1:]]


def _word(pair: Pair) -> str:
    layer = pair.after or pair.before
    return layer.node.op.word if layer else ""


def _arguments(names: dict[str, None], before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [text for name in names for text in _changes(name, before.get(name), after.get(name))]


def _shapes(inputs: list[Shape], others: list[Shape], output: Shape, other: Shape) -> list[str]:
    """Inputs and output."""
    before, after = (", ".join(map(dims, side)) for side in (inputs, others))
    word = "input" if len(inputs) == len(others) == 1 else "inputs"
    return [*_changes(word, before, after), *_changes("output", dims(output), dims(other))]


def _changes(name: str, before: Any, after: Any) -> list[str]:
    """Nothing where both are the same."""
    first, second = _shown(before), _shown(after)
    return [] if first == second else [f"{name} {first} → {second}".lstrip()]


def _shown(value: Any) -> str:
    return "-" if value is None else argument(value)
