"""What differs between counterparts, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from archdsl.cost.comparing.align import Pair, RowPair
from archdsl.cost.counting.layer import Layer
from archdsl.cost.counting.lines import Line
from archdsl.cost.words import argument, dims
from archdsl.ops.operator import Shape

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "same": " "}
_JOINED = "\u00a0"  # a space at which no line ends
_KINDS = ("removed", "added", "changed")
_LISTED = 4  # what differs in the layers of a row is listed up to so many, and counted above


def row_differences(row: RowPair) -> list[str]:
    """What became of a row: its block, arguments, input and output, or where those are the same what is inside."""
    a, b = row.before, row.after
    if a is None or b is None:
        line = row.line
        given = [f"{name} {argument(value)}" for name, value in line.args.items() if value is not None]
        return [*given, f"{dims(line.input)} → {dims(line.output)}"]
    found = [] if not row.moved else ["moved" if a.number is None else f"moved from {a.number}"]
    if row.kind != "changed":
        return found
    found += _changes("", a.operator, b.operator)
    found += _changes("times", a.times, b.times)
    found += _arguments(dict.fromkeys([*a.args, *b.args]), a.args, b.args)
    found += _shapes([a.input, a.output], [b.input, b.output], found)
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
    first, second = pair.before, pair.after
    a_shares, b_shares = first.node.shared, second.node.shared
    found += _shapes([*first.inputs, first.output], [*second.inputs, second.output], found)
    if bool(a_shares) != bool(b_shares):
        found.append(f"shares the weights of {b_shares}" if b_shares else "has weights of its own")
    return [*found, *([f"reads {' and '.join(pair.reads[0])} → {' and '.join(pair.reads[1])}"] if pair.reads else [])]


def layer_words(layer: Layer | None) -> str:
    """A layer in words: the operator with what it is given, and its output."""
    if layer is None:
        return ""
    args = "".join(f" {name}={argument(value)}" for name, value in layer.node.op.arguments().items())
    return f"{layer.node.op.word}{args} → {dims(layer.output)}"


def wrapped(differences: Iterable[str], width: int) -> list[str]:
    """Differences as lines of about so many characters, each in one piece where it can be; no line where there are none."""
    pieces = ", ".join(differences).split(", ")
    whole = ", ".join(piece.replace(" ", _JOINED) if len(piece) < width else piece for piece in pieces)
    return [line.replace(_JOINED, " ") for line in textwrap.wrap(whole, width, break_long_words=False, break_on_hyphens=False)]


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


def _arguments(names: Iterable[str], before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Arguments that differ. Blocks of other words have others; nothing and false are the same."""
    found: list[str] = []
    for name in names:
        a, b = before.get(name), after.get(name)
        if a is not None and b is not None:
            found += _changes(name, a, b)
        else:
            found += [f"without {name} {argument(a)}"] if a is not None and a is not False else []
            found += [f"with {name} {argument(b)}"] if b is not None and b is not False else []
    return found


def _shapes(before: list[Shape], after: list[Shape], told: list[str]) -> list[str]:
    """Inputs, and the output last. An output that follows from an argument that has changed is told by that."""
    inputs = [", ".join(map(dims, side[:-1])) for side in (before, after)]
    outputs = [dims(side[-1]) for side in (before, after)]
    first, second = before[-1], after[-1]
    if first[1:] == second[1:] and any(text.endswith(f" {argument(first[0])} → {argument(second[0])}") for text in told):
        outputs = ["", ""]
    elif inputs == outputs:
        return _changes("input and output", *inputs)
    return [*_changes("input" if len(before) == len(after) == 2 else "inputs", *inputs), *_changes("output", *outputs)]


def _changes(name: str, before: Any, after: Any) -> list[str]:
    """Nothing where both are the same."""
    first, second = argument(before), argument(after)
    return [] if first == second else [f"{name} {first} → {second}".lstrip()]
