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


class Folded(NamedTuple):
    """A call of constants that was worked out while a program was read: its name, and its tensors in their order."""

    word: str
    operands: tuple[Const, ...]


class Const(NamedTuple):
    """A tensor that no input changes: a parameter, a buffer, or what follows from them.

    Attributes:
        name: of the parameter that it is, or that alone it follows from, or of a buffer; '' where there is none.
        learned: whether that is a parameter.
        origin: the parameter or buffer itself.
        fixed: of a tensor with a parameter in it, the elements that none is in, such as zeros that were put beside it.
        call: what it was worked out by, the last of its calls; None of what a program holds.
    """

    tensor: Tensor
    name: str = ""
    learned: bool = False
    origin: Tensor | None = None
    fixed: int = 0
    call: Folded | None = None

    @property
    def held(self) -> int:
        """Elements that are not learned."""
        return self.fixed if self.learned else self.tensor.numel()

    def follows(self, tensor: Tensor, others: tuple[Const, ...]) -> Const:
        """What follows from this and others. It is told by the parameter that is in it, where there is one."""
        learned = {const.name: const for const in (self, *others) if const.learned}
        named = learned or {const.name: const for const in (self, *others) if const.name}
        if len(named) != 1:
            return Const(tensor, learned=bool(learned))
        (first,) = named.values()
        return Const(tensor, first.name, first.learned, first.origin)

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)


Operand = Value | Const
