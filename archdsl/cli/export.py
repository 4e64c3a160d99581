"""`archdsl export`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import console, json_option, knob_option, limit_options, open_net, print_json, spec_argument
from archdsl.errors import BackendError
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from archdsl.compilers.export import Checked, Model

FORMS = {"python": ".py", "onnx": ".onnx", "pt2": ".pt2", "openvino": ".xml", "executorch": ".pte"}
"""What can be written, and how such a file ends."""

WIDTH = 120
"""Of the text about a network in what is written."""


@click.command("export")
@spec_argument
@click.option("--to", type=click.Choice(list(FORMS)), help="Where not given, what -o ends in.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; the name of SPEC where not given.")
@click.option(
    "--weights", type=click.Path(path_type=Path), help="Weights of this network, or of the same in torchvision or timm."
)
@click.option("--seed", default=0, show_default=True, help="Of the fresh weights.")
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    to: str | None,
    output: Path | None,
    weights: Path | None,
    seed: int,
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
    chosen = to or _form(output)
    net = open_net(spec, settings, limits)
    model, origin = _model(net, weights, seed)
    from archdsl.compilers.export import export

    checked = export(model, chosen, output or Path(Path(spec).stem + FORMS[chosen]))
    if as_json:
        print_json(_document(checked, origin))
        return
    out = console()
    out.print("written   " + ", ".join(map(str, checked.files)), soft_wrap=True, markup=False)
    out.print(f"weights   {origin}", soft_wrap=True, markup=False)
    batches = " and ".join("×".join(map(str, shape)) for shape in checked.inputs)
    share = f"{checked.largest_difference:.1e} of the output's size, {checked.tolerance:.0e} allowed"
    out.print(f"checked   largest difference {share}, on random {batches}", soft_wrap=True)
    out.print(f"took      {checked.seconds:.1f} s")


def _form(output: Path | None) -> str:
    """The form that the name of a file asks for."""
    if output is None:
        raise click.UsageError(f"--to or -o is needed; forms: {', '.join(FORMS)}")
    found = [form for form, suffix in FORMS.items() if output.suffix.lower() == suffix]
    if not found:
        endings = ", ".join(f"{suffix} ({form})" for form, suffix in FORMS.items())
        raise click.UsageError(f"{output} does not tell the form; name it with --to, or end the file in {endings}")
    return found[0]


def _model(net: Net, weights: Path | None, seed: int) -> tuple[Model, str]:
    """The network compiled, in evaluation mode, with what a file says about it; and where its weights are from."""
    try:
        import torch
    except ImportError:
        raise BackendError("an export needs torch, which is not installed: pip install 'archdsl[torch]'") from None
    from archdsl.compilers.export import Model

    torch.manual_seed(seed)
    module = net.module().eval()
    origin = f"fresh, seed {seed}"
    if weights is not None:
        from archdsl.compilers.torch.pairing import load_weights

        paired = load_weights(module, weights, torch.zeros(1, *net.graph().input.shape))
        origin = f"{weights}, " + ("other names, paired by order and shape" if paired else "by name")
    docs = {name: block.doc for name, block in net.spec.blocks.items() if block.doc}
    return Model(net.graph(), module, _heading(net), docs), origin


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
