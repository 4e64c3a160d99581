"""Who makes and who reads each value of an ONNX file: how compounds of several nodes are found and replaced by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import NodeProto, helper

from archdsl.importer.onnx_file import Array, File, attributes

Found = Sequence[NodeProto] | None


class Web:
    """The values of a file, and between which nodes they go."""

    def __init__(self, file: File):
        self.file = file
        self.makers = {name: node for node in file.nodes for name in node.output}
        self.readers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in file.nodes:
            for name in node.input:
                self.readers[name].append(node)

    def maker(self, name: str, *op_types: str) -> NodeProto | None:
        """The node that makes a value, if it is one of these."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type in op_types else None

    def reader(self, node: NodeProto, *op_types: str) -> NodeProto | None:
        """The only node that reads what this one makes, if it is one of these."""
        name = node.output[0]
        if name in self.file.outputs or len(self.readers[name]) != 1:
            return None
        found = self.readers[name][0]
        return found if found.op_type in op_types else None

    def tensor(self, name: str) -> Array | None:
        return self.file.tensors.get(name)

    def number(self, name: str) -> float | None:
        """The value of a tensor that is known and has one element."""
        found = self.tensor(name)
        return float(found.flat[0]) if found is not None and found.size == 1 else None

    def apart(self, node: NodeProto) -> tuple[str, float] | None:
        """A sum or product of a value and a number as both; of a number that stands first too."""
        if len(node.input) != 2:
            return None
        for one, other in ((0, 1), (1, 0)):
            if (number := self.number(node.input[other])) is not None and self.tensor(node.input[one]) is None:
                return node.input[one], number
        return None

    def plus(self, name: str) -> tuple[str, float] | None:
        """What a value is, as another one plus a number."""
        node = self.maker(name, "Add")
        return self.apart(node) if node is not None else None

    def axes(self, node: NodeProto) -> list[int] | None:
        """Axes that a reduction goes over."""
        found = attributes(node).get("axes")
        if found is None and len(node.input) > 1 and (tensor := self.tensor(node.input[1])) is not None:
            found = tensor.flatten().tolist()
        return found

    def factors(self, name: str, depth: int) -> tuple[float, list[str]]:
        """A value as a number times values: products are taken apart down to a depth."""
        node = self.maker(name, "Mul", "Div", "Pow") if depth else None
        if node is None:
            number = self.number(name)
            return (1.0, [name]) if number is None else (number, [])
        first, second = node.input
        if node.op_type == "Pow":
            power = self.number(second)
            return (1.0, [first] * int(power)) if power in (2, 3) else (1.0, [name])
        if node.op_type == "Div":
            number = self.number(second)
            if number is None:
                return 1.0, [name]
            left, names = self.factors(first, depth - 1)
            return left / number, names
        (left, names), (right, others) = self.factors(first, depth - 1), self.factors(second, depth - 1)
        return left * right, [*names, *others]

    def terms(self, name: str, depth: int = 2) -> list[str]:
        """What a value is the sum of: sums are taken apart down to a depth."""
        node = self.maker(name, "Add") if depth else None
        return [name] if node is None else [term for part in node.input for term in self.terms(part, depth - 1)]

    def constant(self, like: str, array: Array) -> str:
        """A tensor that follows from another one, under a name of its own."""
        name = f"{like} as {'x'.join(map(str, array.shape))}"
        self.file.tensors[name] = array
        self.file.sources[name] = self.file.sources.get(like, frozenset())
        return name


def near(value: float | None, wanted: float) -> bool:
    return value is not None and abs(value - wanted) <= 1e-4 * abs(wanted)


def instead(node: NodeProto, op_type: str, inputs: Sequence[str], **more: Any) -> NodeProto:
    """A node in the place of another: its name, what it gives, and what is noted of where it came from."""
    made = helper.make_node(op_type, list(inputs), list(node.output), name=node.name, **more)
    made.metadata_props.extend(node.metadata_props)
    return made


def before(node: NodeProto, op_type: str, inputs: Sequence[str], suffix: str, **more: Any) -> NodeProto:
    """A node that goes before another, in its place in the module tree."""
    made = instead(node, op_type, inputs, **more)
    made.output[0] = f"{node.output[0]} {suffix}"
    return made


def rewrite(file: File, op_types: Sequence[str], find: Callable[[Web, NodeProto], Found]) -> None:
    """Put what `find` gives in the place of nodes of these kinds.

    The last of what it gives makes the values of the node, or of one after it which then goes too.
    """
    web = Web(file)
    kept: list[NodeProto] = []
    made: set[str] = set()
    for node in file.nodes:
        if made.issuperset(node.output):
            continue
        found = find(web, node) if node.op_type in op_types else None
        kept.extend([node] if found is None else found)
        made.update(found[-1].output if found is not None else ())
    file.nodes = kept
    file.drop_unused()


def even(tensor: Array | None, value: float) -> bool:
    return tensor is not None and bool(np.all(tensor == value))
