"""From a view that is wanted to the operator that makes it: what a chain of reshapes and transpositions is called."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.values import Value
from archdsl.importer.views import BATCH, Group, View, normal
from archdsl.ops.shapes import Heads, Map, Sequence, Typed, Vector, typed

NAMES = "abdefgijklmopqrsuvxyz"
"""Letters for axes that have no better name."""


class Target(NamedTuple):
    """What a node shall give: a kind of tensor, and for each of its axes, without the batch, the factors."""

    kind: type[Typed]
    groups: tuple[Group, ...]


def settled(draft: Draft, value: Value, want: str) -> Value:
    """The value over a node that has the axes of a kind; what is left of its view is an order of whole axes, or a batch among them.

    Args:
        want: `map`: channels are axis 1. `last`: channels are the last axis, and places stay places where there are several.
            `tokens`: channels are the last axis, of tokens in a row. `heads`: as attention has it. '' leaves it to what the axes are.

    Raises:
        NotSaid: no kind of tensor has these axes.
    """
    view, kind = value.view, type(typed(draft.shape(value)))
    target = _target(view, kind, want)
    if target is None:
        raise NotSaid(f"axes {_text(view)}")
    whole = ((BATCH,), *target.groups)
    if kind is target.kind and whole == view.source:
        return value
    key = (value.node, view.lengths, view.source, target)
    if draft.settled.get(key) not in draft.graph.nodes:
        draft.settled[key] = _emit(draft, value, target).node
    left = normal(view.lengths, whole, view.axes)
    return Value(draft.settled[key], left)


def _target(view: View, kind: type[Typed], want: str) -> Target | None:
    """The kind and axes that are meant; None where none fits."""
    batch = [axis for axis, group in enumerate(view.axes) if BATCH in group]
    if len(batch) != 1:
        return None
    inner = view.axes[batch[0]]
    at = inner.index(BATCH)
    before, groups = inner[:at], inner[at + 1 :]
    units = [group for axis, group in enumerate(view.axes) if axis != batch[0]]
    if before:  # what is seen before the batch is an axis of its own
        units.insert(batch[0], before)
    if want == "heads":
        return _heads(view, units, groups)
    if want == "map":
        return Target(Map, tuple(units)) if not groups and 2 <= len(units) <= 4 else None
    if not units:
        return None
    channels, places = units[-1], units[:-1]
    if want == "tokens" or (want == "last" and groups):
        tokens = tuple([factor for group in places for factor in group])
        return Target(Sequence, (*((groups,) if groups else ()), tokens, channels)) if places else None
    if want == "last":
        if not places:
            return Target(Vector, (channels,)) if not groups else None
        if len(places) == 2 and kind is Heads:
            return Target(Sequence, (*places, channels))
        if _in_windows(view, places):
            return Target(Sequence, (*places, channels))  # an axis out of several: windows, and the tokens in each
        return Target(Sequence, (places[0], channels)) if len(places) == 1 else Target(Map, (channels, *places))
    return _likely(view, kind, units, groups)


def _in_windows(view: View, places: list[Group]) -> bool:
    """Whether places are windows and the tokens in each: axes that lie in several axes of the tensor."""
    return len(places) == 2 and any(len({axis for f in group for axis in _axes_of(view, f)}) > 1 for group in places)


def _axes_of(view: View, factor: int) -> list[int]:
    """The axes of the tensor in which a factor lies."""
    return [axis for axis, group in enumerate(view.source) if factor in group]


def _heads(view: View, units: list[Group], groups: Group) -> Target | None:
    if groups and len(units) == 2:  # heads went into the batch
        return Target(Heads, (groups, units[0], units[1]))
    if len(units) == 4 and not groups:
        return Target(Heads, tuple(units))
    if len(units) != 3:
        return None
    return Target(Heads, (*((groups,) if groups else ()), *units))


def _likely(view: View, kind: type[Typed], units: list[Group], groups: Group) -> Target | None:
    """What axes are by themselves: told from where the channels went."""
    if groups:
        return (
            Target(Sequence, (groups, *units))
            if len(units) == 2
            else Target(Heads, (groups, *units))
            if len(units) == 3
            else None
        )
    if len(units) == 1:
        return Target(Vector, (units[0],))
    channels = view.source[-1] if kind is not Map else view.source[1]
    if len(units) == 2:
        if kind is Map and units[0] == channels:
            return Target(Map, tuple(units))
        return Target(Sequence, tuple(units))
    if kind is Heads and len(units) == 3:
        return Target(Heads, tuple(units))
    if len(units) == 3 and kind is Sequence and units[0] and {*units[0], *units[2]} == {*channels}:
        return Target(Heads, tuple(units))
    if len(units) == 3 and kind is Sequence and len(channels) == 2 and (*units[0], *units[1]) == channels:
        return Target(Heads, tuple(units))
    if len(units) == 4 and kind in (Sequence, Heads):
        return Target(Heads, tuple(units))
    if kind is Map and units[-1] == channels and _in_windows(view, units[:-1]):
        return Target(Sequence, tuple(units))
    if len(units) in (3, 4):
        return Target(Map, (units[-1], *units[:-1])) if units[-1] == channels else Target(Map, tuple(units))
    return None


def _emit(draft: Draft, value: Value, target: Target) -> Value:
    """The node that makes one kind of tensor of another, by its usual name where it has one."""
    view, shape = value.view, typed(draft.shape(value))
    kind, source = type(shape), view.source[1:]
    size = [view.length(group) for group in target.groups]
    flat = tuple([factor for group in source for factor in group])
    if target.kind is Vector and kind is Map and target.groups[0] == flat:
        return draft.add("flatten", value)
    if kind is Map and len(source) == 3 and target == Target(Sequence, (source[1] + source[2], source[0])):
        return draft.add("tokens", value)
    if kind is Sequence and len(source) == 2 and target.kind is Map and len(target.groups) == 3:
        if target.groups[0] == source[1] and target.groups[1] + target.groups[2] == source[0]:
            return draft.add("to_map", value, height=size[1], width=None if size[1] * size[1] == prod(size[1:]) else size[2])
    if kind is Sequence and target.kind is Heads and len(target.groups) == len(source) + 1:
        *groups, heads, tokens, channels = target.groups
        if (*groups, tokens) == source[:-1] and heads + channels == source[-1]:
            return draft.add("split_heads", value, heads=view.length(heads))
    if kind is Heads and target.kind is Sequence and len(source) == len(target.groups) + 1:
        *groups, heads, tokens, channels = source
        if target.groups == (*groups, tokens, heads + channels):
            return draft.add("merge_heads", value)
    if kind is Map and target.kind is Map and target.groups[1:] == source[1:] and len(source[0]) == 2:
        if target.groups[0] == source[0][::-1]:
            return draft.add("shuffle", value, groups=view.lengths[source[0][0]])
    if (shuffled := _pixels(draft, value, target)) is not None:
        return shuffled
    return _rearranged(draft, value, target)


def _pixels(draft: Draft, value: Value, target: Target) -> Value | None:
    """Space to depth and its reverse."""
    view, kind = value.view, type(typed(draft.shape(value)))
    source = view.source[1:]
    if kind is not Map or target.kind is not Map or len(source) != 3 or len(target.groups) != 3:
        return None
    lengths = view.lengths
    if len(source[0]) == 3 and not any(len(group) > 1 for group in source[1:]):
        for first, (c, p, q) in (("channels", (0, 1, 2)), ("places", (2, 0, 1))):
            channels, down, across = source[0][c], source[0][p], source[0][q]
            if target.groups == ((channels,), (*source[1], down), (*source[2], across)) and lengths[down] == lengths[across]:
                return draft.add("pixel_shuffle", value, factor=lengths[down], first=first)
    if len(source[0]) == 1 and len(source[1]) == len(source[2]) == 2:
        (h, p), (w, q) = source[1:]
        for first, channels in (("channels", (*source[0], p, q)), ("places", (p, q, *source[0]))):
            if target.groups == (channels, (h,), (w,)) and lengths[p] == lengths[q]:
                return draft.add("pixel_unshuffle", value, factor=lengths[p], first=first)
    return None


def _rearranged(draft: Draft, value: Value, target: Target) -> Value:
    view, kind = value.view, type(typed(draft.shape(value)))
    source = view.source[1:]
    usual = {Map: {2: "cl", 3: "chw", 4: "cdhw"}, Sequence: {2: "nc", 3: "gnc"}, Heads: {3: "hnd", 4: "ghnd"}, Vector: {1: "c"}}
    letters = usual[kind][len(source)]
    spare = iter([letter for letter in NAMES if letter not in letters])
    names: dict[int, str] = {}
    sizes: dict[str, int] = {}
    for group, letter in zip(source, letters, strict=True):
        for place, factor in enumerate(group):
            names[factor] = letter if place == 0 else next(spare)
            if place > 0:
                sizes[names[factor]] = view.lengths[factor]

    def side(groups: tuple[Group, ...]) -> str:
        return " ".join(
            "1" if not group else names[group[0]] if len(group) == 1 else f"({' '.join(names[f] for f in group)})"
            for group in groups
        )

    to = None if len(target.groups) <= 2 and target.kind in (Vector, Sequence) else target.kind.word
    return draft.add("rearrange", value, pattern=f"{side(source)} -> {side(target.groups)}", to=to, **sizes)


def _text(view: View) -> str:
    return "x".join(map(str, view.sizes))
