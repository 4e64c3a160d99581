"""Graphs as JSON and back. `graph.json` holds everything that the graph does, source lines included."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from archdsl.errors import InputError, Mark, Source
from archdsl.exact import exact
from archdsl.ir.graph import Frame, Graph, Node
from archdsl.ir.verify import verify
from archdsl.ops import OPERATORS, Operator
from archdsl.ops.errors import ArgumentError
from archdsl.ops.passing import Input

FORMAT = 1


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
        "output": graph.output,
        "sources": [source.name for source in sources],
        "scopes": [[f.path, f.kind, f.block, place(f.mark), f.row, dict(f.args)] for f in frames],
        "nodes": [
            {
                "name": node.name,
                "op": node.op.word,
                "args": node.op.arguments(),
                "inputs": list(node.inputs),
                "shape": list(node.shape),
                "scope": [frame_index[id(frame)] for frame in node.scope],
                "mark": place(node.mark),
                "row": node.row,
            }
            for node in graph
        ],
    }
    try:
        return json.loads(json.dumps(data, default=_number))  # type: ignore[no-any-return]
    except TypeError:
        raise InputError("a graph over arrays stands for many networks and has no file; choose one value for each knob") from None


def load(data: dict[str, Any]) -> Graph:
    """A graph from plain data, verified.

    Raises:
        InputError: the data is no graph of this format.
    """
    if data.get("archdsl") != FORMAT:
        raise InputError(f"the graph has format {data.get('archdsl')!r}, this archdsl reads {FORMAT}")
    try:
        sources = [Source(name, "") for name in data["sources"]]

        def place(found: list[int] | None) -> Mark | None:
            return None if found is None else Mark(sources[found[0]], *found[1:])

        frames = [
            Frame(path, kind, block, place(m), row, tuple(args.items())) for path, kind, block, m, row, args in data["scopes"]
        ]
        graph = Graph(data["name"], output=data["output"], init=data["init"])
        for item in data["nodes"]:
            scope = tuple(frames[number] for number in item["scope"])
            op = _operator(item["op"], item["args"])
            node = Node(item["name"], op, tuple(item["inputs"]), tuple(item["shape"]), scope, place(item["mark"]), item["row"])
            graph.nodes[node.name] = node
    except (KeyError, TypeError, ValueError, IndexError, ArgumentError) as error:
        raise InputError(f"not a graph of archdsl: {type(error).__name__} {error}") from None
    return verify(graph, "reading JSON")


def _operator(word: str, args: dict[str, Any]) -> Operator:
    if word == Input.word:
        return Input(tuple(args["size"]))
    if word not in OPERATORS:
        raise InputError(f"the graph has the operator '{word}', which this archdsl does not know")
    return OPERATORS[word].read({name: exact(value) for name, value in args.items()})


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
