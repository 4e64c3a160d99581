"""`archdsl export`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import (
    json_option,
    knob_option,
    open_net,
    optimize_option,
    print_json,
    print_result,
    spec_argument,
    stem_of,
    weights_of,
)
from archdsl.cli.endings import check_agreement
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import console
from archdsl.cli.training import DATA
from archdsl.compilers.forms import FORMS
from archdsl.ir.limits import Limits
from archdsl.measure.job import FLOAT32

if TYPE_CHECKING:
    from archdsl.measure.job import Configuration
    from archdsl.net.quantising import Int8


@dataclass(frozen=True)
class Destination:
    """Where to write."""

    to: str | None = given(click.option("--to", type=click.Choice(list(FORMS)), help="What -o ends in if not given."))
    output: Path | None = given(
        click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; the name of SPEC if not given.")
    )

    def form(self) -> str:
        """The form that is named, or that the name of the file asks for. Raises UsageError where neither tells it, or they differ."""
        if self.to:
            if self.output is not None:
                check_agreement(self.output, self.to, [FORMS[self.to].suffix])
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
    pairing: Path | None = given(
        click.option(
            "--pairing",
            type=click.Path(path_type=Path),
            help="Which layer of --weights each layer takes; written with the most likely ones if not there.",
        )
    )
    seed: int = given(click.option("--seed", default=0, show_default=True, help="Of the fresh weights."))


@dataclass(frozen=True)
class Rewriting:
    """Whether the network is rewritten for inference, and what its forms are measured with."""

    optimize: bool = given(optimize_option)
    autotune: bool = given(
        click.option("--autotune", is_flag=True, help="Choose the quickest forms by measuring on this machine; means --optimize.")
    )
    batch: int = given(
        click.option("--batch", type=click.IntRange(1), default=1, show_default=True, help="That --autotune measures.")
    )
    threads: int | None = given(
        click.option("--threads", type=click.IntRange(1), help="That --autotune measures; all cores if not given.")
    )
    runtime: str | None = given(
        click.option("--runtime", metavar="NAME", help="That --autotune measures in; what runs the file if not given.")
    )
    dtype: str = given(
        click.option("--dtype", default=FLOAT32, show_default=True, metavar="TYPE", help="That --autotune measures in.")
    )

    @property
    def wanted(self) -> bool:
        return self.optimize or self.autotune

    def measured(self, form: str) -> Configuration | None:
        """In which forms of blocks are measured; None where the usual ones are taken.

        Raises:
            UsageError: nothing that `bench` knows runs the file, and no runtime is named.
            InputError: there is no such runtime, or it does not have the dtype.
            BackendError: it is not installed, or its device is not there.
        """
        if not self.autotune:
            if self.runtime:
                raise click.UsageError("--runtime says what --autotune measures in; give both")
            return None
        from archdsl.measure.machine import cores
        from archdsl.measure.runtimes import runtime_named, runtime_of_export

        runtime = runtime_named(self.runtime) if self.runtime else runtime_of_export(form)
        if runtime is None:
            raise click.UsageError(f"--autotune cannot measure for {form}: no runtime of `archdsl bench` runs it; name --runtime")
        at = runtime.at(self.batch, self.threads or cores(), self.dtype)
        runtime.require()
        return at


@dataclass(frozen=True)
class Treatment(Rewriting):
    """Whether the network is rewritten, and whether it is written in int8, with the images that it is calibrated with."""

    int8: bool = given(
        click.option("--int8", is_flag=True, help="Weights and activations in 8 bits; as onnx and openvino, with --calibrate.")
    )
    calibrate: str | None = given(
        click.option("--calibrate", metavar="NAME[:DIR]", help=f"Images that decide scales, and others that judge: {DATA}")
    )
    images: int | None = given(
        click.option("--images", type=click.IntRange(1), metavar="N", help="Training images of --calibrate. [default: 256]")
    )
    tests: int | None = given(
        click.option("--tests", type=click.IntRange(1), metavar="N", help="Test images of --calibrate. [default: 2000]")
    )

    def quantised(self, form: str) -> Int8 | None:
        """What int8 is calibrated with; None where the network stays in float32.

        Raises:
            UsageError: options do not belong together.
        """
        from archdsl.net.quantising import INT8, Int8

        if not self.int8:
            for name in ("calibrate", "images", "tests"):
                if getattr(self, name) is not None:
                    raise click.UsageError(f"--{name} is of --int8; give both")
            return None
        if form not in INT8:
            raise click.UsageError(f"--int8 is written as {' and '.join(INT8)}, not as {form}")
        if self.calibrate is None:
            raise click.UsageError("--int8 needs images that decide its scales: --calibrate NAME")
        return Int8(self.calibrate, self.images, self.tests)


@click.command("export")
@spec_argument
@gathered("destination", Destination)
@gathered("source", Weights)
@gathered("treatment", Treatment)
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    destination: Destination,
    source: Weights,
    treatment: Treatment,
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

    With --int8 what it loses against float32 is told, on images that decided no scale.
    """
    from archdsl.artifacts import writable
    from archdsl.net.exporting import Rewriting as Rewritten
    from archdsl.net.exporting import Weights as Origin
    from archdsl.net.exporting import export

    form = destination.form()
    at = treatment.measured(form)
    int8 = treatment.quantised(form)
    target = destination.output or Path(stem_of(spec) + FORMS[form].suffix)
    writable(target, new_folders=True)
    net = open_net(spec, settings, limits)
    if source.pairing and not source.weights:
        raise click.UsageError("--pairing is of --weights; give both")
    origin = Origin(source.weights, source.seed, source.pairing, weights_of(spec, net) if source.weights is None else None)
    found = export(net, target, form, origin, Rewritten(treatment.wanted, at), int8)
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)
