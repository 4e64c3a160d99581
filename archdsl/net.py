"""The Python interface: `archdsl.load` and what can be asked of a network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archdsl.errors import BackendError, Diagnostic, Source
from archdsl.ir.elaborate import elaborate
from archdsl.ir.graph import Graph
from archdsl.ir.limits import Limits
from archdsl.ir.links import Links
from archdsl.ir.verify import verify
from archdsl.spec.load import load_file, load_source
from archdsl.spec.model import Spec
from archdsl.spec.report import Report
from archdsl.spec.settings import apply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archdsl.compilers.passes import Optimized
    from archdsl.compilers.torch import Network
    from archdsl.cost.bill import Bill
    from archdsl.cost.sheet import Sheet
    from archdsl.explore.sweep import Sweep
    from archdsl.viz import Picture


def load(target: str | Path, *, limits: Limits | None = None, **knobs: Any) -> Net:
    """A network from the path of a spec or the name of one in the zoo.

    Args:
        knobs: values that replace the defaults. An array of numbers makes a grid of networks; arrays broadcast.
            A cell of a table is set by `**{"rows.15.exp": 480}`.

    Raises:
        InputError: no such spec, or a knob that does not fit.
        SpecError: mistakes in the spec.
    """
    report = Report()
    spec = load_file(target, report, (limits or Limits()).text)
    report.stop()
    return Net(spec, knobs, limits, tuple(report.warnings))


def loads(text: str, *, name: str = "<text>", limits: Limits | None = None, **knobs: Any) -> Net:
    """A network from the text of a spec. Its imports are looked for in the zoo."""
    report = Report()
    spec = load_source(Source(name, text), report, (limits or Limits()).text)
    report.stop()
    return Net(spec, knobs, limits, tuple(report.warnings))


class Net:
    """One network, or a grid of them: a checked spec and a value for every knob."""

    def __init__(self, spec: Spec, settings: dict[str, Any], limits: Limits | None = None, warnings: tuple[Diagnostic, ...] = ()):
        self.base = spec
        self.settings = settings
        self.limits = limits
        self.warnings = warnings
        self.links = Links()
        self.chosen: Mapping[str, str] | None = None  # forms for inference; None: the network as it is written
        self.spec, self.knobs = apply(spec, settings)

    @property
    def name(self) -> str:
        return self.spec.name

    def set(self, **knobs: Any) -> Net:
        """The same spec with other values for some knobs. The spec is not read again."""
        changed = Net(self.base, {**self.settings, **knobs}, self.limits, self.warnings)
        changed.links, changed.chosen = self.links, self.chosen
        return changed

    def optimized(self, chosen: Mapping[str, str] | None = None) -> Net:
        """The same network rewritten for inference: fewer, larger operators that compute the same. Needs no torch.

        Its graph, costs and drawings are of what would run; `rewritten` tells what was changed. Weights are carried over by
        `archdsl.compilers.optimized`, and a module of this network has fresh ones.

        Args:
            chosen: for places where several forms compute the same, the form by the place's name.
        """
        changed = self.set()
        changed.chosen = dict(chosen or {})
        return changed

    def written(self) -> Net:
        """The same network as the spec has it."""
        changed = self.set()
        changed.chosen = None
        return changed

    @cached_property
    def _written(self) -> Graph:
        return elaborate(self.spec, self.knobs, self.limits, self.links)

    @cached_property
    def rewritten(self) -> Optimized:
        """What the passes for inference made of the network, and said.

        Raises:
            InputError: this is a grid of networks.
        """
        from archdsl.compilers.passes import optimize

        return optimize(self._written, chosen=self.chosen)

    @cached_property
    def _graph(self) -> Graph:
        return self._written if self.chosen is None else self.rewritten.graph

    def graph(self) -> Graph:
        """The graph of primitive operators. Raises SpecError where the network cannot be built."""
        return self._graph

    @cached_property
    def _bill(self) -> Bill:
        from archdsl.cost.bill import Bill

        return Bill(self._graph)

    def cost(self) -> Bill:
        """What the network costs, layer by layer. Exact, without torch."""
        return self._bill

    def table(self) -> Sheet:
        """The network as its paper prints it, a row for each row of the spec's table. Shows itself in a notebook."""
        from archdsl.cost.layout import layout

        title = self.name + (f", {self.spec.paper}" if self.spec.paper else "")
        return layout(self.spec, self._bill).sheet(title, self._bill)

    def module(self) -> Network:
        """The network as a torch.nn.Module with fresh weights from torch's global generator.

        Raises:
            BackendError: torch is not installed, or an operator has no rule for it.
        """
        try:
            import torch  # noqa: F401
        except ImportError:
            raise BackendError("a module needs torch, which is not installed: pip install 'archdsl[torch]'") from None
        from archdsl.compilers.torch import compile

        return compile(verify(self._graph, "elaboration"))

    def diagram(
        self,
        block: str | None = None,
        *,
        row: int | None = None,
        depth: int | Literal["all"] | None = None,
        rankdir: Literal["TB", "LR"] = "TB",
        heat: str | Mapping[str, float] | None = None,
        peak: bool = False,
        legend: bool = False,
    ) -> Picture:
        """A drawing of the network, of the first call of a block, or of a row of its table. Shows itself in a notebook.

        For the options see `archdsl.viz.diagram`; `.save(path)` writes it in the form that the ending asks for.
        """
        from archdsl.viz import diagram

        return diagram(self._graph, block, row=row, depth=depth, rankdir=rankdir, heat=heat, peak=peak, legend=legend, net=self)

    def _repr_html_(self) -> str:
        from archdsl.cost.notebook import net_card

        return net_card(self)

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
        from archdsl.explore.axis import Axis
        from archdsl.explore.sweep import Sweep

        return Sweep(self, [Axis.of(name, values) for name, values in axes.items()], where, show)

    def __reduce__(self) -> tuple[Any, ...]:
        """What travels to other processes: the checked spec and its settings, nothing that was worked out from them."""
        return _restore, (self.base, self.settings, self.limits, self.warnings, self.chosen)

    def __repr__(self) -> str:
        return f"<archdsl.Net {self.name}>"


def _restore(
    spec: Spec,
    settings: dict[str, Any],
    limits: Limits | None,
    warnings: tuple[Diagnostic, ...],
    chosen: Mapping[str, str] | None,
) -> Net:
    """Undo `Net.__reduce__`."""
    net = Net(spec, settings, limits, warnings)
    net.chosen = chosen
    return net
