"""The operator that makes one kind of tensor of another, by its usual name where it has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.values import Value
from archdsl.importer.views import Group
from archdsl.ops.shapes import Heads, Map, Sequence, Typed, Vector, typed

NAMES = "abdefgijklmopqrsuvxyz"
"""Letters for axes that have no better name."""


class Target(NamedTuple):
    """What a node shall give: a kind of tensor, and for each of its axes, without the batch, the factors."""

    kind: type[Typed]
    groups: tuple[Group, ...]


def made(draft: Draft, value: Value, target: Target) -> Value:
    """The node that gives what is wanted of the value's node."""
    for form in FORMS.get((type(typed(draft.shape(value))), target.kind), ()):
        if (found := form(draft, value, target.groups)) is not None:
            return found
    return _rearranged(draft, value, target)


def _flatten(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    flat = tuple([factor for group in value.view.source[1:] for factor in group])
    return draft.add("flatten", value) if groups[0] == flat else None


def _tokens(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    channels, *places = value.view.source[1:]
    return draft.add("tokens", value) if len(places) == 2 and groups == (places[0] + places[1], channels) else None


def _to_map(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    *before, tokens, channels = value.view.source[1:]
    if before or len(groups) != 3 or groups[0] != channels or groups[1] + groups[2] != tokens:
        return None
    height, width = (value.view.length(group) for group in groups[1:])
    return draft.add("to_map", value, height=height, width=None if height == width else width)


def _split_heads(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    *before, tokens, together = value.view.source[1:]
    *others, heads, places, channels = groups
    if (others, places, heads + channels) != (before, tokens, together):
        return None
    return draft.add("split_heads", value, heads=value.view.length(heads))


def _merge_heads(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    *before, heads, tokens, channels = value.view.source[1:]
    return draft.add("merge_heads", value) if groups == (*before, tokens, heads + channels) else None


def _one_window(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    """All of a map as its only window, told as windows are."""
    channels, *places = value.view.source[1:]
    if len(places) != 2 or not all(places) or groups != ((), places[0] + places[1], channels):
        return None
    height, width = (value.view.length(group) for group in places)
    return draft.add("rearrange", value, pattern="c (h a) (w b) -> (h w) (a b) c", to="sequence", a=height, b=width)


def _from_one_window(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    """The only window of a map as this map, told as windows are."""
    *before, tokens, channels = value.view.source[1:]
    if before != [()] or len(groups) != 3 or not all(groups[1:]) or groups[0] != channels or groups[1] + groups[2] != tokens:
        return None
    across = value.view.length(groups[2])
    return draft.add("rearrange", value, pattern="(g a) (n b) c -> c (g n) (a b)", to="map", a=1, b=across)


def _shuffle(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    channels, *places = value.view.source[1:]
    if len(channels) != 2 or groups != (channels[::-1], *places):
        return None
    return draft.add("shuffle", value, groups=value.view.lengths[channels[0]])


def _pixel_shuffle(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    """Depth to space."""
    lengths, (together, *places) = value.view.lengths, value.view.source[1:]
    if len(together) != 3 or len(places) != 2 or any(len(group) > 1 for group in places):
        return None
    for first, (c, p, q) in (("channels", (0, 1, 2)), ("places", (2, 0, 1))):
        channels, down, across = together[c], together[p], together[q]
        if groups == ((channels,), (*places[0], down), (*places[1], across)) and lengths[down] == lengths[across]:
            return draft.add("pixel_shuffle", value, factor=lengths[down], first=first)
    return None


def _pixel_unshuffle(draft: Draft, value: Value, groups: tuple[Group, ...]) -> Value | None:
    """Space to depth."""
    lengths, (before, *places) = value.view.lengths, value.view.source[1:]
    if len(before) != 1 or [len(group) for group in places] != [2, 2]:
        return None
    (height, p), (width, q) = places
    for first, channels in (("channels", (*before, p, q)), ("places", (p, q, *before))):
        if groups == (channels, (height,), (width,)) and lengths[p] == lengths[q]:
            return draft.add("pixel_unshuffle", value, factor=lengths[p], first=first)
    return None


Form = Callable[[Draft, Value, tuple[Group, ...]], Value | None]
FORMS: dict[tuple[type[Typed], type[Typed]], tuple[Form, ...]] = {
    (Map, Vector): (_flatten,),
    (Map, Sequence): (_tokens, _one_window),
    (Map, Map): (_shuffle, _pixel_shuffle, _pixel_unshuffle),
    (Sequence, Map): (_to_map, _from_one_window),
    (Sequence, Heads): (_split_heads,),
    (Heads, Sequence): (_merge_heads,),
}
"""By the kinds of tensor that are there and that are wanted, the operators that are tried in order; `rearrange` is what is left."""


def _rearranged(draft: Draft, value: Value, target: Target) -> Value:
    view, kind = value.view, type(typed(draft.shape(value)))
    source = view.source[1:]
    usual = {Map: {2: "cl", 3: "chw", 4: "cdhw"}, Sequence: {2: "nc", 3: "gnc"}, Heads: {3: "hnd", 4: "ghnd"}, Vector: {1: "c"}}
    letters = usual.get(kind, {}).get(len(source), "")
    if not letters:
        raise NotSaid(f"{len(source)} axes beside the batch")
    spare = iter([letter for letter in NAMES if letter not in letters])
    names: dict[int, str] = {}
    sizes: dict[str, Any] = {}
    for axis, (group, letter) in enumerate(zip(source, letters, strict=True)):
        rest = len(group) - 1 if kind is Map and axis == 0 else 0  # the factor whose length follows: the innermost of channels
        for place, factor in enumerate(group):
            names[factor] = letter if place == rest else next(spare)
            if place != rest:
                sizes[names[factor]] = view.lengths[factor]

    def side(groups: tuple[Group, ...]) -> str:
        return " ".join(
            "1" if not group else names[group[0]] if len(group) == 1 else f"({' '.join(names[f] for f in group)})"
            for group in groups
        )

    to = None if len(target.groups) <= 2 and target.kind in (Vector, Sequence) else target.kind.word
    return draft.add("rearrange", value, pattern=f"{side(source)} -> {side(target.groups)}", to=to, **sizes)
