"""How a split deals out channels: shares of what arrives, counts of channels, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from archdsl.exact import floor, is_array, is_truth_array, select
from archdsl.exact.shown import describe, written
from archdsl.exact.unknown import is_doubtful
from archdsl.ir.elaboration.scope import channels
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.values import evaluate
from archdsl.ir.graph import Node
from archdsl.ops import ShapeError
from archdsl.ops.errors import refuse
from archdsl.spec.arithmetic import both, either, negated
from archdsl.spec.check_shares import ONE_HINT, REST, SHARES_HINT
from archdsl.spec.expression import Names
from archdsl.spec.model import Parallel, Value


def cuts_of(state: State, step: Parallel, places: Sequence[int], source: Node, names: Names) -> list[tuple[Any, Any]]:
    """First channel, and channel after the last, of every path that is there. Shares are rounded down, the last takes what is left.

    Args:
        places: of these paths among all that are written, from 0.
    """
    total, count = channels((source,)), len(places)
    if step.shares is None:
        shares: list[Any] = [Fraction(1, count)] * count
    else:
        listed = [step.shares[place] for place in places]
        last = evaluate(state, listed[-1], names)
        shares = [_share(state, share, names) for share in (listed[:-1] if last == REST else listed)]
        if last != REST:
            _whole(state, step, shares, total)
    if is_doubtful(total):
        return [(0, total)] * count
    found, start = [], 0
    for index in range(count):
        stop = total if index == count - 1 else start + _channels(shares[index], total)
        if (ok := start < stop) is not True:
            hint = ONE_HINT if any(type(share) is int and share == 1 for share in shares) else ""
            _refuse_empty(state, step, places[index], (ok, total, start), hint)
        found.append((start, stop))
        start = stop
    return found


def _share(state: State, value: Value, names: Names) -> Any:
    """The number of a share or count."""
    share = evaluate(state, value, names)
    if is_doubtful(share):
        raise Stop
    wanted = "a share must be a number between 0 and 1, or a count of channels"
    if isinstance(share, (str, bool, list, type(None))):
        raise state.blame(f"{wanted}, {describe(share)} came", value)
    counts = share > 1
    if counts is not False and (ok := either(negated(counts), share == floor(share))) is not True:
        try:
            refuse(ok, f"{wanted}, {written(share)} came")
        except ShapeError as error:
            raise state.blame(error.message, value) from None
    return share


def _channels(share: Any, total: Any) -> Any:
    """The channels of a share, or its own where it is a count: more than 1. So 1 is the whole."""
    counts = share > 1
    return select(counts, share, floor(total * share)) if is_truth_array(counts) else share if counts else floor(total * share)


def _whole(state: State, step: Parallel, shares: list[Any], total: Any) -> None:
    """Refuse shares that leave channels to nobody: the last path would take them without a word."""
    counted: Any = False
    for share in shares:
        counted = either(counted, share > 1)
    if counted is not False and is_doubtful(total):
        return
    dealt = sum(_channels(share, total) for share in shares)
    ok: Any = dealt == total
    if counted is not True:
        ok = either(both(counted, ok), both(negated(counted), sum(shares) == 1))
    if ok is True:
        return
    whose = (
        "the shares" if step.shares is not None and len(shares) == len(step.shares) else "the shares of the paths that are there"
    )
    told = (
        f"{whose} add up to {written(sum(shares))}, not to the whole"
        if counted is False
        else (f"{whose} come to {written(dealt)} channels, {written(total)} arrive")
    )
    try:
        refuse(ok, told)
    except ShapeError as error:
        raise state.fail(error.message, step.mark, SHARES_HINT) from None


def _refuse_empty(state: State, step: Parallel, place: int, found: tuple[Any, Any, Any], hint: str) -> None:
    """Refuse a split that leaves a path without channels.

    Args:
        found: False, or for a grid where it does not; the channels that arrive; those of the paths before.
    """
    ok, total, start = found
    path = step.paths[min(place, len(step.paths) - 1)]
    before = "" if is_array(start) or is_array(total) or start == 0 else f": those before it take {start}"
    try:
        refuse(ok, f"the split of {total} channels leaves path {place + 1} no channel{before}", hint)
    except ShapeError as error:
        raise state.fail(error.message, step.mark, error.hint, ("the path", path.mark)) from None
