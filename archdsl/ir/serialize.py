"""Graphs as JSON and back. `graph.json` holds everything that the graph does, source lines included."""

from __future__ import annotations

import json
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import Any

from archdsl.errors import InputError, Mark, Source, clip
from archdsl.ir.graph import Frame, Graph, Interface, Node
from archdsl.ir.plain import Plain, brief
from archdsl.ir.verify import BrokenGraph, verify
from archdsl.ops import OPERATORS, Operator, Shape, ShapeError
from archdsl.ops.axes import Each
from archdsl.ops.errors import ArgumentError
from archdsl.ops.passing import Input
from archdsl.ops.shapes import KINDS
from archdsl.spec.initialisation import read_init

FORMAT = 2
FRAMES = ("block", "stage", "path")
"""What a frame of a scope may be."""


def dump(graph: Graph) -> dict[str, Any]:
    """The graph as plain data. Raises InputError where a dimension is an array."""
    sources = list(dict.fromkeys(mark.source for mark in _marks(graph)))
    index = {source: number for number, source in enumerate(sources)}

    def place(mark: Mark | None) -> list[int] | None:
        return None if mark is None else [index[mark.source], mark.line, mark.column, mark.end]

    frames = list({id(frame): frame for node in graph for frame in node.scope}.values())
    frame_index = {id(frame): number for number, frame in enumerate(frames)}
    data = {
        "archdsl": FORMAT,
        "name": graph.name,
        "init": graph.init,
        "outputs": graph.outputs,
        "returns": graph.returns,
        "interfaces": [[*key, found.inputs, found.outputs] for key, found in graph.interfaces.items()],
        "sources": [source.name for source in sources],
        "scopes": [[f.path, f.kind, f.block, place(f.mark), f.row, dict(f.args)] for f in frames],
        "nodes": [
            {
                "name": node.name,
                "op": node.op.word,
                "args": _arguments(node, graph.input_shapes(node)),
                "inputs": list(node.inputs),
                "shape": list(node.shape),
                "scope": [frame_index[id(frame)] for frame in node.scope],
                "mark": place(node.mark),
                "row": node.row,
                **({"shared": node.shared} if node.shared else {}),
            }
            for node in graph
        ],
    }
    try:
        return json.loads(json.dumps(data, default=_number))  # type: ignore[no-any-return]
    except TypeError:
        raise InputError("a graph over arrays stands for many networks and has no file; choose one value for each knob") from None


def _arguments(node: Node, inputs: tuple[Shape, ...]) -> dict[str, Any]:
    """The arguments of a node. A number for every axis is a pair over height and width, and one number over other places."""
    given = node.op.arguments()
    if not inputs or len(inputs[0]) == 3:
        return given
    return {name: value[0] if type(value) is Each else value for name, value in given.items()}


def load(data: Any) -> Graph:
    """A graph from plain data, verified: what comes back is as sound as one that was made from a spec.

    Raises:
        InputError: the data is no graph of this format; says where, what was expected and what came.
    """
    if not isinstance(data, dict) or type(data.get("archdsl")) is not int:
        raise InputError("not a graph of archdsl: a mapping with 'archdsl', the number of its format, was expected")
    if data["archdsl"] != FORMAT:
        raise InputError(f"the graph has format {brief(data['archdsl'])}, this archdsl reads {FORMAT}")
    parts = Plain(data).fields("archdsl", "name", "init", "outputs", "returns", "interfaces", "sources", "scopes", "nodes")
    sources = [Source(item.text(), "") for item in parts["sources"]]
    frames = [_frame(item, sources) for item in parts["scopes"]]
    outputs = {name: end.text() for name, end in parts["outputs"].pairs().items()}
    graph = Graph(parts["name"].text(), {}, outputs, _init(parts["init"]), parts["returns"].text())
    for item in parts["nodes"]:
        node = _node(item, sources, frames)
        if node.name in graph.nodes:
            raise InputError(f"not a graph of archdsl: two nodes are named '{clip(node.name)}'")
        graph.nodes[node.name] = node
    _take_kinds(graph)
    graph.interfaces = dict(_interface(item, graph) for item in parts["interfaces"])
    try:
        return verify(graph, "reading JSON")
    except BrokenGraph as error:
        raise InputError(f"not a graph of archdsl: {clip(str(error), 400)}") from None


def _interface(item: Plain, graph: Graph) -> tuple[tuple[str, str], Interface]:
    path, block, *sides = item.items("an interface (path, block, inputs, outputs)", 4)

    def side(pairs: Plain) -> tuple[tuple[str, str], ...]:
        found = [tuple(part.text() for part in pair.items("a label and a node", 2)) for pair in pairs]
        if unknown := [name for _, name in found if name not in graph.nodes]:
            raise pairs.wrong(f"names of nodes ('{clip(unknown[0])}' is none)")
        return tuple([(label, name) for label, name in found])

    return (path.text(), block.text()), Interface(*map(side, sides))


