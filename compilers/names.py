"""Names of a network's inputs and outputs in files that name them, such as ONNX: those of the spec."""

from __future__ import annotations

from archdsl.ir.graph import Graph

INPUT, OUTPUT = "x", "y"
"""Where the spec gives a shape and no name, and where the net's end is the output."""


def input_names(graph: Graph) -> list[str]:
    """The name of each input, in order."""
    names = [node.name for node in graph.inputs]
    return [INPUT] if names == ["input"] else names


def output_names(graph: Graph) -> list[str]:
    """The name of each output, in order. One that is called like an input has `_out` after it, for both are values of one graph."""
    if graph.returns == "tensor":
        return [OUTPUT if OUTPUT not in input_names(graph) else f"{OUTPUT}_out"]
    taken = {*input_names(graph)}
    names = []
    for name in graph.outputs:
        while name in taken:
            name = f"{name}_out"
        taken.add(name)
        names.append(name)
    return names
