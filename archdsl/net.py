"""The Python interface: `archdsl.load` and what can be asked of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archdsl.cost.counting.bill import Bill
from archdsl.design import Design
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.cost.latency.device import Device
    from archdsl.cost.latency.predict import Latency
    from archdsl.cost.tables.about import About
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
    return Net.load(target, limits=limits, **knobs)


def loads(text: str, *, name: str = "<text>", limits: Limits | None = None, **knobs: Any) -> Net:
    """A network from the text of a spec. Its imports are looked for in the zoo."""
    return Net.loads(text, name=name, limits=limits, **knobs)


class Net(Design):
    """One network, or a grid of them, with what can be asked of it in a script or a notebook."""

    @cached_property
    def _bill(self) -> Costs:
        return Costs(self._graph)

    def cost(self) -> Costs:
        """What the network costs, layer by layer. Exact, without torch."""
        return self._bill

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

        The options are those of `archdsl.viz.View`; `.save(path)` writes it in the form that the ending asks for.
        """
        from archdsl.viz import View, diagram

        return diagram(self._graph, View(block, row, depth, rankdir, heat, peak, legend), net=self)

    def about(self) -> About:
        """What the network is: its source, its knobs with what they may be, and the figures that the source prints."""
        from archdsl.cost.tables.about import about

        return about(self)

    def _repr_html_(self) -> str:
        from archdsl.cost.tables.notebook import net_card

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
        from archdsl.explore.grid.axis import Axis
        from archdsl.explore.sweep import Sweep

        return Sweep(self, [Axis.of(name, values) for name, values in axes.items()], where, show)


class Costs(Bill):
    """The bill of a network, with what can be asked of it in a script or a notebook."""

    def latency(self, device: Device | str) -> Latency:
        """What a device is predicted to take, by layer and in all: a device, its name, or the path of its file.

        Raises:
            InputError: there is no such device, or it has no time for a kind of layer.
            SpecError: mistakes in its file.
        """
        from archdsl.cost.latency.devices import load_device
        from archdsl.cost.latency.predict import latency

        return latency(self, load_device(device) if isinstance(device, str) else device)

    def _repr_html_(self) -> str:
        from archdsl.cost.tables.notebook import bill_card

        return bill_card(self)
