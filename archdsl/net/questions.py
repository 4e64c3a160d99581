"""What can be asked of a network: the verbs of the shell, each a call of what the command calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.net.changing import Changing
from archdsl.net.learning import Learning

if TYPE_CHECKING:
    from archdsl.cost.tables.comparison import Comparison
    from archdsl.cost.tables.difference import Difference
    from archdsl.explore.grid.axis import Axis
    from archdsl.explore.reconcile.readings import Reconciled
    from archdsl.explore.search.result import Found
    from archdsl.explore.solve.solution import Solution
    from archdsl.explore.sweep import Sweep
    from archdsl.explore.whatif import WhatIf
    from archdsl.measure.result import Bench
    from archdsl.net.exporting import Exported

Axes = str | Iterable[str] | Mapping[str, Iterable[Any] | None]
"""Axes of a grid: `"width,resolution"`, texts as on the command line, or values by setting (None for all that it may be)."""

Bounds = Mapping[str, float | str]
"""Budgets: a number, or a text such as `118M`, by cost. Latencies are in seconds."""


class Questions(Changing, Learning):
    """A design with the verbs of the shell."""

    def sweep(self, *, where: str = "", show: Iterable[str] = (), **axes: Any) -> Sweep:
        """A grid of variants, counted when something is asked of it: `net.sweep(width=[0.5, 1]).pareto("params", "max:width")`.

        Args:
            where: a condition on costs and settings: `params<=3.5M and macs<=120M`.
            show: costs that rows hold beside params and macs.
            axes: values of each setting: lists, ranges, NumPy arrays. `**{"rows.15.exp": range(480, 961, 16)}` sweeps a cell.

        Raises:
            InputError: an unknown setting or cost, or a value that does not fit.
            SpecError: a mistake in the condition.
        """
        from archdsl.explore.grid.axis import Axis
        from archdsl.explore.sweep import Sweep

        return Sweep(self, [Axis.of(name, values) for name, values in axes.items()], where, show)

    def solve(
        self,
        *objectives: str,
        free: Axes,
        most: Bounds | None = None,
        least: Bounds | None = None,
        top: int = 10,
        show: Iterable[str] = (),
        differ: int | None = None,
        front: bool = False,
    ) -> Solution:
        """The best variants inside budgets, proven on the whole grid: `net.solve("max:width", free="width", most={"macs": "118M"})`.

        Args:
            objectives: a cost that is to be low (`macs`), or a cost or setting that is to be high (`max:width`); a further one
                decides between variants that are equal in those before it.
            free: settings that may change.
            most, least: budgets.
            top: how many variants are wanted.
            show: costs that rows hold beside params and macs.
            differ: in how many settings those that are listed differ from each other, at least; a quarter of them where it is None.
            front: whether variants along the front of two objectives are wanted.

        Raises:
            InputError: an unknown setting or cost, a value that does not fit, no objective, or not two for a front.
        """
        from archdsl.explore.criteria.budget import budget_texts, budgets_on
        from archdsl.explore.solve.solver import solver_on

        axes = self._axes(free)
        budgets = budgets_on(axes, budget_texts(most or {}), budget_texts(least or {}))
        solver = solver_on(self, axes, objectives, budgets, top, show, differ)
        return solver.front(top) if front else solver.solve()

    def whatif(
        self, *, show: Iterable[str] = (), by: str = "macs", steps: Mapping[str, Any] | None = None, **knobs: Any
    ) -> WhatIf:
        """What changes where knobs are set, and what one step of each knob would do after that: `net.whatif(width=0.5)`.

        Args:
            show: costs beside params, macs and peak.
            by: the cost whose tornado is drawn.
            steps: lengths of steps, by knob, in place of its own.

        Raises:
            InputError: an unknown setting or cost, or a value that does not fit.
        """
        from archdsl.explore.whatif import whatif

        return whatif(self, knobs, show, by, steps)

    def diff(self, other: Design | str, *, devices: Iterable[str] = (), everything: bool = False) -> Difference:
        """What was added, removed and changed from this network to another, row by row, and what each difference costs.

        Args:
            other: a network, or the path or name of one.
            devices: to predict the latency on.
            everything: rows that are the same too, and layers.

        Raises:
            InputError: there is no such network or device.
        """
        from archdsl.cost.tables.difference import difference

        return difference(self, self._design(other), tuple(devices), everything)

    def compare(self, *others: Design | str, conventions: Iterable[str] = (), devices: Iterable[str] = ()) -> Comparison:
        """Every cost of this network and others side by side, the lowest marked.

        Args:
            conventions: to count in; thop, fvcore and ptflops where none is given.
            devices: to predict the latency on.

        Raises:
            InputError: there is no such network, convention or device.
        """
        from archdsl.cost.tables.comparison import compare

        return compare(dict(self._labelled(others)), tuple(conventions), tuple(devices))

    def reconcile(self, *, top: int = 10, one_typo: bool = False, changes: int | None = None) -> Reconciled:
        """Which readings of an open source give the figures that it prints.

        Args:
            top: how many readings are wanted.
            one_typo: search one cell of the table for another value of its column too.
            changes: how many may differ at once, a typo counting as one; any number if not given, 2 with a typo.

        Raises:
            InputError: nothing is open, or no figure is printed that can be counted.
        """
        from archdsl.explore.reconcile.readings import TYPO_CHANGES, reconcile

        return reconcile([self], top, one_typo, changes or (TYPO_CHANGES if one_typo else None))

    def search(
        self,
        *objectives: str,
        over: Axes,
        most: Bounds | None = None,
        least: Bounds | None = None,
        trials: int = 100,
        seed: int = 0,
        storage: str | Path = "",
        jobs: int | None = None,
    ) -> Found:
        """The best variants by objectives that are measured: `net.search("naswot", "min:macs", over={"width": [0.5, 1]})`.

        Args:
            objectives: what is measured (`naswot`), which goes the way that is better, or any cost (`macs`); `min:` and `max:` before
                it say the way.
            over: settings that change.
            most, least: budgets on costs; what does not keep to them is rejected before anything is built.
            trials: networks to measure in all, earlier runs of the same study too.
            storage: a journal file or the URL of a database, with which a search can go on later; in memory if not given.
            jobs: networks to measure at once; one for each processor if not given.

        Raises:
            InputError: an unknown setting or objective, or a storage that cannot be used.
            BackendError: Optuna is not installed, or no trial could be measured.
        """
        from archdsl.explore.criteria.budget import budget_texts
        from archdsl.explore.search.ask import Labour, Length, request, search
        from archdsl.explore.search.objectives import choose

        ways: dict[str, list[str]] = {"": [], "min": [], "max": []}
        for text in objectives:
            way, colon, name = text.partition(":")
            if colon and way not in ("min", "max"):
                raise InputError(f"'{text}' is no objective; write macs, min:macs or max:naswot")
            ways[way if colon else ""].append(name if colon else text)
        bounds = budget_texts(most or {}), budget_texts(least or {})
        asked = request(self, self._axes(over), choose(*ways.values()), *bounds, Length(trials, seed))
        return search(asked, asked.name(self.name), str(storage), Labour(jobs))

    def bench(
        self,
        *others: Design | str,
        runtimes: Iterable[str] = (),
        batches: Iterable[int] = (1,),
        threads: Iterable[int] = (),
        optimize: bool = False,
        autotune: bool = False,
        seconds: float = 5.0,
        dtypes: Iterable[str] = ("float32",),
    ) -> Bench:
        """Running times of this network and others side by side, measured on this machine.

        Args:
            runtimes: eager, onnxruntime, …; those that are installed where none is given.
            batches: images of one pass.
            threads: of the runtime; all cores where none is given.
            optimize: run networks after the passes for inference.
            autotune: choose their forms by measuring; means `optimize`.
            seconds: for the rounds of one configuration.
            dtypes: of weights and maps: float32, float16, bfloat16 or tf32, as far as a runtime has them; with int8 among them each
                network runs in int8 too, beside itself in float32.

        Raises:
            InputError: there is no such network or runtime, or a runtime does not have a dtype or runs nothing in int8.
            BackendError: a runtime that is named is not installed, or none is.
        """
        from archdsl.measure.bench import AS_WRITTEN, OPTIMISED, Asked, bench
        from archdsl.measure.job import Rounds
        from archdsl.measure.machine import cores

        versions = (OPTIMISED if optimize or autotune else AS_WRITTEN,)
        rounds = Rounds(None, seconds)
        cpu = tuple(threads) or (cores(),)
        listed = tuple(dtypes)
        floats = tuple([dtype for dtype in listed if dtype != "int8"]) or ("float32",)
        asked = Asked(tuple(runtimes), tuple(batches), cpu, versions, autotune, rounds, floats, "int8" in listed)
        return bench(self._labelled(others), asked)

    def export(
        self,
        path: str | Path,
        *,
        to: str = "",
        weights: str | Path | None = None,
        pairing: str | Path | None = None,
        seed: int = 0,
        optimize: bool = False,
        int8: str = "",
    ) -> Exported:
        """Write the network for use elsewhere, read the file again, run it and compare its output with that of the network.

        Args:
            path: of the file; its ending says the form where `to` does not.
            to: python, onnx, pt2, openvino or executorch.
            weights: of this network, or of the same in torchvision or timm; fresh ones where not given.
            pairing: a file that says which layer of the weights a layer takes; written with the most likely ones if not there.
            seed: of fresh weights.
            optimize: rewrite the network for inference first.
            int8: images that a network in 8 bits is calibrated with, as `train` takes data; float32 where none are named.

        Raises:
            BackendError: a library is missing, or the form cannot express an operator.
            InputError: the file cannot be written, its ending tells no form, or the network or form cannot be in int8.
        """
        from archdsl.net.exporting import Rewriting, Weights, export, form_of
        from archdsl.net.quantising import Int8

        target = Path(path)
        files = [None if file is None else Path(file) for file in (weights, pairing)]
        origin, quantised = Weights(files[0], seed, files[1]), Int8(int8) if int8 else None
        return export(self, target, to or form_of(target), origin, Rewriting(optimize), quantised)

    def _axes(self, given: Axes) -> list[Axis]:
        """Axes as they are given in Python. Raises InputError."""
        from archdsl.explore.grid.axis import Axis, parse_axes, split_axes

        if isinstance(given, Mapping):
            axes = [
                Axis.of(name, listed) if listed is not None else parse_axes([name], self.base)[0]
                for name, listed in given.items()
            ]
            for axis in axes:
                axis.check(self.base)
            return axes
        return parse_axes(split_axes(given) if isinstance(given, str) else given, self.base, self.settings)

    def _design(self, other: Design | str) -> Design:
        return type(self).load(other) if isinstance(other, str) else other

    def _labelled(self, others: Iterable[Design | str]) -> list[tuple[str, Design]]:
        """This network and others, each under a name of its own."""
        found: dict[str, Design] = {}
        for other in (self, *others):
            net = self._design(other)
            label = other if isinstance(other, str) else net.name
            number = 2
            while label in found:
                label, number = f"{net.name} ({number})", number + 1
            found[label] = net
        return list(found.items())
