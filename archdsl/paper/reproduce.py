"""`archdsl.reproduce`: a result of the paper computed or measured again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.errors import InputError, clip, near_miss

if TYPE_CHECKING:
    from archdsl.cost.tables.result import Result


def reproduce(name: str = "", *, counts_only: bool = False, **settings: Any) -> Result:
    """A result of Zhao & Wang 2022 computed or measured again, beside what is printed.

    Args:
        name: table2 to table6 (computed), table7 (measured on this machine), eq2, eq3, eq4; empty for what there is.
        counts_only: leave out accuracies, which need training.
        settings: of an equation, `split=Fraction(3, 8)` and `kernels=[3, 5, 7]`; the paper's where not given.

    Raises:
        InputError: there is no such result, or settings that do not fit.
        BackendError: table7, and no runtime is installed.
    """
    from archdsl.paper import equations, tables
    from archdsl.paper.results import Contents, Counts, Equation

    computed, counted = equations.names(), tables.tables()
    known = [*tables.names(), *computed]
    if not name:
        return Contents(tuple((one, _title(one), _how(one, computed, counted)) for one in known))
    if name not in known:
        raise InputError(f"no result '{clip(name)}'; {near_miss(name, known) or 'known: ' + ', '.join(known)}")
    if settings and name not in computed:
        raise InputError(f"settings are for {', '.join(computed)}; {name} is of networks as the paper has them")
    if name in computed:
        chosen = equations.Settings.read(settings)
        return Equation(name, equations.title(name), chosen, tuple(equations.ratios(name, chosen)))
    if name in counted:
        accuracies = () if counts_only else tuple(tables.accuracies(name))
        return Counts(name, tables.title(name), tuple(tables.counts(name)), accuracies)
    from archdsl.measure.bench import Asked
    from archdsl.paper.times import BATCHES, times

    return times(Asked(batches=BATCHES))


def _title(name: str) -> str:
    from archdsl.paper import equations, tables

    return equations.title(name) if name in equations.names() else tables.title(name)


def _how(name: str, computed: list[str], counted: list[str]) -> str:
    if name in computed:
        return "computed, for any split and kernels"
    return "counts are computed, accuracies need training" if name in counted else "measured on this machine"
