"""`archdsl export`."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, knob_option, open_net, optimize_option, print_json, spec_argument, stem_of
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import console
from archdsl.compilers.forms import FORMS
from archdsl.extras import needed_by
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from archdsl.compilers.export import Checked, Model
    from archdsl.measure.job import Configuration

WIDTH = 120
"""Of the text about a network in what is written."""


@dataclass(frozen=True)
class Destination:
    """Where to write."""

    to: str | None = given(click.option("--to", type=click.Choice(list(FORMS)), help="What -o ends in if not given."))
    output: Path | None = given(
        click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; the name of SPEC if not given.")
    )

    def form(self) -> str:
        """The form that is named, or that the name of the file asks for. Raises UsageError where neither tells it."""
        if self.to:
            return self.to
        if self.output is None:
            raise click.UsageError(f"--to or -o is needed; forms: {', '.join(FORMS)}")
        found = [form for form, (suffix, _) in FORMS.items() if self.output.suffix.lower() == suffix]
        if not found:
            endings = ", ".join(f"{suffix} ({form})" for form, (suffix, _) in FORMS.items())
            raise click.UsageError(f"{self.output} does not tell the form; name it with --to, or end the file in {endings}")
        return found[0]


@dataclass(frozen=True)
class Weights:
    """Where weights come from: a file, or the seed of fresh ones."""

    weights: Path | None = given(
        click.option(
            "--weights", type=click.Path(path_type=Path), help="Weights of this network, or of the same in torchvision or timm."
        )
    )
    seed: int = given(click.option("--seed", default=0, show_default=True, help="Of the fresh weights."))


@dataclass(frozen=True)
class Rewriting:
    """Whether the network is rewritten for inference, and what its forms are measured with."""

    optimize: bool = given(optimize_option)
    autotune: bool = given(
        click.option(
            "--autotune", is_flag=True, help="Choose the quickest forms by measuring blocks on this machine; means --optimize."
        )
    )
    batch: int = given(
        click.option("--batch", type=click.IntRange(1), default=1, show_default=True, help="That --autotune measures.")
    )
    threads: int | None = given(
        click.option("--threads", type=click.IntRange(1), help="That --autotune measures; all cores if not given.")
    )

    @property
    def wanted(self) -> bool:
        return self.optimize or self.autotune

    def measured(self, form: str) -> Configuration | None:
        """In which forms of blocks are measured; None where the usual ones are taken. Raises UsageError where nothing runs the file."""
        if not self.autotune:
            return None
        from archdsl.measure.job import Configuration
        from archdsl.measure.machine import cores
        from archdsl.measure.runtimes import runtime_of_export

        runtime = runtime_of_export(form)
        if runtime is None:
            raise click.UsageError(f"--autotune cannot measure for {form}: no runtime of `archdsl bench` runs it")
        return Configuration(runtime.word, self.batch, self.threads or cores())


@click.command("export")
@spec_argument
@gathered("destination", Destination)
@gathered("source", Weights)
@gathered("rewriting", Rewriting)
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    destination: Destination,
    source: Weights,
    rewriting: Rewriting,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """Write SPEC for use elsewhere, read the file again, run it and compare its output with that of the network.

    \b
    python     one file of PyTorch source, and its weights beside it as safetensors
    onnx       ONNX, run by ONNX Runtime
    pt2        a program of torch.export
    openvino   OpenVINO IR: an .xml, and its weights beside it as .bin
    executorch a program of ExecuTorch for XNNPACK
    """
    form = destination.form()
    at = rewriting.measured(form)
    net = open_net(spec, settings, limits)
    model, origin = _model(net, source)
    from archdsl.compilers.export import export

    changes: list[dict[str, str]] = []
    if rewriting.wanted:
        model, changes = _rewritten(model, at)
    checked = export(model, form, destination.output or Path(stem_of(spec) + FORMS[form].suffix))
    if as_json:
        print_json(_document(checked, origin) | ({"changes": changes} if rewriting.wanted else {}))
        return
    out = console()
    out.print("written   " + ", ".join(map(str, checked.files)), soft_wrap=True, markup=False)
    out.print(f"weights   {origin}", soft_wrap=True, markup=False)
    for change in changes:
        out.print(f"rewritten {change['what']}", soft_wrap=True, markup=False)
    batches = " and ".join("×".join(map(str, shape)) for shape in checked.inputs)
    share = f"{checked.largest_difference:.1e} of the output's size, {checked.tolerance:.0e} allowed"
    out.print(f"checked   largest difference {share}, on random {batches}", soft_wrap=True)
    out.print(f"took      {checked.seconds:.1f} s")


def _model(net: Net, source: Weights) -> tuple[Model, str]:
    """The network compiled, in evaluation mode, with what a file says about it; and where its weights are from."""
    with needed_by("an export"):
        import torch
    from archdsl.compilers.export import Model

    torch.manual_seed(source.seed)
    module = net.module().eval()
    origin = f"fresh, seed {source.seed}"
    if source.weights is None:
        from archdsl.compilers.torch.settle import settle

        settle(module, net.graph().input.shape, seed=source.seed)  # or what is compared would hardly depend on the image
    else:
        from archdsl.compilers.torch.pairing import load_weights

        paired = load_weights(module, source.weights, torch.zeros(1, *net.graph().input.shape))
        origin = f"{source.weights}, " + ("other names, paired by order and shape" if paired else "by name")
    docs = {name: block.doc for name, block in net.spec.blocks.items() if block.doc}
    return Model(net.graph(), module, _heading(net), docs), origin


def _rewritten(model: Model, at: Configuration | None) -> tuple[Model, list[dict[str, str]]]:
    """The model after the passes, in the forms that are quickest in a configuration where one is given; and what was changed."""
    from archdsl.compilers.optimized import optimized

    options = None
    if at is not None:
        from archdsl.measure.autotune import autotune, chosen

        options = chosen(autotune(model.graph, at))
    made, done = optimized(model, options)
    return made, [{"pass": change.made_by, "what": change.what} for change in done.changes]


def _heading(net: Net) -> str:
    title, *table = net.table().plain().splitlines()
    doc = textwrap.fill(" ".join(net.spec.doc.split()), WIDTH)
    return "\n".join([title, *textwrap.dedent("\n".join(table)).splitlines(), *(["", doc] if doc else []), ""])


def _document(checked: Checked, origin: str) -> dict[str, object]:
    return {
        "file": str(checked.files[0]),
        "files": [str(file) for file in checked.files],
        "to": checked.to,
        "weights": origin,
        "inputs": [list(shape) for shape in checked.inputs],
        "tolerance": checked.tolerance,
        "largest_difference": checked.largest_difference,
        "seconds": round(checked.seconds, 3),
    }
