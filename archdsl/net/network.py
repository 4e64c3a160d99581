"""The Python interface: `archdsl.load` and what can be asked of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archdsl.ir.limits import Limits
from archdsl.net.costs import Costs
from archdsl.net.questions import Questions

if TYPE_CHECKING:
    from archdsl.cost.tables.about import About
    from archdsl.net.notebook import Studio
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


def loads(text: str, *, name: str = "<text>", path: Path | None = None, limits: Limits | None = None, **knobs: Any) -> Net:
    """A network from the text of a spec.

    Args:
        name: of the text in messages.
        path: of the file that the text stands for, as an editor holds it: imports are looked for beside it, then in the zoo; in the
            zoo alone where not given. The file itself is not read.
    """
    return Net.loads(text, name=name, path=path, limits=limits, **knobs)


class Net(Questions):
    """One network, or a grid of them, with what can be asked of it in a script or a notebook."""

    @cached_property
    def _bill(self) -> Costs:
        return Costs(self._graph, self.spec, self.batch, self.dtype)

    def cost(self, batch: int | None = None, dtype: str | None = None) -> Costs:
        """What the network costs, layer by layer. Exact, without torch.

        Args:
            batch: images that the costs are for, 1 unless `batched` says otherwise. Learned values stay what they are.
            dtype: of weights and activations, for what is counted in bytes: float32 unless `typed` says otherwise, float16, int8.

        Raises:
            InputError: a batch of no image, or a dtype that is not known.
        """
        if dtype not in (None, self.dtype):
            return self.typed(dtype).cost(batch)
        return self._bill if batch in (None, self.batch) else self.batched(batch).cost()

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

    def studio(
        self,
        *,
        depth: int | Literal["all"] | None = None,
        heat: str | None = None,
        conventions: Iterable[str] = (),
        devices: Iterable[str] = (),
    ) -> Studio:
        """The knobs of this network as widgets of a notebook, beside its picture and its bill, which follow while a knob moves.

        Args:
            depth, heat: of the picture, as of `diagram`.
            conventions: that FLOPs are counted in; thop, fvcore and ptflops where none is given.
            devices: to predict the latency on.

        Raises:
            InputError: this is a grid of networks, or there is no such depth, cost, convention or device.
            BackendError: ipywidgets is not installed.
        """
        from archdsl.net.notebook import Studio

        return Studio(self, depth, heat, tuple(conventions), tuple(devices))

    def about(self) -> About:
        """What the network is: its source, its knobs with what they may be, and the figures that the source prints."""
        from archdsl.cost.tables.about import about

        return about(self)

    def _repr_html_(self) -> str:
        from archdsl.cost.tables.notebook import net_card

        return net_card(self)
