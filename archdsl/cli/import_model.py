"""`archdsl import`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, print_json, print_result
from archdsl.cli.gathered import gathered, given
from archdsl.cli.terminal import console, echo
from archdsl.errors import BackendError, InputError, visible

if TYPE_CHECKING:
    from torch import Tensor

    from archdsl.net.importing import ImportedNet

IMAGE = (1, 3, 224, 224)
"""The input of a model where nothing else is said."""
CODE_RUNS = "calls {}, which runs the code of that package"


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
def command(model: str, asked: Asked, wanted: Wanted, as_json: bool) -> None:
    """Write the spec of MODEL, which is `module:callable` (torchvision.models:resnet18, timm:resnet50), an ONNX file, or a .pt2 file.

    A callable is imported and called, which runs its code. Files hold operators and no code. The spec is compiled, takes
    over the weights, and is compared with the original. Exits with 3 where they differ.
    """
    if wanted.weights and wanted.output is None:
        raise click.UsageError("--weights are written beside the spec; name it with -o")
    if wanted.output is not None and wanted.output.suffix.lower() not in (".yaml", ".yml"):
        raise click.UsageError(f"-o {wanted.output}: a spec ends in .yaml")
    found = _of_callable(model, asked, wanted) if _is_callable(model) else _of_file(Path(model), asked, wanted)
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
    if not found.holds:
        raise SystemExit(3)


def _is_callable(model: str) -> bool:
    """Whether it is module:callable and no file."""
    return ":" in model and not Path(model).exists() and re.fullmatch(r"[\w.]+:[\w.]+", model) is not None


def _of_file(path: Path, asked: Asked, wanted: Wanted) -> ImportedNet:
    from archdsl.importer.imported import from_file
    from archdsl.net.importing import proven

    if asked.args:
        raise click.UsageError("--args are for a callable; a file is read as it is")
    if not path.exists():
        raise InputError(f"{path}: no such file, and no module:callable (torchvision.models:resnet18)")
    sizes = {}
    for text in asked.inputs:
        name, equal, shape = text.partition("=")
        if not equal:
            raise click.UsageError(f"--input {text}: of a file, NAME=SIZES")
        sizes[name] = _sizes(shape)
    return proven(from_file(path, title=wanted.name, knobs=wanted.knobs, sizes=sizes))


def _of_callable(model: str, asked: Asked, wanted: Wanted) -> ImportedNet:
    from archdsl.net.importing import from_module

    if not asked.inputs:
        asked = Asked(("x".join(map(str, IMAGE)),), asked.args)
    examples, arguments = tuple(map(_example, asked.inputs)), dict(map(_argument, asked.args))
    click.echo(visible(f"  {CODE_RUNS.format(model)}"), err=True)
    made = _made(model, arguments)
    return from_module(made, examples, name=wanted.name or model.rpartition(":")[2], knobs=wanted.knobs)


def _made(model: str, arguments: dict[str, Any]) -> Any:
    """The model that a callable gives. `timm:name` is a model of timm by its name."""
    import importlib

    from torch import nn

    package, _, name = model.partition(":")
    try:
        with _from_here():
            module = importlib.import_module(package)
    except Exception as error:  # whatever the code of others raises
        raise BackendError(f"{model}: {package} cannot be imported: {type(error).__name__}: {error}") from None
    if package == "timm" and not hasattr(module, name):
        function, arguments = module.create_model, {"model_name": name, **arguments}
    else:
        function = module
        for part in name.split("."):
            if not hasattr(function, part):
                raise InputError(f"{model}: {package} has no '{name}'")
            function = getattr(function, part)
    try:
        made = function if isinstance(function, nn.Module) else function(**arguments)
    except Exception as error:  # whatever the code of others raises
        raise BackendError(f"{model} cannot be made: {type(error).__name__}: {error}") from None
    if not isinstance(made, nn.Module):
        raise InputError(f"{model} gives a {type(made).__name__}, no module of PyTorch")
    return made


@contextmanager
def _from_here() -> Iterator[None]:
    """Modules are found in the working folder too, as by `python -m`."""
    before = list(sys.path)
    sys.path.insert(0, str(Path.cwd()))
    try:
        yield
    finally:
        sys.path[:] = before


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


def _example(text: str) -> Tensor:
    """A random batch of an input."""
    import torch

    kind, colon, rest = text.partition(":")
    if colon and kind != "ids":
        raise click.UsageError(f"--input {text}: expected sizes, or ids: and sizes")
    sizes = _sizes(rest if colon else text)
    return torch.zeros(sizes, dtype=torch.int64) if colon else torch.randn(sizes, generator=torch.Generator().manual_seed(0))


def _sizes(text: str) -> tuple[int, ...]:
    parts = re.split(r"[x×,]", text.strip())
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.UsageError(f"--input {text}: expected sizes as 1x3x224x224")
    return tuple(map(int, parts))
