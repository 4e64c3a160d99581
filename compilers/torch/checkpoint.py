"""Weights from disk into a compiled network: safetensors, or a file of torch.save that holds tensors and nothing that runs."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from archdsl.compilers.torch.file_kinds import SAFETENSORS, TORCH, kind_of
from archdsl.compilers.torch.shared import aliases, everywhere
from archdsl.errors import InputError, choices, clip, near_miss
from archdsl.extras import needed_by

WRAPPERS = ("state_dict", "model_state_dict", "model", "model_ema", "module", "net")
"""Under which a training loop keeps the weights beside the rest of its state."""
PREFIXES = ("module.", "_orig_mod.", "model.")
"""What a wrapper (data parallel, compiled, lightning) puts before every name."""
COUNTERS = "num_batches_tracked"  # of batch norms; older checkpoints are without, and inference does not read them
MOST = 8  # keys of a kind that are listed


def load_checkpoint(module: nn.Module, path: Path) -> int:
    """Fill a network with the weights of a file; how many tensors it took. Nothing is changed where the file does not fit.

    Raises:
        InputError: the file cannot be read, or its keys or shapes are not those of the network; names them.
    """
    given = read_checkpoint(path)
    found = everywhere(module, given)
    wanted = module.state_dict()
    problems = _problems(found, wanted) + _listed("which should be one", _apart(module, found), ())
    if problems:
        raise InputError(f"{path} does not fit the network:\n" + "\n".join(problems))
    module.load_state_dict({**{key: value for key, value in wanted.items() if key.endswith(COUNTERS)}, **found})
    return len(given)


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Tensors by name, out of what is around them in the file.

    Raises:
        InputError: there is no such file, or it holds something else.
    """
    data = _data(path)
    for name in WRAPPERS:
        inner = data.get(name) if isinstance(data, Mapping) else None
        if isinstance(inner, Mapping):
            data = inner
            break
    if not isinstance(data, Mapping) or not data or not all(isinstance(value, Tensor) for value in data.values()):
        raise InputError(f"{path} holds no weights: tensors by name were expected, {_described(data)} came")
    tensors = {str(key): value for key, value in data.items()}
    for key, value in tensors.items():
        if unlike := _unlike_weights(value):
            raise InputError(f"{path}: '{clip(key)}' is {unlike}; weights are plain tensors of floats")
    for prefix in PREFIXES:
        if all(key.startswith(prefix) for key in tensors):
            tensors = {key.removeprefix(prefix): value for key, value in tensors.items()}
    return tensors


def _data(path: Path) -> Any:
    """What the file holds. Which of the two forms it has is told from its content."""
    if not path.is_file():
        what = " is a folder" if path.is_dir() else " is no regular file" if path.exists() else ": no such file"
        raise InputError(f"{_printed(path)}{what}")
    try:
        kind = kind_of(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if kind not in (TORCH, SAFETENSORS):
        raise InputError(f"{path} holds no weights: it is {kind}")
    return _safetensors(path) if kind == SAFETENSORS else _torch(path)


def _safetensors(path: Path) -> Any:
    with needed_by("reading weights"):
        from safetensors.torch import load_file
    try:
        return load_file(path)
    except Exception as error:  # what a damaged file raises has no common class
        raise InputError(f"{path} cannot be read as safetensors; it is damaged or cut off: {_brief(error)}") from None


def _torch(path: Path) -> Any:
    try:
        # Warnings are of files that torch did not write, which the error below tells better. By its name a file would be read as
        # what its ending says.
        with warnings.catch_warnings(action="ignore"), path.open("rb") as file:
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        reason = "it is no file of torch.save, is damaged, or holds more than tensors and plain values, which may run code"
        raise InputError(
            f"{path} cannot be read: {reason}. Save the weights alone: torch.save(model.state_dict(), ...)"
        ) from None
    except Exception as error:  # what a damaged file raises has no common class
        raise InputError(f"{path} cannot be read as a checkpoint of torch; it is damaged or cut off: {_brief(error)}") from None


def _printed(path: Path) -> str:
    return clip(str(path)) if str(path).isprintable() else repr(clip(str(path)))


def _brief(error: Exception) -> str:
    return clip(next(iter(str(error).splitlines()), "") or type(error).__name__, 160)


def _unlike_weights(tensor: Tensor) -> str:
    """What keeps a tensor from being taken for weights; "" where nothing does."""
    if tensor.is_quantized:
        return "quantised"
    if tensor.is_complex():
        return "complex"
    if tensor.layout != torch.strided:
        return "sparse" if "sparse" in str(tensor.layout) else f"of the layout {tensor.layout}"
    if tensor.is_meta:
        return "without values"
    return ""


def _problems(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    missing = [key for key in wanted if key not in found and not key.endswith(COUNTERS)]
    unexpected = sorted((key for key in found if key not in wanted), key=lambda key: key.endswith(COUNTERS))
    wrong = [key for key in wanted if key in found and found[key].shape != wanted[key].shape]
    lines = _listed("missing", missing, unexpected) + _listed("unexpected", unexpected, missing)
    shapes = [f"{clip(key)}: {_size(wanted[key])} wanted, {_size(found[key])} came" for key in wrong]
    both = [key for key in wanted if key in found and not key.endswith(COUNTERS)]
    other = [key for key in both if found[key].is_floating_point() != wanted[key].is_floating_point()]
    types = [f"{clip(key)}: {_type(wanted[key])} wanted, {_type(found[key])} came" for key in other]
    return lines + _listed("of another shape", shapes, ()) + _listed("of another type", types, ())


def _apart(module: nn.Module, found: Mapping[str, Tensor]) -> list[str]:
    """Tensors of a file that differ where the network has one."""
    pairs = [(first, key) for key, first in aliases(module).items() if first in found and key in found]
    return [f"{clip(first)} and {clip(key)} share their values" for first, key in pairs if not _equal(found[first], found[key])]


def _equal(one: Tensor, other: Tensor) -> bool:
    return one is other or torch.equal(one, other)


def _listed(what: str, keys: list[str], known: Iterable[str]) -> list[str]:
    if not keys:
        return []
    near = list(known)
    shown = []
    for key in keys[:MOST]:
        hint = near_miss(key, near)
        shown.append(f"    {clip(key, 160)}" + (f"  ({hint})" if hint else ""))
    more = [f"    and {len(keys) - MOST} more"] if len(keys) > MOST else []
    return [f"  {what} ({len(keys)}):", *shown, *more]


def _type(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _size(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a single value"


def _described(data: Any) -> str:
    if isinstance(data, Mapping):
        return f"a mapping with {choices([clip(str(key)) for key in data], 4)}" if data else "an empty mapping"
    return f"a {type(data).__name__}"