def _node(item: Plain, sources: list[Source], frames: list[Frame]) -> Node:
    shares = ("shared",) if isinstance(item.value, dict) and "shared" in item.value else ()
    parts = item.fields("name", "op", "args", "inputs", "shape", "scope", "mark", "row", *shares)
    name = _dotted(parts["name"])
    scope = tuple([frames[number.whole(0, len(frames) - 1)] for number in parts["scope"]])
    paths = ["", *(frame.path for frame in scope), name]
    if not all(inner == outer or not outer or inner.startswith(f"{outer}.") for outer, inner in pairwise(paths)):
        raise parts["scope"].wrong("frames whose paths are parts of each other and of the node's name")
    return Node(
        name,
        _operator(parts["op"], parts["args"]),
        tuple([source.text() for source in parts["inputs"]]),
        tuple([dimension.whole(1) for dimension in parts["shape"]]),
        scope,
        _mark(parts["mark"], sources),
        _row(parts["row"]),
        _dotted(parts["shared"]) if shares else "",
    )


def _frame(item: Plain, sources: list[Source]) -> Frame:
    path, kind, block, mark, row, args = item.items("a scope (path, kind, block, mark, row, arguments)", 6)
    if kind.value not in FRAMES:
        raise kind.wrong(" or ".join(FRAMES))
    given = tuple([(name, value.plain()) for name, value in args.pairs().items()])
    return Frame(_dotted(path) if path.value else path.text(), kind.text(), block.text(), _mark(mark, sources), _row(row), given)


def _dotted(item: Plain) -> str:
    """A name of a node: parts with dots between them."""
    name = item.text()
    if not all(name.split(".")):
        raise item.wrong("a name")
    return name


def _mark(item: Plain, sources: list[Source]) -> Mark | None:
    if item.value is None:
        return None
    source, *place = item.items("a place (source, line, column, end)", 4)
    return Mark(sources[source.whole(0, len(sources) - 1)], *(number.whole(0) for number in place))


def _row(item: Plain) -> int | None:
    return None if item.value is None else item.whole(1)


def _init(item: Plain) -> dict[str, Any]:
    given = item.pairs()
    rules = {
        kind: {word: value.plain() for word, value in rule.pairs().items()} if isinstance(rule.value, dict) else rule.plain()
        for kind, rule in given.items()
    }
    try:
        read_init(rules)
    except ArgumentError as error:
        raise InputError(f"not a graph of archdsl: {item.place}: {error.message}") from None
    return rules


def _operator(word: Plain, args: Plain) -> Operator:
    if word.value == Input.word:
        return _input(args)
    if word.text() not in OPERATORS:
        raise InputError(f"the graph has the operator '{clip(word.text())}', which this archdsl does not know")
    op = OPERATORS[word.text()]
    given = {name: value.exact() for name, value in args.pairs().items()}
    unknown = [name for name in given if name not in op.kinds]
    missing = [name for name in op.required if given.get(name) is None]
    if unknown or missing:
        what = f"has no argument '{clip(unknown[0])}'" if unknown else f"needs '{missing[0]}'"
        raise InputError(f"not a graph of archdsl: {args.place}: {op.word} {what}")
    try:
        return op.read(given)
    except ArgumentError as error:
        raise InputError(f"not a graph of archdsl: {args.place}: {error.message}") from None


def _input(args: Plain) -> Input:
    """The input, of the kind that it says, or that its number of axes tells."""
    kinds = args.pairs().get("kind")
    found = args.fields("size", *(["kind"] if kinds else []))
    if kinds is not None and kinds.value not in KINDS:
        raise kinds.wrong(f"one of {', '.join(KINDS)}")
    sizes = found["size"].items()
    if not 1 <= len(sizes) <= 4:
        raise found["size"].wrong("one to four dimensions")
    size = tuple([dimension.whole(1) for dimension in sizes])
    return Input(size if kinds is None else KINDS[kinds.text()](size))


def _take_kinds(graph: Graph) -> None:
    """Give shapes, which JSON has as numbers alone, their kinds. Those that no rule gives are left to the verifier."""
    with suppress(ShapeError, KeyError, TypeError, ValueError, IndexError):
        for node in graph:
            shape = node.op.shape(*graph.input_shapes(node))
            if shape == node.shape:
                node.shape = shape


def _marks(graph: Graph) -> list[Mark]:
    found = []
    for node in graph:
        found += [mark for mark in (node.mark, *(frame.mark for frame in node.scope)) if mark is not None]
    return found


def _number(value: Any) -> float:
    """A ratio as JSON has it."""
    if isinstance(value, Fraction):
        return float(value)
    raise TypeError
