"""What flows through a network that is being imported: tensors of the graph, and tensors that are known."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from archdsl.importer.views import View


class Value(NamedTuple):
    """A tensor that is worked out: a node of the graph, and how its axes are seen (the batch is one of them)."""

    node: str
    view: View

    @property
    def sizes(self) -> tuple[int, ...]:
        return self.view.sizes


class Const(NamedTuple):
    """A tensor that no input changes: a parameter, a buffer, or what follows from them.

    Attributes:
        name: of the parameter or buffer that it is, or that alone it follows from; '' where there is none.
        learned: whether that is a parameter.
    """

    tensor: Tensor
    name: str = ""
    learned: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)


Operand = Value | Const
