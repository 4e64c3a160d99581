"""One factor for all channels: the largest thousandth with which the cost is within its bound.

Costs grow with the factor, so halving the thousandths finds it; the next one is known not to fit. Factors with which the network cannot be
put together are passed over, to the next lower one.
"""

from __future__ import annotations

from fractions import Fraction

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.transform import plain
from archdsl.transform.draft import Draft
from archdsl.transform.pruning.keep import Keep
from archdsl.transform.width import set_factor, with_knob

PARTS = 1000


def uniform(draft: Draft, keep: Keep) -> Fraction:
    """Narrow the network. Gives the factor.

    Raises:
        InputError: no factor is small enough.
    """
    name = with_knob(draft)
    now = Fraction(draft.knobs[name])
    low = now / PARTS
    wide = _wide(draft, name, low)

    def cost(part: int) -> Fraction | None:
        return keep.of(wide, **{name: now * part / PARTS})

    fitting, above = 0, PARTS
    while above - fitting > 1:
        middle = (fitting + above) // 2
        found = next((part for part in range(middle, fitting, -1) if cost(part) is not None), None)
        if found is not None and keep.fits(cost(found)):
            fitting = middle
        elif found is None:
            fitting = middle if fitting else fitting
            above = above if fitting else middle
        else:
            above = found
    part = next((part for part in range(fitting, 0, -1) if keep.fits(cost(part))), 0)
    if not part:
        raise InputError(f"no factor of {name} brings {keep.cost} to {keep.words(keep.most)}")
    set_factor(draft, name, now * part / PARTS)
    return Fraction(part, PARTS)


def _wide(draft: Draft, name: str, low: Fraction) -> Design:
    """The network with a range of the knob that goes down to the lowest factor."""
    before = draft.copy()
    bounds = draft.spec.knobs[name].range
    high = bounds[1] if bounds is not None else draft.knobs[name]
    held = before.knobs.get(name)
    declared = held if isinstance(held, dict) else {"default": plain.constant(draft.knobs[name])}
    draft.overlay.knobs[name] = {**declared, "range": plain.constant((low, high))}
    design = draft.read(draft.overlay)
    draft.overlay = before
    return design
