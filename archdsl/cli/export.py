"""`archdsl export`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import (
    console,
    json_option,
    knob_option,
    limit_options,
    open_net,
    optimize_option,
    print_json,
    spec_argument,
)
from archdsl.errors import BackendError
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from archdsl.compilers.export import Checked, Model

FORMS = {"python": ".py", "onnx": ".onnx", "pt2": ".pt2", "openvino": ".xml", "executorch": ".pte"}
"""What can be written, and how such a file ends."""
RUNS = {"python": "eager", "onnx": "onnxruntime", "pt2": "eager", "openvino": "openvino"}
"""The runtime that a form is measured in where forms of blocks are chosen."""

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
@optimize_option
@click.option("--autotune", is_flag=True, help="Choose the quickest forms by measuring blocks on this machine; means --optimize.")
@click.option("--batch", type=click.IntRange(1), default=1, show_default=True, help="That --autotune measures.")
@click.option("--threads", type=click.IntRange(1), default=None, help="That --autotune measures; all cores where not given.")
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    to: str | None,
    output: Path | None,
    weights: Path | None,
    seed: int,
    optimize: bool,
    autotune: bool,
    batch: int,
    threads: int | None,
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

    changes: list[dict[str, str]] = []
    if optimize or autotune:
        model, changes = _rewritten(model, chosen, batch, threads if autotune else 0)
    checked = export(model, chosen, output or Path(Path(spec).stem + FORMS[chosen]))
    if as_json:
        print_json(_document(checked, origin) | ({"changes": changes} if optimize or autotune else {}))
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
    if weights is None:
        from archdsl.compilers.torch.settle import settle

        settle(module, net.graph().input.shape, seed=seed)  # or what is compared would hardly depend on the image
    else:
        from archdsl.compilers.torch.pairing import load_weights

        paired = load_weights(module, weights, torch.zeros(1, *net.graph().input.shape))
        origin = f"{weights}, " + ("other names, paired by order and shape" if paired else "by name")
    docs = {name: block.doc for name, block in net.spec.blocks.items() if block.doc}
    return Model(net.graph(), module, _heading(net), docs), origin


def _rewritten(model: Model, form: str, batch: int, threads: int | None) -> tuple[Model, list[dict[str, str]]]:
    """The model after the passes, compared with itself; and what was changed. `threads` 0: the usual forms, nothing is measured."""
    from archdsl.compilers.optimized import optimized

    chosen = {}
    if threads != 0:
        from archdsl.measure.autotune import Target, autotune
        from archdsl.measure.autotune import chosen as options
        from archdsl.measure.machine import cores

        chosen = options(autotune(model.graph, Target(RUNS[form], batch, threads or cores())))
    made, done = optimized(model, chosen)
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
