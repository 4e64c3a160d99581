"""A factor for each stage: a knob `stages` that holds them, put where the net says channels.

A stage is a round of a `stage` with `for`; in other nets, the steps and rows whose outputs are of one height.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction

from archdsl.errors import InputError
from archdsl.ir.graph import Node
from archdsl.ops.shapes import Map
from archdsl.spec.model import Body, Call, Stage
from archdsl.transform import make, plain
from archdsl.transform.draft import Draft
from archdsl.transform.pruning.keep import Keep
from archdsl.transform.rewrite import rewritten
from archdsl.transform.roles import CHANNELS, calls
from archdsl.transform.scaling import Place, Scaling, place_of
from archdsl.transform.width import classes

KNOB = "stages"
EIGHTHS = 8


@dataclasses.dataclass(frozen=True)
class Stages:
    """The knob with the factors: how many there are, and which of them a node goes by; None for those by no one."""

    count: int
    of: Callable[[Node], int | None]


def with_stages(draft: Draft) -> Stages:
    """Put the knob into the net.

    Raises:
        InputError: the net has no stages that can be told apart, or a knob of that name.
    """
    if KNOB in draft.spec.knobs:
        raise InputError(f"the network has a knob '{KNOB}' already")
    loop = next((step for step in draft.spec.net if isinstance(step, Stage) and step.mods.loop), None)
    made = _by_loop(draft, loop) if loop is not None else None
    stages = made or _by_height(draft)
    draft.refresh()
    return stages


def _by_loop(draft: Draft, stage: Stage) -> Stages | None:
    """A variable `f` beside the others of the loop."""
    names = list(dict.fromkeys(frame.path for node in draft.graph for frame in node.scope[:1] if frame.kind == "stage"))
    scaling = Scaling(draft)
    body = rewritten(stage.body, lambda call: scaling.step(call, "$f"))
    if body is stage.body or len(names) < 2:
        return None
    loop = (*stage.mods.loop, ("f", make.formula(f"${KNOB}")))
    new = dataclasses.replace(stage, body=body, mods=dataclasses.replace(stage.mods, loop=loop))
    at = draft.spec.net.index(stage)
    before = rewritten(draft.spec.net[:at], lambda call: scaling.step(call, f"${KNOB}[0]"))
    last = classes(draft)
    after = rewritten(draft.spec.net[at + 1 :], lambda call: scaling.step(call, f"${KNOB}[-1]") if call is not last else None)
    draft.put_net((*before, new, *after))
    _declare(draft, len(names))
    return Stages(len(names), _by_name(draft, names))


def _by_name(draft: Draft, names: list[str]) -> Callable[[Node], int | None]:
    """The stage of a node by its scope; what comes before all goes with the first, what comes after with the last."""
    found: dict[str, int] = {}
    now = 0
    for node in draft.graph:
        if node.scope and node.scope[0].path in names:
            now = names.index(node.scope[0].path)
        found[node.name] = now
    return lambda node: found[node.name]


def _by_height(draft: Draft) -> Stages:
    """`$stages[0]` and so on in steps and rows, by the height of what they give."""
    scaling = Scaling(draft)
    heights: dict[Place, int] = {}
    for node in draft.graph:
        if isinstance(node.shape, Map) and node.shape[1] > 1:
            heights |= {
                place_of(mark): node.shape[1] for mark in (node.mark, *(frame.mark for frame in node.scope)) if mark is not None
            }
    steps = [call for call in calls(draft.spec.net) if CHANNELS in scaling.roles.of(call.target).values()]
    meant = {heights[place] for call in steps if (place := place_of(call.mark)) in heights}
    used = [height for height in dict.fromkeys(heights.values()) if height in meant]
    if len(used) < 2:
        raise InputError(
            "the net has no stages: its steps say how many channels there are for maps of one height only; take --by uniform"
        )
    factor = {place: f"${KNOB}[{used.index(height)}]" for place, height in heights.items() if height in used}
    last = classes(draft)

    def change(call: Call) -> Body | None:
        place = place_of(call.mark)
        return scaling.step(call, factor[place]) if place in factor and call is not last else None

    draft.put_net(rewritten(draft.spec.net, change))
    _declare(draft, len(used))
    return Stages(
        len(used), lambda node: used.index(node.shape[1]) if isinstance(node.shape, Map) and node.shape[1] in used else None
    )


def _declare(draft: Draft, count: int) -> None:
    draft.overlay.knobs[KNOB] = {
        "default": plain.constant([1] * count),
        "range": plain.constant((Fraction(1, 64), 1)),
        "doc": "channels of each stage over those of the whole network",
    }


def set_factors(draft: Draft, factors: list[Fraction]) -> None:
    draft.overlay.set_knob(KNOB, plain.constant(factors))
    draft.refresh()


def by_stage(draft: Draft, keep: Keep) -> list[Fraction]:
    """Narrow stage after stage by an eighth, each time the one whose eighth saves most, until the bound is kept; then give back the eighths
    that fit. Gives the factors.

    Raises:
        InputError: an eighth of all stages is above the bound.
    """
    stages = with_stages(draft)
    design = draft.design
    parts = [EIGHTHS] * stages.count

    def cost(tried: list[int]) -> Fraction | None:
        return keep.of(design, **{KNOB: [Fraction(part, EIGHTHS) for part in tried]})

    while not keep.fits(cost(parts)):
        tried = [[*parts[:at], part - 1, *parts[at + 1 :]] for at, part in enumerate(parts) if part > 1]
        found = [(saved, each) for each in tried if (saved := cost(each)) is not None]
        if not found and parts == [EIGHTHS] * stages.count:
            raise InputError(
                "stages of other widths would need other layers, such as projections on shortcuts; take --by uniform"
            )
        if not found:
            raise InputError(f"an eighth of all stages has more than {keep.cost} {keep.words(keep.most)}")
        parts = min(found, key=lambda pair: pair[0])[1]
    for at in range(stages.count):
        while parts[at] < EIGHTHS and keep.fits(cost([*parts[:at], parts[at] + 1, *parts[at + 1 :]])):
            parts[at] += 1
    factors = [Fraction(part, EIGHTHS) for part in parts]
    set_factors(draft, factors)
    return factors
