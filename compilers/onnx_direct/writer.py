"""The nodes and constants of an ONNX model while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx


class Writer:
    """What has been written so far. Called with the type of a node, it adds one."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._node, self._tensor = helper.make_node, numpy_helper.from_array
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.owner = self.weights = ""
        self._written = 0

    def begin(self, owner: str, weights: str = "") -> None:
        """What is written from here on belongs to this node of the graph. `weights`: the node whose weights it uses, where not its own."""
        self.owner, self.weights, self._written = owner, weights or owner, 0

    def __call__(self, op_type: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output. Gives the output's name."""
        name = self.owner if self._written == 0 else f"{self.owner}/{self._written}"
        self._written += 1
        self.nodes.append(self._node(op_type, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name: str, values: np.ndarray[Any, Any]) -> str:
        """A tensor of the model, once for nodes that share it in one form. Gives its name."""
        key = f"{self.weights}.{name}"
        made = self._tensor(np.asarray(values, order="C"), key)
        known = self.constants.setdefault(key, made)
        if known is made or known == made:
            return key
        key = f"{self.owner}.{name}"
        self.constants[key] = self._tensor(np.asarray(values, order="C"), key)
        return key

    def integers(self, *values: int) -> str:
        """A vector of int64, kept once."""
        key = "int64 " + " ".join(map(str, values))
        if key not in self.constants:
            self.constants[key] = self._tensor(np.array(values, dtype=np.int64), key)
        return key

    def number(self, value: float) -> str:
        """A scalar of float32, kept once."""
        key = f"float32 {value!r}"
        if key not in self.constants:
            self.constants[key] = self._tensor(np.array(value, dtype=np.float32), key)
        return key
