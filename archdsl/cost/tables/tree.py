"""The bill as the tree of stages, blocks and paths that layers lie in, each with the sums of what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import dims, thousands
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable
from archdsl.ops.operator import Shape


@dataclass
class Branch:
    """A stage, block or path with what is inside, or a layer, which has nothing inside.

    Attributes:
        kind: the name of the block, stage or operator.
        level: how deep it lies, from 1.
        layers: how many.
        shares: whether one of them uses the weights of another.
    """

    name: str
    kind: str
    level: int
    input: Shape
    output: Shape
    params: Any = 0
    macs: Any = 0
    layers: int = 0
    shares: bool = False
    inside: list[Branch] = field(default_factory=list)

    def add(self, layer: Layer) -> None:
        """Count a layer that lies inside."""
        self.output = layer.output
        self.params, self.macs, self.layers = self.params + layer.params, self.macs + layer.macs, self.layers + 1
        self.shares = self.shares or bool(layer.node.shared)

    def as_dict(self) -> dict[str, Any]:
        shapes = {"input": jsonable(self.input), "output": jsonable(self.output)}
        numbers = {"params": jsonable(self.params), "macs": jsonable(self.macs)}
        inside = [branch.as_dict() for branch in self.inside]
        return {
            "name": self.name,
            "kind": self.kind,
            "level": self.level,
            "layers": self.layers,
            **shapes,
            **numbers,
            "inside": inside,
        }


@dataclass(frozen=True, repr=False)
class Tree(Result):
    """A network as a tree.

    Attributes:
        depth: levels that are shown; what lies deeper is in the sums of what it lies in.
    """

    name: str
    depth: int
    branches: tuple[Branch, ...]
    params: Any
    macs: Any

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        head = ("block or layer", "kind", "input", "output", "params", "MACs", "share of MACs")
        rows = tuple(self._row(branch, lead) for branch, lead in self._walk(self.branches, ""))
        total = ("total", "", "", "", thousands(self.params), thousands(self.macs), "")
        return [Sheet(self.name, head, rows, frozenset(head[4:]), total)]

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "depth": self.depth, "tree": [branch.as_dict() for branch in self.branches]}

    def _records(self) -> list[dict[str, Any]]:
        """A row for each line of the tree."""
        found = []
        for branch, _ in self._walk(self.branches, ""):
            record = branch.as_dict()
            found.append({name: value for name, value in record.items() if name != "inside"})
        return found

    def _walk(self, branches: Any, lead: str) -> Iterator[tuple[Branch, str]]:
        """Every branch with the signs before its name."""
        for place, branch in enumerate(branches):
            last = place == len(branches) - 1
            top = branch.level == 1
            yield branch, "" if top else f"{lead}{'└─ ' if last else '├─ '}"
            yield from self._walk(branch.inside, "" if top else f"{lead}{'   ' if last else '│  '}")

    def _row(self, branch: Branch, lead: str) -> tuple[str, ...]:
        share = "?" if is_partly(self.macs) else ""
        if isinstance(self.macs, int) and self.macs:
            share = f"{float(branch.macs) / float(self.macs):.1%}"
        shapes = dims(branch.input), dims(branch.output)
        borrows = branch.shares and type(branch.params) is int and not branch.params  # nothing in it is its own
        kind = f"{branch.kind}, shared" if borrows else branch.kind
        return (lead + branch.name, kind, *shapes, thousands(branch.params), thousands(branch.macs), share)


def tree(bill: Bill, depth: int) -> Tree:
    """The tree of a bill, so many levels deep. Parts of a block that other layers run between stand apart."""
    tops: list[Branch] = []
    for layer in bill:
        scope = layer.node.scope[:depth]
        level = tops
        before = ""
        for number, frame in enumerate(scope, 1):
            short = frame.path.removeprefix(before) or frame.block
            kind = frame.block if frame.kind == "block" else frame.kind
            if not level or (level[-1].name, level[-1].kind) != (short, kind):
                level.append(Branch(short, kind, number, layer.inputs[0], layer.output))
            level[-1].add(layer)
            level, before = level[-1].inside, f"{frame.path}." if frame.path else before
        if len(layer.node.scope) < depth:
            leaf = Branch(layer.node.name.removeprefix(before), layer.node.op.word, len(scope) + 1, layer.inputs[0], layer.output)
            leaf.add(layer)
            level.append(leaf)
    return Tree(bill.graph.name, depth, tuple(tops), bill.params, bill.macs)
