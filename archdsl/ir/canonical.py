"""A hash of what a network computes: equal for equal networks, whatever their names, blocks and spelling."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any, NamedTuple

from archdsl.exact import key
from archdsl.ir.graph import Graph, Node
from archdsl.ir.moves import Layout, after, layout, stays
from archdsl.ir.normal_form import Form, computed, written
from archdsl.ops.join import Add, Concat, Mul
from archdsl.ops.opaque import Opaque
from archdsl.ops.passing import Dropping, Input
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import Typed, typed


def canonical_hash(graph: Graph) -> str:
    """SHA-256 over operators and connections, as hexadecimal.

    Names, scopes and source lines do not count; what changes nothing and nodes that never reach an output are left out; the order of
    the inputs of add and mul is free. Every node with weights is counted, so two layers with weights of their own differ from one
    that is read twice, and from two that share weights; whether an activation that two read is worked out once does not count. The
    hash of a grid is that of all its networks: shapes and elements of the arrays count.

    What is only written otherwise is the same, at the size that the network has: `same` and a padding of so many zeros, a pooling
    without a stride and with its own, a resizing by a factor, to a size and to that of another map, a sum of three and one of two
    that is added to a third, a slice of a slice, letters of `rearrange`, and one reshaping or transposition after another.
    """
    reading = _Reading(graph)
    found = reading.digests
    counted = sorted(found[name] for name in reading.counted)
    ends = [found[name] for name in graph.outputs.values()]
    return hashlib.sha256("\n".join([*_interface(graph), *ends, *counted]).encode()).hexdigest()


def node_digests(graph: Graph) -> dict[str, str]:
    """For every node that reaches an output what it computes from the input: equal for nodes that compute the same."""
    return _Reading(graph).digests


def _interface(graph: Graph) -> list[str]:
    """What the outputs are returned as; the names by which a dictionary has them are part of it."""
    if graph.returns == "tensor":
        return []
    return [graph.returns, *(graph.outputs if graph.returns == "dict" else ())]


NESTED = (Add, Concat, Mul)
"""Joins of which one inside another is one of all."""


class _Moved(NamedTuple):
    """A tensor whose values are those of another, elsewhere."""

    source: str
    shape: Typed
    lies: Layout


class _Reading:
    """A graph, read from its inputs to its outputs.

    Attributes:
        digests: what every node that is needed computes from the input.
        counted: nodes that learn something, or drop it at random.
    """

    def __init__(self, graph: Graph):
        self.graph, self.alive = graph, graph.alive()
        needed = [node for node in graph if node.name in self.alive]
        self.forms = {node.name: computed(node.op, graph.input_shapes(node), node.shape) for node in needed}
        self.behind: dict[str, str] = {}
        for node in needed:
            self.behind[node.name] = node.name if self.forms[node.name] is not None else self.behind[node.inputs[0]]
        self.parts = self._parts(needed)
        self.digests = self._read(needed, {})
        if sets := _sets(graph, self.alive, self.digests):
            self.digests = self._read(needed, sets)

    def _parts(self, needed: list[Node]) -> set[str]:
        """Joins that are read once, by a join with which they are one."""
        readers: dict[str, list[Node]] = {}
        for node in needed:
            if self.forms[node.name] is not None:
                for source in node.inputs:
                    readers.setdefault(self.behind[source], []).append(node)
        ends = {self.behind[name] for name in self.graph.ends}
        found = set()
        for node in needed:
            read = readers.get(node.name, [])
            if isinstance(node.op, NESTED) and len(read) == 1 and read[0].op == node.op and node.name not in ends:
                found.add(node.name)
        return found

    def _read(self, needed: list[Node], sets: dict[str, str]) -> dict[str, str]:
        """Digests. `sets`: which weights a node uses, where it shares them."""
        first = self.graph.input.name
        self.counted: list[str] = []
        moved: dict[str, _Moved] = {}
        terms: dict[str, list[str]] = {}
        slices: dict[str, tuple[Form, str]] = {}
        digests: dict[str, str] = {}
        for node in needed:
            form = self.forms[node.name]
            inputs = [digests[name] for name in node.inputs]
            if form is None:
                digests[node.name] = inputs[0]
                continue
            lies = layout(node.op, self.graph.input_shapes(node)[0]) if len(inputs) == 1 else None
            if lies is not None:
                digests[node.name] = self._move(node, inputs[0], lies, moved)
                continue
            if isinstance(node.op, Input) and node.name != first:  # arguments are told apart by their place
                inputs = [str(len(digests))]
            if isinstance(node.op, NESTED):
                pairs = zip(node.inputs, inputs, strict=True)
                inputs = [term for name, digest in pairs for term in self._terms(name, digest, terms)]
                inputs = terms[node.name] = sorted(inputs) if node.op.pairwise else inputs
            if isinstance(node.op, Slice):
                form, inputs = self._slice(node.op, inputs[0], slices)
            if self._is_counted(node):
                self.counted.append(node.name)
            digests[node.name] = digest = _digest(form, inputs, sets.get(node.name, ""))
            if isinstance(node.op, Slice):
                slices[digest] = form, inputs[0]
        return digests

    def _is_counted(self, node: Node) -> bool:
        shapes = self.graph.input_shapes(node)
        return isinstance(node.op, (Dropping, Opaque)) or bool(node.op.weights(*shapes) or node.op.buffers(*shapes))

    def _slice(self, op: Slice, arriving: str, slices: dict[str, tuple[Form, str]]) -> tuple[Form, list[str]]:
        """A slice of a slice as one."""
        first, source = 0, arriving
        if arriving in slices:
            form, source = slices[arriving]
            first = form.arguments["start"]
        return Form("Slice", {"start": first + op.start, "stop": first + op.stop}), [source]

    def _terms(self, name: str, digest: str, terms: dict[str, list[str]]) -> list[str]:
        source = self.behind[name]
        return terms[source] if source in self.parts else [digest]

    def _move(self, node: Node, arriving: str, lies: Layout, moved: dict[str, _Moved]) -> str:
        """A move of what was moved before is one move; one that leaves everything where it is, none."""
        source, shape = arriving, typed(self.graph[node.inputs[0]].shape)
        if (before := moved.get(arriving)) is not None and (both := after(before.lies, lies)) is not None:
            source, shape, lies = before.source, before.shape, both
        made = typed(node.shape)
        if made == shape and type(made) is type(shape) and stays(lies):
            return source
        digest = _text_digest(["moved", made.word, list(made), lies, source])
        moved[digest] = _Moved(source, shape, lies)
        return digest


def _sets(graph: Graph, alive: set[str], digests: dict[str, str]) -> dict[str, str]:
    """For nodes that share weights what tells their set from others: what its nodes compute, whichever of them is run first.

    Sets whose nodes compute the same are numbered. A set of which one node is needed shares nothing.
    """
    members: dict[str, list[str]] = {}
    for node in graph:
        if node.name in alive:
            members.setdefault(node.owner, []).append(node.name)
    sets: dict[str, str] = {}
    times: Counter[str] = Counter()
    for names in members.values():
        if len(names) > 1:
            text = " ".join(sorted(digests[name] for name in names))
            times[text] += 1
            sets.update(dict.fromkeys(names, f"{text} {times[text]}"))
    return sets


def schedule_hash(graph: Graph) -> str:
    """SHA-256 over all operators in the order in which they run, with their connections: equal for graphs of equal costs.

    Nodes that never reach an output count here, and so does the order: both change parameters or memory.
    """
    number = {name: index for index, name in enumerate(graph.nodes)}
    parts: list[list[Any]] = [[_description(node, graph), [number[name] for name in node.inputs]] for node in graph]
    for part, node in zip(parts, graph, strict=True):
        if node.shared:
            part.append(number[node.shared])
        if node.present is not None:
            part.append([node.present.shape, node.present.tobytes().hex()])
    return hashlib.sha256(
        json.dumps([parts, *(number[name] for name in graph.outputs.values())], sort_keys=True, default=_plain).encode()
    ).hexdigest()


def _description(node: Node, graph: Graph) -> list[Any]:
    return list(written(node.op, graph.input_shapes(node))[:2])


def _digest(form: Form, inputs: list[str], weights: str) -> str:
    return _text_digest([form.word, form.arguments, inputs[: form.reads], *([weights] if weights else [])])


def _text_digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> str:
    """A grid as its shape and elements."""
    return repr(key(value))
