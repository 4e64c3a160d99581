"""Two networks aligned, by name where names agree and by structure where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.words import argument, dims


@dataclass(frozen=True)
class Pair:
    """A layer of the first network beside its counterpart in the second; None where there is none."""

    before: Layer | None
    after: Layer | None

    @property
    def kind(self) -> str:
        """added, removed, changed, or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if _content(self.before) == _content(self.after) else "changed"

    @property
    def name(self) -> str:
        layer = self.after or self.before
        assert layer is not None
        return layer.node.name

    def difference(self, cost: str) -> int:
        """Of `params` or `macs`, after less before."""
        first, second = (getattr(layer, cost) if layer else 0 for layer in (self.before, self.after))
        return int(second - first)

    def words(self) -> tuple[str, str]:
        """Both sides in words: operator with what differs, and the shapes."""
        return _words(self.before), _words(self.after)

    def as_dict(self) -> dict[str, Any]:
        first, second = self.words()
        costs = {cost: self.difference(cost) for cost in ("params", "macs")}
        return {"name": self.name, "kind": self.kind, "before": first or None, "after": second or None, **costs}


def align(before: Bill, after: Bill) -> list[Pair]:
    """Every layer of both networks, in order; counterparts stand together.

    Layers with one name and one operator are counterparts. Between them, runs of layers are matched by operator and arguments,
    so that a renamed block is not a removed one and an added one.
    """
    first, second = before.layers, after.layers
    names = SequenceMatcher(None, [_named(layer) for layer in first], [_named(layer) for layer in second], autojunk=False)
    found: list[Pair] = []
    for tag, a, b, c, d in names.get_opcodes():
        if tag == "equal":
            found += [Pair(x, y) for x, y in zip(first[a:b], second[c:d], strict=True)]
        else:
            found += _by_structure(first[a:b], second[c:d])
    return found


def _by_structure(first: list[Layer], second: list[Layer]) -> list[Pair]:
    words = SequenceMatcher(None, [_shape(layer) for layer in first], [_shape(layer) for layer in second], autojunk=False)
    found: list[Pair] = []
    for tag, a, b, c, d in words.get_opcodes():
        if tag == "equal":
            found += [Pair(x, y) for x, y in zip(first[a:b], second[c:d], strict=True)]
            continue
        found += [Pair(layer, None) for layer in first[a:b]]
        found += [Pair(None, layer) for layer in second[c:d]]
    return found


def _named(layer: Layer) -> tuple[str, str]:
    return layer.node.name, layer.node.op.word


def _shape(layer: Layer) -> tuple[Any, ...]:
    """What makes two layers of different names counterparts: the operator, and those arguments that say nothing of width."""
    kept = {k: v for k, v in layer.node.op.arguments().items() if k not in ("out", "groups", "start", "stop", "hidden")}
    return layer.node.op.word, tuple(sorted((k, repr(v)) for k, v in kept.items()))


def _content(layer: Layer) -> tuple[Any, ...]:
    return layer.node.op, layer.inputs, layer.output


def _words(layer: Layer | None) -> str:
    if layer is None:
        return ""
    args = " ".join(f"{k}={argument(v)}" for k, v in layer.node.op.arguments().items())
    return f"{layer.node.op.word} {args} → {dims(layer.output)}".replace("  ", " ")
