"""`archdsl.reproduce`: a result of the paper computed or measured again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.errors import InputError, clip, near_miss

if TYPE_CHECKING:
    from archdsl.cost.tables.result import Result
    from archdsl.paper import tables
    from archdsl.paper.training import Request
    from archdsl.train.conduct import Conductor


def reproduce(
    name: str = "",
    *,
    counts_only: bool = False,
    training: Request | None = None,
    conductor: Conductor | None = None,
    **settings: Any,
) -> Result:
    """A result of Zhao & Wang 2022 computed or measured again, beside what is printed.

    Args:
        name: table2 to table6 (computed), table7 (measured on this machine), eq2, eq3, eq4; empty for what there is.
        counts_only: leave out accuracies, which need training.
        training: data and scale that the networks of a table are trained with for its accuracies; without it they are only listed.
        conductor: carries the runs out, and shows them; one that shows nothing if not given.
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
    if training is not None and name not in counted:
        raise InputError(f"training is for {', '.join(counted)}; {name} prints no accuracies")
    if settings and name not in computed:
        raise InputError(f"settings are for {', '.join(computed)}; {name} is of networks as the paper has them")
    if name in computed:
        chosen = equations.Settings.read(settings)
        return Equation(name, equations.title(name), chosen, tuple(equations.ratios(name, chosen)))
    if name in counted:
        return Counts(name, tables.title(name), tuple(tables.counts(name)), _accuracies(name, counts_only, training, conductor))
    from archdsl.measure.bench import Asked
    from archdsl.paper.times import BATCHES, times

    return times(Asked(batches=BATCHES))


def _accuracies(
    name: str, counts_only: bool, training: Request | None, conductor: Conductor | None
) -> tuple[tables.Accuracy, ...]:
    from archdsl.paper import tables

    if training is None:
        return () if counts_only else tuple(tables.accuracies(name))
    from archdsl.paper.training import trained
    from archdsl.train.conduct import Conductor

    return trained(name, training, conductor or Conductor())


def _title(name: str) -> str:
    from archdsl.paper import equations, tables

    return equations.title(name) if name in equations.names() else tables.title(name)


def _how(name: str, computed: list[str], counted: list[str]) -> str:
    if name in computed:
        return "computed, for any split and kernels"
    return "counts are computed, accuracies trained with --data" if name in counted else "measured on this machine"
