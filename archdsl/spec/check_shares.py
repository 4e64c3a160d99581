"""Static checks of the shares of a split: numbers below 1, counts of channels from 2, and `rest`."""

from __future__ import annotations

from fractions import Fraction

from archdsl.errors import near_miss
from archdsl.exact import is_single_number
from archdsl.exact.shown import describe
from archdsl.spec.check_values import check_value
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.model import Constant, Inline, Parallel, Value
from archdsl.spec.values import is_plain

REST = "rest"
ONE_HINT = "1 is the whole; one channel is 1/$in"
SHARES_HINT = f"the last share may be {REST}, for what is left"


def check_shares(checks: Checks, step: Parallel, shares: tuple[Value, ...], reach: Reach) -> None:
    """All shares: as many as paths, and no more than the whole. What counts of channels come to is known where they arrive."""
    if not step.loop and step.paths and len(shares) != len(step.paths):
        checks.report.error(f"{len(shares)} shares for {len(step.paths)} paths", step.mark)
        checks.report.spoil(step.mark)
    found = []
    for index, share in enumerate(shares):
        check_value(checks, share, reach)
        found.append(_share(checks, share, index == len(shares) - 1))
    known = [share for share in found if share is not None]
    total = sum((share for share in known if share <= 1), Fraction(0))
    absent = any(path.when is not None for path in step.paths)  # then only some of the shares are dealt out
    if absent:
        return
    if total > 1:
        checks.report.error(f"the shares add up to {total}, more than the whole", step.mark)
    elif total == 1 and any(share > 1 for share in known):
        hint = ONE_HINT if 1 in known else ""
        checks.report.error("the shares add up to the whole, which leaves nothing for the counts", step.mark, hint)
    elif total < 1 and None not in found and all(share <= 1 for share in known):
        checks.report.error(f"the shares add up to {total}, not to the whole", step.mark, SHARES_HINT)


def _share(checks: Checks, share: Value, last: bool) -> int | Fraction | None:
    """A share or count that is known, None for any other."""
    if not isinstance(share, Constant):
        if is_plain(share) or isinstance(share, Inline):
            checks.report.error("a share is a number or the word rest", share.mark)
        return None
    plain = share.value
    if plain == REST:
        if not last:
            checks.report.error("'rest' is what is left for the last path", share.mark)
        return None
    if not is_single_number(plain):
        hint = near_miss(plain, [REST]) if isinstance(plain, str) else ""
        checks.report.error(f"a share is a number or the word rest, {describe(plain)} came", share.mark, hint)
        return None
    if plain <= 0 or (plain > 1 and not isinstance(plain, int)):
        hint = "a count of channels is an int, from 2" if plain > 1 else ""
        checks.report.error(f"a share must lie between 0 and 1, {describe(plain)} came", share.mark, hint)
        return None
    return plain
