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
        counted: mask of the elements that are asked for, which broadcasts with arrays of the grid; None where all are. The others
            mean nothing, and decide nothing.
        refusals: the conditions noted so far, in order.
    """

    def __init__(self, counted: np.ndarray | None = None, *, noting: bool = False, branching: bool = False):
        """
        Args:
            noting: whether a condition that fails for some variants is noted. Where it is not, it is an error.
            branching: whether a decision about structure with several answers is followed into each of them, for the variants that
                give it. Where it is not, it is an error.
        """
        self.counted = counted
        self.refusals: list[Refusal] = []
        self.branching = branching
        self._noting = noting
        self._branch: np.ndarray | None = None
        self._token: Token[GridContext | None] | None = None

    def narrowed(self, counted: np.ndarray | None) -> GridContext:
        """A context for other variants of the same grid, which notes where this one does and into the same list."""
        inner = GridContext(counted, noting=self._noting)
        inner.refusals = self.refusals
        return inner

    def branch(self, mask: np.ndarray) -> GridContext:
        """A context for the variants of one answer to a decision. What is noted in it is said of no others."""
        inner = self.narrowed(mask if self.counted is None else self.counted & mask)
        inner.branching = self.branching
        inner._branch = mask if self._branch is None else self._branch & mask
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
        """Those elements of an array that count, along one axis."""
        if self.counted is None:
            return values.reshape(-1)
        import numpy as np

        values, counted = np.broadcast_arrays(values, self.counted)
        found: np.ndarray = values[counted]
        return found

    def note(self, ok: Truth, reason: str) -> bool:
        """Note a condition that fails for some variants. False where nothing is noted, so that it has to be an error."""
        if self._noting:
            if self._branch is not None:
                ok = type(ok)(ok.mask | ~self._branch, ok.knobs)
            self.refusals.append(Refusal(ok, reason))
        return self._noting

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
        counted = None if self.counted is None else (self.counted.shape, self.counted.tobytes())
        return (counted, True) if self.branching else counted


_CURRENT: ContextVar[GridContext | None] = ContextVar("grid context", default=None)
_OUTSIDE = GridContext()


def current() -> GridContext:
    """The context in force; outside of any, one in which every element counts and nothing is noted."""
    return _CURRENT.get() or _OUTSIDE
