"""Which variants of a grid count: a mask that is kept as few small ones, each along axes of its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class _Part:
    """A mask along some axes, and its projections on fewer."""

    def __init__(self, mask: np.ndarray):
        self.mask = mask
        self.axes = frozenset(axis for axis, length in enumerate(mask.shape[::-1]) if length > 1)
        self._known: dict[frozenset[int], np.ndarray] = {}

    def along(self, axes: frozenset[int]) -> np.ndarray:
        """Which elements along some axes count for any variant."""
        gone = self.axes - axes
        if not gone:
            return self.mask
        found = self._known.get(gone)
        if found is None:
            import numpy as np

            last = self.mask.ndim - 1
            found = self._known[gone] = np.asarray(self.mask.any(axis=tuple(last - axis for axis in gone), keepdims=True))
        return found

    @cached_property
    def key(self) -> Any:
        return self.mask.shape, self.mask.tobytes()


class Counted:
    """The variants that count: those for which every part holds. No two parts share an axis, counted from the last."""

    def __init__(self, parts: tuple[_Part, ...] = ()):
        self.parts = parts
        self._within: dict[Any, Counted] = {}

    @classmethod
    def of(cls, mask: np.ndarray | None) -> Counted:
        """From one mask; None where all count."""
        return cls() if mask is None else cls((_Part(mask),))

    def within(self, mask: np.ndarray) -> Counted:
        """Those of a mask too."""
        part = _Part(mask)
        found = self._within.get(part.key)
        if found is None:
            found = self._within[part.key] = self._joined(part)
        return found

    def _joined(self, part: _Part) -> Counted:
        apart = tuple([other for other in self.parts if other.axes.isdisjoint(part.axes)])
        if len(apart) < len(self.parts):
            mask = part.mask
            for other in self.parts:
                if other not in apart:
                    mask = mask & other.mask
            part = _Part(mask)
        return Counted((*apart, part))

    def elements(self, values: np.ndarray) -> np.ndarray:
        """Those elements of an array that count for any variant, along one axis."""
        from archdsl.exact.broadcasting import together

        axes = frozenset(axis for axis, length in enumerate(values.shape[::-1]) if length > 1)
        mask: Any = None
        for part in self.parts:
            if part.axes.isdisjoint(axes):
                if not part.mask.any():
                    return values.reshape(-1)[:0]
                continue
            here = part.along(axes)
            mask = here if mask is None else mask & here
        if mask is None:
            return values.reshape(-1)
        values, mask = together(values, mask)
        found: np.ndarray = values[mask]
        return found

    def of_box(self, shape: tuple[int, ...]) -> int:
        """How many elements of a grid of this shape count."""
        import numpy as np

        count, last = 1, len(shape) - 1
        told = frozenset().union(*(part.axes for part in self.parts))
        for part in self.parts:
            count *= int(np.count_nonzero(part.mask))
        for axis, length in enumerate(shape):
            count *= 1 if last - axis in told else length
        return count

    @property
    def key(self) -> Any:
        """Equal for the same parts."""
        return tuple([part.key for part in self.parts])
