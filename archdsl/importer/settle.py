"""From a view that is wanted to a node that has its axes: what kind of tensor a chain of reshapes and transpositions makes."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.forms import Target, made
from archdsl.importer.values import Value
from archdsl.importer.views import BATCH, Group, View, normal
from archdsl.ops.shapes import Heads, Map, Sequence, Typed, Vector, typed


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
    return _over(draft, value, target)


def _over(draft: Draft, value: Value, target: Target) -> Value:
    """The value over a node of a kind with these axes, which is made once."""
    view, kind = value.view, type(typed(draft.shape(value)))
    whole = ((BATCH,), *target.groups)
    if kind is target.kind and whole == view.source:
        return value
    key = (value.node, view.lengths, view.source, target)
    if draft.settled.get(key) not in draft.graph.nodes:
        with draft.where_seen(value):
            draft.settled[key] = made(draft, value, target).node
    left = normal(view.lengths, whole, view.axes)
    return Value(draft.settled[key], left)


def left(draft: Draft, value: Value) -> Value:
    """What a module gives: tokens or windows that are seen as a map, or a map as tokens, are that from there on, whatever follows."""
    source, axes = value.view.source, value.view.axes
    kind = type(typed(draft.shape(value)))
    if value.view.permutation is not None or not all(axes) or axes[0] != source[0]:
        return value
    count = len(axes)
    if kind is Sequence and count in (4, 5) and source[-1] in (axes[1], axes[-1]):
        first = source[-1] == axes[1]
        order = list(range(count)) if first else [0, count - 1, *range(1, count - 1)]
        turned = value._replace(view=value.view.permuted(order))
        draft.seen_at.setdefault(turned, draft.seen_at.get(value, draft.place))
        made = settled(draft, turned, "map")
        return made._replace(view=made.view.permuted([order.index(axis) for axis in range(count)]))
    if kind is Map and len(source) == 4 and axes == (source[0], source[2] + source[3], source[1]):
        return settled(draft, value, "last")
    return value


def whole(draft: Draft, value: Value) -> Value:
    """The value as a node of its own, in the order in which its axes are seen.

    Raises:
        NotSaid: no kind of tensor has these axes.
    """
    if value.view.is_plain:
        return value
    made = settled(draft, value, "")
    if not made.view.is_plain:
        made = _in_a_row(draft, made)
    return made


def _in_a_row(draft: Draft, value: Value) -> Value:
    """The value over a node that has the axes in the order in which they are seen, whatever they are."""
    batch, *units = value.view.axes
    kind = {1: Vector, 2: Sequence, 3: Map, 4: Map}.get(len(units))
    if batch != (BATCH,) or kind is None:
        raise NotSaid("axes in an order that no tensor of the language has")
    return _over(draft, value, Target(kind, tuple(units)))


def seen(draft: Draft, value: Value) -> Value:
    """The value as a node whose shape holds what is seen, in its order where a kind of tensor has that order."""
    try:
        return whole(draft, value)
    except NotSaid:
        return draft.value(value.node)


def apart(draft: Draft, value: Value, group: Group) -> Value:
    """The value over a node that has some factors of one of its axes as an axis of their own, and the rest of that axis beside them.

    Of the channels of a map they become its depth, of tokens the groups that these stand in.

    Raises:
        NotSaid: no axis has them beside others, or no kind of tensor has so many axes.
    """
    view, kind = value.view, type(typed(draft.shape(value)))
    place = next((place for place, axis in enumerate(view.source) if {*group} < {*axis} - {BATCH}), None)
    if not group or not place:
        raise NotSaid("factors that are no part of one axis")
    source = view.source
    rest = tuple([factor for factor in source[place] if factor not in group])
    if kind is Map and place == 1 and len(source) < 5:
        target = Target(Map, (rest, group, *source[2:]))
    elif kind is Sequence and place == 1 and len(source) == 3:
        inside = source[1][-len(group) :] == group
        target = Target(Sequence, (*((rest, group) if inside else (group, rest)), source[2]))
    else:
        raise NotSaid("factors of an axis that cannot stand by themselves")
    return _over(draft, value, target)


def in_depth(draft: Draft, value: Value) -> Value:
    """Maps of windows that stand in the batch, as one map whose depth they are: nothing of one window reaches another.

    Raises:
        NotSaid: the value is no map with windows in its batch.
    """
    batch, *units = value.view.axes
    if batch[:1] != (BATCH,) or len(batch) == 1 or len(units) != 3:
        raise NotSaid(f"axes {_text(value.view)}")
    channels, *places = units
    return _over(draft, value, Target(Map, (channels, batch[1:], *places)))


def once_more(draft: Draft, value: Value, times: int) -> Value:
    """The value several times in a row along its batch, each image by itself: windows that all have the same tokens.

    Raises:
        NotSaid: its batch does not come first, or it makes no tokens.
    """
    if value.view.axes[0] != (BATCH,):
        raise NotSaid("windows that are repeated")
    tokens = settled(draft, value, "tokens")
    view = tokens.view
    if len(view.source) != 3:
        raise NotSaid("windows that are repeated")
    one = _over(draft, tokens, Target(Heads, ((), *view.source[1:])))
    made = draft.add("repeat_heads", one, times=times)
    new = len(view.lengths)
    seen = normal((*view.lengths, times), (view.source[0], (new,), *view.source[1:]), ((BATCH, new), *view.axes[1:]))
    return made._replace(view=seen)


def finish(draft: Draft, outputs: Mapping[str, Value], returns: str) -> None:
    """Say what the network gives. What none of that depends on goes."""
    draft.graph.outputs = {name: whole(draft, value).node for name, value in outputs.items()}
    draft.graph.returns = returns
    draft.drop_unread()


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
        return _heads(units, groups)
    if want == "map":
        return Target(Map, tuple(units)) if not groups and 2 <= len(units) <= 4 else None
    if not units:
        return None
    if want == "":
        return _likely(view, kind, units, groups)
    return _tokens(units, groups) if want == "tokens" or groups else _over_last(view, kind, units)


def _tokens(units: list[Group], groups: Group) -> Target | None:
    """Channels last, and all places as tokens in a row."""
    *places, channels = units
    tokens = tuple([factor for group in places for factor in group])
    return Target(Sequence, (*((groups,) if groups else ()), tokens, channels)) if places else None


def _over_last(view: View, kind: type[Typed], units: list[Group]) -> Target:
    """Channels last, and places as they are."""
    *places, channels = units
    if not places:
        return Target(Vector, (channels,))
    if len(places) == 1 or (len(places) == 2 and kind is Heads) or _in_windows(view, places):
        return Target(Sequence, (*places, channels))  # of two places: windows, and the tokens in each
    return Target(Map, (channels, *places))


def _in_windows(view: View, places: list[Group]) -> bool:
    """Whether places are windows and the tokens in each: axes that lie in several axes of the tensor."""
    return len(places) == 2 and any(len({axis for f in group for axis in _axes_of(view, f)}) > 1 for group in places)


def _axes_of(view: View, factor: int) -> list[int]:
    """The axes of the tensor in which a factor lies."""
    return [axis for axis, group in enumerate(view.source) if factor in group]


def _heads(units: list[Group], groups: Group) -> Target | None:
    if groups and len(units) == 2:  # heads went into the batch
        return Target(Heads, (groups, units[0], units[1]))
    if len(units) == 4 and not groups:
        return Target(Heads, tuple(units))
    if len(units) != 3:
        return None
    return Target(Heads, (*((groups,) if groups else ()), *units))


def _likely(view: View, kind: type[Typed], units: list[Group], groups: Group) -> Target | None:
    """What axes are by themselves: told from where the channels went."""
    count = len(units)
    if groups:
        found = {2: Sequence, 3: Heads}.get(count)
        return Target(found, (groups, *units)) if found else None
    channels = view.source[-1] if kind is not Map else view.source[1]
    if count == 1:
        return Target(Vector, (units[0],))
    if count == 2:
        return Target(Map if kind is Map and units[0] == channels else Sequence, tuple(units))
    if count > 4:
        return None
    if _are_heads(kind, channels, units):
        return Target(Heads, tuple(units))
    if units[-1] != channels:
        return Target(Map, _depth(channels, units) if kind is Map and count == 4 else tuple(units))
    windows = kind is Map and _in_windows(view, units[:-1])
    return Target(Sequence, tuple(units)) if windows else Target(Map, (units[-1], *units[:-1]))


def _depth(channels: Group, units: list[Group]) -> tuple[Group, ...]:
    """Axes of a map whose channels were taken apart: what is outermost in them, branches or groups, is its depth."""
    first, second, *places = units
    return (second, first, *places) if first and first + second == channels else tuple(units)


def _are_heads(kind: type[Typed], channels: Group, units: list[Group]) -> bool:
    """Whether three or four axes are heads, from how they share the channels of the node."""
    if len(units) == 4:
        return kind in (Sequence, Heads)
    if kind is not Sequence:
        return kind is Heads
    first, second, last = units
    return (bool(first) and {*first, *last} == {*channels}) or (len(channels) == 2 and (*first, *second) == channels)


def _text(view: View) -> str:
    return "x".join(map(str, view.sizes))
