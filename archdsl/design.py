"""A design: a checked spec with a value for every knob, and what follows from it, worked out when it is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from graphlib import CycleError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from archdsl.cost.dtypes import USUAL, item_bytes
from archdsl.errors import Diagnostic, InputError, Source, SpecError
from archdsl.extras import needed_by
from archdsl.ir.elaborate import Links, elaborate
from archdsl.ir.elaboration.lost import mended
from archdsl.ir.graph import Graph
from archdsl.ir.limits import Limits
from archdsl.ir.verify import verify
from archdsl.spec.load import load_file, load_source
from archdsl.spec.model import Spec
from archdsl.spec.report import Report
from archdsl.spec.settings import apply

if TYPE_CHECKING:
    from archdsl.compilers.passes import Optimized
    from archdsl.compilers.passes.draft import Site
    from archdsl.compilers.torch import Network
    from archdsl.cost.counting.bill import Bill
    from archdsl.cost.tables.sheet import Sheet


class Design:
    """One network, or a grid of them: a checked spec and a value for every knob.

    `archdsl.Net` is the same with what people ask of a network in Python: drawings, sweeps.
    """

    def __init__(self, spec: Spec, settings: dict[str, Any], limits: Limits | None = None, warnings: tuple[Diagnostic, ...] = ()):
        self.base = spec
        self.settings = settings
        self.limits = limits
        self.warnings = warnings
        self.links = Links()
        self.batch = 1  # of what costs are for
        self.dtype = USUAL  # of what costs in bytes are for
        self.chosen: Mapping[Site, str] | None = None  # forms for inference; None: the network as it is written
        self.spec, self.knobs = apply(spec, settings)

    @classmethod
    def load(cls, target: str | Path, *, limits: Limits | None = None, **knobs: Any) -> Self:
        """From the path of a spec or the name of one in the zoo; see `archdsl.load`."""
        report = Report()
        spec = load_file(target, report, (limits or Limits()).text)
        find_mistakes(spec, knobs, limits, report)
        return cls(spec, knobs, limits, tuple(report.warnings))

    @classmethod
    def loads(
        cls, text: str, *, name: str = "<text>", path: Path | None = None, limits: Limits | None = None, **knobs: Any
    ) -> Self:
        """From the text of a spec; see `archdsl.loads`."""
        report = Report()
        spec = load_source(Source(name, text, path), report, (limits or Limits()).text)
        find_mistakes(spec, knobs, limits, report)
        return cls(spec, knobs, limits, tuple(report.warnings))

    @property
    def name(self) -> str:
        return self.spec.name

    def set(self, **knobs: Any) -> Self:
        """The same spec with other values for some knobs. The spec is not read again."""
        changed = type(self)(self.base, {**self.settings, **knobs}, self.limits, self.warnings)
        changed.links, changed.chosen, changed.batch, changed.dtype = self.links, self.chosen, self.batch, self.dtype
        return changed

    def batched(self, batch: int) -> Self:
        """The same network with costs for a batch: what is computed, held and moved grows with it, what is learned does not.

        Raises:
            InputError: a batch of no image.
        """
        if type(batch) is not int or batch < 1:
            raise InputError(f"a batch is a number of images from 1 on; {batch!r} came")
        changed = self.set()
        changed.batch = batch
        return changed

    def typed(self, dtype: str) -> Self:
        """The same network with costs in bytes for a dtype: float64, float32, bfloat16, float16 or int8. int8 is as microcontrollers run
        it: norms folded, one arena, sums and depthwise convolutions in place. The module stays what it is.

        Raises:
            InputError: a dtype that is not known.
        """
        item_bytes(dtype)
        changed = self.set()
        changed.dtype = dtype
        return changed

    def optimized(self, chosen: Mapping[Site, str] | None = None) -> Self:
        """The same network rewritten for inference: fewer, larger operators that compute the same. Needs no torch.

        Its graph, costs and drawings are of what would run; `rewritten` tells what was changed. Weights are carried over by
        `archdsl.compilers.optimized`, and a module of this network has fresh ones.

        Args:
            chosen: the form for places where several compute the same, by their site; `rewritten.sites` has those that were met.
        """
        changed = self.set()
        changed.chosen = dict(chosen or {})
        return changed

    def written(self) -> Self:
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
        from archdsl.cost.counting.bill import Bill

        return Bill(self._graph, self.batch, self.dtype)

    def cost(self) -> Bill:
        """What the network costs, layer by layer. Exact, without torch."""
        return self._bill

    def table(self) -> Sheet:
        """The network as its paper prints it, a row for each row of the spec's table. Shows itself in a notebook."""
        from archdsl.cost.tables.layout import layout

        title = self.name + (f", {self.spec.paper}" if self.spec.paper else "")
        return layout(self.spec, self._bill).sheet(title, self._bill)

    def printed_table(self, columns: Sequence[str] | None = None) -> Sheet:
        """The same with the names that `title` and `titles` of the spec give, without numbers of rows, outputs and costs.

        Args:
            columns: these columns in this order, by their heads in `table()`.

        Raises:
            InputError: no such column.
        """
        from archdsl.cost.tables.layout import printed

        return printed(self.spec, self._bill, self.table().title, columns)

    def module(self) -> Network:
        """The network as a torch.nn.Module with fresh weights from torch's global generator.

        It takes a tensor for each input, in their order or by their names, the batch first; whole numbers for `ids`. It returns what
        the spec asks for: a tensor for one output, a tuple where `outputs` is a list, a dictionary where it is a mapping.

        Raises:
            BackendError: torch is not installed, or an operator has no rule for it.
        """
        with needed_by("a module"):
            import torch  # noqa: F401
        from archdsl.compilers.torch import compile

        return compile(verify(self._graph, "elaboration"))

    def __reduce__(self) -> tuple[Any, ...]:
        """What travels to other processes: the checked spec and its settings, nothing that was worked out from them."""
        counted = self.chosen, self.batch, self.dtype
        return _restore, (type(self), self.base, self.settings, self.limits, self.warnings, counted)

    def __repr__(self) -> str:
        return f"<archdsl.{type(self).__name__} {self.name}>"


def _restore(
    kind: type[Design],
    spec: Spec,
    settings: dict[str, Any],
    limits: Limits | None,
    warnings: tuple[Diagnostic, ...],
    counted: tuple[Mapping[Site, str] | None, int, str],
) -> Design:
    """Undo `Design.__reduce__`."""
    net = kind(spec, settings, limits, warnings)
    net.chosen, net.batch, net.dtype = counted
    return net


def find_mistakes(spec: Spec, settings: dict[str, Any], limits: Limits | None, report: Report) -> None:
    """Raise the mistakes that the static checks found, if any, with those that show where the network is put together all the same."""
    found = report.errors
    if not found:
        return
    for diagnostic in found:
        if diagnostic.mark is not None:
            report.spoil(diagnostic.mark)
    if spec.input and all(arrival.shape for arrival in spec.input) and spec.net:
        try:
            changed, knobs = apply(dataclasses.replace(spec, knobs=mended(spec.knobs)), settings)
            elaborate(changed, knobs, limits, report=report)
        except (InputError, SpecError, CycleError):
            pass  # what was found of the network is in the report; of knobs, it is told once the rest is right
    report.stop()
