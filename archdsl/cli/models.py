"""Models of PyTorch, ONNX files and .pt2 files on a command line: what is imported, or stands in the place of a SPEC."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.errors import BackendError, InputError, near_miss, visible

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archdsl.importer.imported import Imported

IMAGE = (1, 3, 224, 224)
"""The input of a model that does not tell its own, where nothing else is said."""
CODE_RUNS = "calls {}, which runs the code of that package"
FILES = (".onnx", ".pt2")
_CALLABLE = re.compile(r"(?P<model>[A-Za-z_][\w.]*:[\w.]+)(?:@(?P<sizes>[\w:x×,]+))?")


def is_callable(target: str) -> bool:
    """Whether it is module:callable, with sizes or without, and no file."""
    return ":" in target and _CALLABLE.fullmatch(target) is not None and not Path(target).exists()


def is_model(target: str) -> bool:
    """Whether it stands for a model that has to be imported: module:callable, or a file."""
    return is_callable(target) or Path(target).suffix.lower() in FILES


def stem(target: str) -> str:
    """What files that are made from a model are named after."""
    return target.rpartition(":")[2].partition("@")[0] if is_callable(target) else Path(target).stem


def imported(target: str) -> Imported:
    """The import of a model that stands in the place of a SPEC. Sizes of its inputs may follow it: `timm:resnet18@1x3x64x64`.

    Raises:
        InputError: there is no such model or file.
        BackendError: it cannot be made, or read.
    """
    from archdsl.importer.imported import from_file, from_module

    match = _CALLABLE.fullmatch(target) if is_callable(target) else None
    if match is None:
        return from_file(Path(target))
    model, sizes = match["model"], match["sizes"]
    found = made(model, {})
    examples = tuple(map(example, sizes.split(","))) if sizes else (own_example(found),)
    return from_module(found, examples, title=stem(target))


def made(model: str, arguments: dict[str, Any]) -> nn.Module:
    """The model that a callable gives; says that code is run. `timm:name` is a model of timm by its name.

    Raises:
        InputError: there is no such callable, or it gives no model.
        BackendError: it, or its package, raises.
    """
    click.echo(visible(f"  {CODE_RUNS.format(model)}"), err=True)
    return _made(model, arguments)


def own_example(model: nn.Module) -> Tensor:
    """A random image of the size that a model says it is for, as those of timm do; else of 224 by 224."""
    told = getattr(model, "pretrained_cfg", None) or getattr(model, "default_cfg", None)
    size = told.get("input_size") if isinstance(told, dict) else None
    return random((1, *size) if size else IMAGE)


def _made(model: str, arguments: dict[str, Any]) -> nn.Module:
    import importlib

    from torch import nn

    package, _, name = model.partition(":")
    try:
        with _from_here():
            module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{package}.".startswith(f"{error.name}."):  # one that the code of others imports
            raise BackendError(f"{model}: {package} cannot be imported: {error}") from None
        near = _near_module(error.name)
        raise InputError(f"{model}: there is no module '{error.name}'" + (f"; {near}" if near else "")) from None
    except Exception as error:  # whatever the code of others raises
        raise BackendError(f"{model}: {package} cannot be imported: {type(error).__name__}: {error}") from None
    if package == "timm" and not hasattr(module, name):
        if not module.is_model(name):
            models = sorted(
                module.list_models(), key=lambda known: known[:1] != name[:1]
            )  # of many names the first are looked at
            raise InputError(f"{model}: timm has no model '{name}'; {near_miss(name, models) or 'timm.list_models() names them'}")
        function, arguments = module.create_model, {"model_name": name, **arguments}
    else:
        function = module
        for part in name.split("."):
            if not hasattr(function, part):
                raise InputError(
                    f"{model}: {package} has no '{name}'" + (f"; {near}" if (near := near_miss(part, dir(function))) else "")
                )
            function = getattr(function, part)
    try:
        made = function if isinstance(function, nn.Module) else function(**arguments)
    except Exception as error:  # whatever the code of others raises
        raise BackendError(f"{model} cannot be made: {type(error).__name__}: {error}") from None
    if not isinstance(made, nn.Module):
        raise InputError(f"{model} gives a {type(made).__name__}, no module of PyTorch")
    return made


def _near_module(missing: str) -> str:
    """The near miss of a module that is not there, among those beside it."""
    import pkgutil

    package, _, last = missing.rpartition(".")
    beside = getattr(sys.modules.get(package), "__path__", []) if package else None  # None: wherever modules are found
    with _from_here():
        return near_miss(last, [found.name for found in pkgutil.iter_modules(beside)])


@contextmanager
def _from_here() -> Iterator[None]:
    """Modules are found in the working folder too, as by `python -m`."""
    before = list(sys.path)
    sys.path.insert(0, str(Path.cwd()))
    try:
        yield
    finally:
        sys.path[:] = before


def example(text: str) -> Tensor:
    """A random batch of an input from its sizes: `1x3x224x224`, or `ids:1x128` of whole numbers."""
    import torch

    kind, colon, rest = text.partition(":")
    if colon and kind != "ids":
        raise click.UsageError(f"--input {text}: expected sizes, or ids: and sizes")
    found = sizes(rest if colon else text)
    return torch.zeros(found, dtype=torch.int64) if colon else random(found)


def random(shape: Sequence[int]) -> Tensor:
    """A tensor of random numbers, the same each time."""
    import torch

    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(0))


def sizes(text: str) -> tuple[int, ...]:
    """Sizes from their text. Raises UsageError."""
    parts = re.split(r"[x×,]", text.strip())
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.UsageError(f"--input {text}: expected sizes as 1x3x224x224")
    return tuple(map(int, parts))
