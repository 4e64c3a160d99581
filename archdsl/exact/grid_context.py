"""Which variants of a grid are asked for, and what is noted of those that cannot be built.

An array has an element for every combination of its axes, but often only some of them are variants that anybody asks for; and a
condition of an operator may fail for a few variants where the others can go on. Both belong to the grid that is worked on, so one
`GridContext` holds them:

    with GridContext(counted, noting=True) as grid:
        ...                                         # elaborate, cost
        with grid.narrowed(buildable):              # fewer variants; what is noted goes to the same list
            ...
    grid.refusals

Contexts nest: the innermost is in force (`current()`), and leaving it brings the one around it back, also after an error. A
context holds for its thread or task and no other. Outside of any, every element counts and a condition that fails for some
variants is an error.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.exact.counted import Counted

if TYPE_CHECKING:
    import numpy as np

    from archdsl.exact.truth import Truth


class Refusal(NamedTuple):
    """A condition that holds for some variants only. `reason`: what is wrong with those where `ok` is false."""

    ok: Truth
    reason: str


class GridContext:
    """The variants of one grid. Enter it with `with`.

    Attributes:
        counted: the variants that are asked for. The elements of others mean nothing, and decide nothing.
        refusals: the conditions noted so far, in order.
    """

    def __init__(self, counted: np.ndarray | None = None, *, noting: bool = False, branching: bool = False):
        """
        Args:
            counted: a mask that broadcasts with arrays of the grid; None where all variants are asked for.
            noting: whether a condition that fails for some variants is noted. Where it is not, it is an error.
            branching: whether a decision about structure with several answers is followed into each of them, for the variants that
                give it. Where it is not, it is an error.
        """
        self.counted = Counted.of(counted)
        self.refusals: list[Refusal] = []
        self.branching = branching
        self._noting = noting
        self._branch: np.ndarray | None = None
        self._outer: GridContext | None = None
        self._key: Any = None
        self._token: Token[GridContext | None] | None = None

    def narrowed(self, counted: np.ndarray | None) -> GridContext:
        """A context for other variants of the same grid, which notes where this one does and into the same list."""
        inner = GridContext(counted, noting=self._noting)
        inner.refusals = self.refusals
        return inner

    def branch(self, mask: np.ndarray) -> GridContext:
        """A context for the variants of one answer to a decision. What is noted in it is said of no others."""
        inner = self.narrowed(None)
        inner.counted = self.counted.within(mask)
        inner.branching = self.branching
        inner._branch = mask if self._branch is None else self._branch & mask
        inner._outer = self
        return inner

    def __enter__(self) -> GridContext:
        if self._token is not None:
            raise RuntimeError("this grid context has been entered already; make another with narrowed()")
        self._token = _CURRENT.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        assert self._token is not None
        _CURRENT.reset(self._token)
        self._token = None

    def elements(self, values: np.ndarray) -> np.ndarray:
        """Those elements of an array that count for any variant, along one axis."""
        return self.counted.elements(values)

    def note(self, ok: Truth, reason: str) -> bool:
        """Note a condition that fails for some variants. False where nothing is noted, so that it has to be an error.

        Where decisions are followed, the variants that fail count no more from there on.
        """
        if self._noting:
            if self._branch is not None:
                ok = type(ok)(ok.mask | ~self._branch, ok.knobs)
            self.refusals.append(Refusal(ok, reason))
            if self.branching:
                self._narrow(ok.mask)
        return self._noting

    def _narrow(self, mask: np.ndarray) -> None:
        context: GridContext | None = self
        while context is not None:
            context.counted, context._key = context.counted.within(mask), None
            context = context._outer

    @property
    def present(self) -> np.ndarray | None:
        """A mask of the variants that have what is made now; None where all that count do."""
        return self._branch

    @property
    def noting(self) -> bool:
        """Whether refusals of some variants are noted and the others go on."""
        return self._noting

    @property
    def noted(self) -> int:
        """How many conditions have been noted.

        What came about while this number grew must not be kept for another grid: it would be taken from the cache there, and its
        conditions would not be noted again.
        """
        return len(self.refusals)

    @property
    def key(self) -> Any:
        """What a cache adds to its keys where the answer may depend on which elements count."""
        if self._key is None:
            counted = self.counted.key or None
            self._key = (counted, self._branch is None) if self.branching else counted
        return self._key


_CURRENT: ContextVar[GridContext | None] = ContextVar("grid context", default=None)
_OUTSIDE = GridContext()


def current() -> GridContext:
    """The context in force; outside of any, one in which every element counts and nothing is noted."""
    return _CURRENT.get() or _OUTSIDE
