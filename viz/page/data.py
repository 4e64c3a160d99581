"""What a page knows: the outline with costs and source lines, as plain data."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.cost.memory.peak import memory_of
from archdsl.cost.words import cell, dims, memory_size
from archdsl.errors import InputError, Mark, Source
from archdsl.exact.partly import any_partly
from archdsl.ir.graph import Graph, Node
from archdsl.spec.locate import zoo
from archdsl.viz.heat import Heat, heat
from archdsl.viz.looks import HEAT, TONES
from archdsl.viz.page.outline import Looked, Outline, PagePart, outline
from archdsl.viz.view import Scene

if TYPE_CHECKING:
    from archdsl.design import Design

COSTS = ("params", "macs", "memory")
"""What boxes can always be coloured by."""


def page_data(scene: Scene, operators: bool = True, unfolded: Collection[str] | None = None) -> dict[str, Any]:
    """Everything that a page shows.

    Args:
        operators: whether boxes tell of each of their operators, which more than doubles the data of a large network.
        unfolded: kind and name, as in `block dp_a_3`, of the parts that are open; only those are looked into. All are, and a few are
            open as the view has it, where this is not given.

    Raises:
        InputError: the net is a grid of networks.
        BackendError: an operator has no label.
    """
    net, graph, view = scene.net, scene.graph, scene.view
    assert net is not None
    if any(type(d) is not int for node in graph for d in node.shape):
        raise InputError(f"a page shows one network, but a knob of {net.name} holds several values; choose one")
    opens = _opens(view.levels, unfolded)
    found = outline(graph, scene.nodes, scene.skip, None if unfolded is None else opens)
    costs, places = _Costs(net), _Places(net.spec.source)
    scales = {cost: heat(graph, cost, scene.nodes, net.cost()) for cost in COSTS} | (
        {view.cost: scene.heat} if scene.heat else {}
    )
    parts = [_part(part, graph, costs, places, opens, scales) for part in found.parts]
    if operators:
        for part, data in zip(found.parts, parts, strict=True):
            if part.nodes and not part.opens:
                data["operators"] = [_operator(node, costs) for node in part.nodes]
    needs = memory_of(net.cost())
    return {
        "name": scene.name,
        "paper": net.spec.paper or "",
        "knobs": {name: cell(value) for name, value in net.knobs.items()},
        "totals": {cost: sum(part.get(cost, 0) for part in parts if part["around"] < 0) for cost in ("params", "macs")}
        | {"unknown": costs.unknown([node for part in found.parts if part.around < 0 for node in part.nodes])},
        "memory": f"weights {memory_size(needs.weights_bytes, net.dtype)}, with buffers {memory_size(needs.state_bytes, net.dtype)}, "
        f"peak activations {memory_size(needs.peak_activation_bytes * net.batch, net.dtype)}",
        "rankdir": view.rankdir,
        "colour": view.cost or "kind",
        "scales": {cost: _scale(scale) for cost, scale in scales.items()},
        "looks": [[TONES[tone]["fillcolor"], TONES[tone]["fontcolor"]] for tone in HEAT],
        "parts": parts,
        "links": _links(found, graph),
        "marks": places.marks,
        "sources": [{"name": places.name(source), "text": source.text} for source in places.sources],
    }


def _scale(scale: Heat) -> dict[str, Any]:
    legend = scale.legend()
    return {"title": legend.title, "words": [words for _, words in legend.swatches]}


def _part(
    part: PagePart, graph: Graph, costs: _Costs, places: _Places, opens: Looked, scales: Mapping[str, Heat]
) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": part.kind, "lines": part.lines, "around": part.around, "name": part.name}
    if part.opens:
        data["open"] = opens(part)
    if part.nodes:
        arriving = graph.input_shapes(part.nodes[0])
        data["in"] = dims(arriving[0]) if arriving else ""
        data["out"] = dims(part.nodes[-1].shape)
        if part.kind != "input":  # of a block, the input is what a layer before it made
            data["params"], data["macs"], data["memory"] = costs.of(part.nodes)
            if unknown := costs.unknown(part.nodes):
                data["unknown"] = unknown
            names = [node.name for node in part.nodes]
            data["tones"] = {cost: HEAT.index(scale.tone(scale.of(names))) for cost, scale in scales.items()}
        data["count"] = len(part.nodes)
    data["marks"] = [places.number(mark) for mark in part.marks]
    data["shown"] = places.shown(part.marks)
    if part.ends and part.ends != part.marks:
        data["ends"] = [places.number(part.ends[0]), places.shown(part.ends)]
    return data


def _opens(depth: float, unfolded: Collection[str] | None) -> Looked:
    """Which parts are open at first. Equal neighbours stay one, as in a drawing, unless everything was asked for."""
    if unfolded is not None:
        return lambda part: f"{part.kind} {part.name}" in unfolded
    return lambda part: {"stage": depth >= 1, "repeat": math.isinf(depth)}.get(part.kind, depth > part.level + 1)


def _operator(node: Node, costs: _Costs) -> list[Any]:
    given = ", ".join(f"{name} {cell(value)}" for name, value in node.op.arguments().items() if value not in (None, False))
    params, macs, _ = costs.of([node])
    return [node.name, node.op.word, given, dims(node.shape), params, macs]


def _links(found: Outline, graph: Graph) -> list[list[Any]]:
    """Source, target, tensor, shape, and 1 where the shape differs from that of what the source reads."""
    return [[x.source, x.target, x.tensor, dims(graph[x.tensor].shape), int(x.news)] for x in found.links]


class _Costs:
    """Costs of nodes by name."""

    def __init__(self, net: Design):
        self.whole = not net.cost().opaque
        self.layers = {layer.node.name: layer for layer in net.cost()}
        self.alive = {moment.node: moment.bytes * net.batch for moment in memory_of(net.cost()).timeline}

    def of(self, nodes: Any) -> tuple[int, int, int]:
        """The sums of parameters and of multiply-accumulates, and the most bytes that are in use while one of the nodes runs, all
        as far as they are known."""
        layers = [self.layers[node.name] for node in nodes if node.name in self.layers]
        held = max((int(self.alive.get(node.name, 0)) for node in nodes), default=0)
        return sum(int(x.params) for x in layers), sum(int(x.macs) for x in layers), held

    def unknown(self, nodes: Any) -> list[str]:
        """Which of those are lower bounds."""
        if self.whole:
            return []
        layers = [self.layers[node.name] for node in nodes if node.name in self.layers]
        found = {"params": any_partly(x.params for x in layers), "macs": any_partly(x.macs for x in layers)}
        found["memory"] = any_partly(self.alive.get(x.node.name) for x in layers)
        return [cost for cost, partly in found.items() if partly]


class _Places:
    """Numbers for marks and the sources that they lie in; the spec itself is the first source."""

    def __init__(self, spec: Source):
        self.sources = [spec]
        self.known: dict[Mark, int] = {}
        self.marks: list[list[int]] = []

    def number(self, mark: Mark) -> int:
        if mark not in self.known:
            if mark.source not in self.sources:
                self.sources.append(mark.source)
            self.known[mark] = len(self.marks)
            self.marks.append([self.sources.index(mark.source), mark.line, mark.column, mark.end])
        return self.known[mark]

    def shown(self, marks: tuple[Mark, ...]) -> int:
        """Which mark a reader looks for first: the innermost in the spec itself, or in the base that it extends; -1 for none."""
        sources = {mark.source for mark in marks}
        outer = self.sources[0] if self.sources[0] in sources else marks[-1].source if marks else None
        own = next((mark for mark in marks if mark.source is outer), None)
        return -1 if own is None else self.number(own)

    def name(self, source: Source) -> str:
        """A name that tells sources apart and says nothing of the machine: the path from the spec's folder, or from the zoo."""
        if source.path is None:
            return source.name
        for root in (self.sources[0].path.parent if self.sources[0].path else None, zoo()):
            if root is not None and source.path.is_relative_to(root):
                return source.path.relative_to(root).as_posix()
        return Path(os.path.basename(source.name)).name
