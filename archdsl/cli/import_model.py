"""`archdsl import`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli import models
from archdsl.cli.common import json_option, print_json, print_result
from archdsl.cli.gathered import gathered, given
from archdsl.cli.terminal import console, echo
from archdsl.errors import InputError, visible

if TYPE_CHECKING:
    from archdsl.net.importing import ImportedNet


@dataclass(frozen=True)
class Asked:
    """How a model is made and what it is called with."""

    inputs: tuple[str, ...] = given(
        click.option(
            "--input",
            "inputs",
            multiple=True,
            metavar="SIZES",
            help="Sizes with the batch, as 1x3x224x224, or ids:1x128; once for each input. Of a file with open sizes: NAME=SIZES.",
        )
    )
    args: tuple[str, ...] = given(
        click.option("--args", multiple=True, metavar="NAME=VALUE", help="An argument of the callable: num_classes=10.")
    )


@dataclass(frozen=True)
class Wanted:
    """What is written."""

    output: Path | None = given(
        click.option("-o", "--output", type=click.Path(path_type=Path), help="The file of the spec; printed if not given.")
    )
    weights: bool = given(click.option("--weights", is_flag=True, help="Write the weights beside the spec, as safetensors."))
    knobs: bool = given(click.option("--knobs", is_flag=True, help="Put in a width multiplier where channels share a factor."))
    name: str = given(click.option("--name", default="", metavar="TEXT", help="Name of the network."))


@click.command("import")
@click.argument("model")
@gathered("asked", Asked)
@gathered("wanted", Wanted)
@json_option
def command(model: str, asked: Asked, wanted: Wanted, as_json: bool) -> int:
    """Write the spec of MODEL, which is `module:callable` (torchvision.models:resnet18, timm:resnet50), an ONNX file, or a .pt2 file.

    A callable is imported and called, which runs its code. Files hold operators and no code. The spec is compiled, takes
    over the weights, and is compared with the original. Exits with 3 where they differ.
    """
    if wanted.weights and wanted.output is None:
        raise click.UsageError("--weights are written beside the spec; name it with -o")
    if wanted.output is not None and wanted.output.suffix.lower() not in (".yaml", ".yml"):
        raise click.UsageError(f"-o {wanted.output}: a spec ends in .yaml")
    found = _of_callable(model, asked, wanted) if models.is_callable(model) else _of_file(Path(model), asked, wanted)
    written = found.save(wanted.output, wanted.weights) if wanted.output is not None else ()
    if as_json:
        print_json(found.as_dict())
    else:
        if not written:
            echo(found.text.rstrip("\n"))
            for line in str(found).splitlines():
                click.echo(visible(line), err=True)
        else:
            print_result(console(), found)
            console().print(f"  written   {', '.join(map(str, written))}", soft_wrap=True)
    return 3 if found.differs else 0


def _of_file(path: Path, asked: Asked, wanted: Wanted) -> ImportedNet:
    if asked.args:
        raise click.UsageError("--args are for a callable; a file is read as it is")
    if not path.exists():
        raise InputError(f"{path}: no such file, and no module:callable (torchvision.models:resnet18)")
    from archdsl.importer.imported import from_file
    from archdsl.net.importing import proven

    sizes = {}
    for text in asked.inputs:
        name, equal, shape = text.partition("=")
        if not equal:
            raise click.UsageError(f"--input {text}: of a file, NAME=SIZES")
        sizes[name] = models.sizes(shape)
    return proven(from_file(path, title=wanted.name, knobs=wanted.knobs, sizes=sizes))


def _of_callable(model: str, asked: Asked, wanted: Wanted) -> ImportedNet:
    from archdsl.net.importing import from_module

    if "@" in model:
        raise click.UsageError(f"{model}: sizes are given by --input here")
    found = models.made(model, dict(map(_argument, asked.args)))
    examples = tuple(map(models.example, asked.inputs)) or (models.own_example(found),)
    return from_module(found, examples, name=wanted.name or models.stem(model), knobs=wanted.knobs)


def _argument(text: str) -> tuple[str, Any]:
    """NAME=VALUE; values are read as numbers, truths, None and texts of Python."""
    import ast

    name, equal, value = text.partition("=")
    if not equal or not name.isidentifier():
        raise click.UsageError(f"--args {text}: expected NAME=VALUE")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, {"true": True, "false": False, "none": None}.get(value.lower(), value)
