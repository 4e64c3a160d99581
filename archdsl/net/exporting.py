"""`net.export`: a network compiled, rewritten if that is wanted, written, read again, run and compared."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.artifacts import spares
from archdsl.compilers.forms import FORMS, written
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.extras import needed_by
from archdsl.net.quantising import Int8, check_int8, images_for, notes

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archdsl.compilers.export import Checked, Model
    from archdsl.compilers.int8 import Quantised
    from archdsl.measure.job import Configuration
    from archdsl.net.held import Held

LINE = 120
"""Letters of a line of the text about a network in what is written."""

FRESH = "fresh, seed "
"""How the origin of fresh weights begins."""


@dataclass(frozen=True, repr=False)
class Exported(Result):
    """What was written and how it compares with the network.

    Attributes:
        origin: where the weights are from.
        changes: what the passes for inference changed, with the pass; None where the network was written as it is.
        quantised: what int8 changed; None where the network was written in float32.
    """

    checked: Checked
    origin: str
    changes: tuple[dict[str, str], ...] | None = None
    quantised: Quantised | None = None

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return []

    def notes(self) -> list[str]:
        checked = self.checked
        batches = " and ".join("×".join(map(str, shape)) for shape in checked.inputs)
        which = "the output's size" if len(checked.differences) == 1 else f"the size of '{checked.worst}', the worst output"
        share = f"{checked.largest_difference:.1e} of {which}, {checked.tolerance:.1e} allowed"
        return [
            "written   " + ", ".join(map(str, checked.files)),
            f"weights   {self.origin}",
            *(f"rewritten {change['what']}" for change in self.changes or ()),
            f"checked   largest difference {share}, on random {batches}",
            f"float32   {checked.rounding:.1e} of the output's size from float64, in torch",
            *([] if self.quantised is None else notes(self.quantised, self.origin.startswith(FRESH))),
            f"took      {checked.seconds:.1f} s",
        ]

    def as_dict(self) -> dict[str, Any]:
        checked = self.checked
        told = {
            "file": str(checked.files[0]),
            "files": [str(file) for file in checked.files],
            "to": checked.to,
            "weights": self.origin,
            "inputs": [list(shape) for shape in checked.inputs],
            "tolerance": checked.tolerance,
            "largest_difference": checked.largest_difference,
            "differences": checked.differences,
            "float32_from_float64": checked.rounding,
            "seconds": round(checked.seconds, 3),
        }
        if self.changes is not None:
            told["changes"] = list(self.changes)
        if self.quantised is not None:
            told["int8"] = self.quantised.as_dict()
        return told

    def _records(self) -> list[dict[str, Any]]:
        return [{"file": str(file), "to": self.checked.to} for file in self.checked.files]


@dataclass(frozen=True)
class Rewriting:
    """Whether a network is rewritten for inference before it is written.

    Attributes:
        at: what blocks are measured in, so that the quickest forms are chosen; None for the usual forms.
    """

    wanted: bool = False
    at: Configuration | None = None


@dataclass(frozen=True)
class Weights:
    """Where weights come from.

    Attributes:
        file: fresh ones where not given.
        seed: of fresh ones.
        pairing: a file that says which layer of the file a layer takes; written with the most likely pairs where it is not there.
        held: those that are taken where no file is given.
    """

    file: Path | None = None
    seed: int = 0
    pairing: Path | None = None
    held: Held | None = None


def export(
    net: Design,
    path: Path,
    to: str,
    weights: Weights | None = None,
    rewriting: Rewriting | None = None,
    int8: Int8 | None = None,
) -> Exported:
    """Write a network; see `archdsl.Net.export`.

    Raises:
        InputError: what is written would take the place of a file that is read, the weights do not fit, or the form or the network cannot
            be in int8.
        BackendError: the form cannot be written.
    """
    weights = weights or Weights()
    spares(written(to, path), [weights.file, weights.pairing, *(source.path for source in net.spec.files)])
    images = None
    if int8 is not None:
        check_int8(to)
        net, images = images_for(net, int8, weights.held is not None)
    model, origin = _model(net, weights)
    changes = None
    if rewriting is not None and rewriting.wanted:
        model, changes = _rewritten(model, rewriting.at)
    if images is not None:
        from archdsl.compilers.int8 import export_int8

        checked, quantised = export_int8(model, to, path, images)
        return Exported(checked, origin, changes, quantised)
    from archdsl.compilers.export import export as write

    return Exported(write(model, to, path), origin, changes)


def form_of(path: Path) -> str:
    """The form that the ending of a file asks for. Raises InputError where none has it."""
    found = [form for form, (suffix, _) in FORMS.items() if path.suffix.lower() == suffix]
    if not found:
        endings = ", ".join(f"{suffix} ({form})" for form, (suffix, _) in FORMS.items())
        raise InputError(f"{path} does not tell the form; end the file in {endings}, or name the form with to")
    return found[0]


def _model(net: Design, weights: Weights) -> tuple[Model, str]:
    """The network compiled, in evaluation mode, with what a file says about it; and where its weights are from."""
    with needed_by("an export"):
        import torch
    from archdsl.compilers.export import Model

    torch.manual_seed(weights.seed)
    module = net.module().eval()
    origin = f"{FRESH}{weights.seed}"
    if weights.file is None and weights.held is not None:
        module.load_state_dict(weights.held.state)
        origin = f"of {weights.held.origin}"
    elif weights.file is None:
        from archdsl.compilers.torch.settle import settle

        settle(module, net.graph(), seed=weights.seed)  # or what is compared would hardly depend on the image
    else:
        from archdsl.compilers.torch.pairing import load_weights

        image = tuple([torch.zeros(1, *node.shape) for node in net.graph().inputs])
        paired = load_weights(module, weights.file, image, _pairing(module, weights.file, image, weights.pairing))
        origin = f"{weights.file}, " + ("other names, paired by their structure and by shapes" if paired else "by name")
    docs = {name: block.doc for name, block in net.spec.blocks.items() if block.doc}
    return Model(net.graph(), module, _heading(net), docs), origin


def _pairing(module: nn.Module, weights: Path, image: tuple[Tensor, ...], path: Path | None) -> dict[str, str] | None:
    """The pairs of a file. One that is not there is written for the user to look at."""
    if path is None:
        return None
    from archdsl.compilers.torch.pairing import guess
    from archdsl.compilers.torch.pairing_file import read_pairing, write_pairing

    if path.exists():
        return read_pairing(path)
    write_pairing(path, guess(module, weights, image))
    raise InputError(
        f"{path} was not there; the most likely pairs were written to it: look at them, edit them, and run this again"
    )


def _rewritten(model: Model, at: Configuration | None) -> tuple[Model, tuple[dict[str, str], ...]]:
    """The model after the passes, in the forms that are quickest in a configuration where one is given; and what was changed."""
    from archdsl.compilers.optimized import optimized

    options = None
    if at is not None:
        from archdsl.measure.autotune import autotune

        options = autotune(model.graph, at).options
    made, done = optimized(model, options)
    return made, tuple({"pass": change.made_by, "what": change.what} for change in done.changes)


def _heading(net: Design) -> str:
    title, *table = net.table().plain().splitlines()
    doc = textwrap.fill(" ".join(net.spec.doc.split()), LINE)
    return "\n".join([title, *textwrap.dedent("\n".join(table)).splitlines(), *(["", doc] if doc else []), ""])
