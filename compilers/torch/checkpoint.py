"""Weights from disk into a compiled network: safetensors, or a file of torch.save that holds tensors and nothing that runs."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from archdsl.errors import InputError, choices, near_miss
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
    found = read_checkpoint(path)
    wanted = module.state_dict()
    problems = _problems(found, wanted)
    if problems:
        raise InputError(f"{path} does not fit the network:\n" + "\n".join(problems))
    module.load_state_dict({**{key: value for key, value in wanted.items() if key.endswith(COUNTERS)}, **found})
    return len(found)


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Tensors by name, out of what is around them in the file.

    Raises:
        InputError: there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file" if not path.exists() else f"{path} is a folder")
    data = _safetensors(path) if path.suffix.lower() in (".safetensors", ".st") else _torch(path)
    for name in WRAPPERS:
        inner = data.get(name) if isinstance(data, Mapping) else None
        if isinstance(inner, Mapping):
            data = inner
            break
    if not isinstance(data, Mapping) or not data or not all(isinstance(value, Tensor) for value in data.values()):
        raise InputError(f"{path} holds no weights: tensors by name were expected, {_described(data)} came")
    tensors = {str(key): value for key, value in data.items()}
    for prefix in PREFIXES:
        if all(key.startswith(prefix) for key in tensors):
            tensors = {key.removeprefix(prefix): value for key, value in tensors.items()}
    return tensors


def _safetensors(path: Path) -> Any:
    with needed_by("reading weights"):
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as safetensors: {error}") from None


def _torch(path: Path) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):  # of files that torch did not write, which the error below tells better
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        reason = "it is no file of torch.save, or holds more than tensors and plain values, which is not loaded because it may run code"
        raise InputError(
            f"{path} cannot be read: {reason}. Save the weights alone: torch.save(model.state_dict(), ...)"
        ) from None
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(
            f"{path} cannot be read as a checkpoint of torch: {str(error).splitlines()[0] if str(error) else error!r}"
        ) from None


def _problems(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    missing = [key for key in wanted if key not in found and not key.endswith(COUNTERS)]
    unexpected = sorted((key for key in found if key not in wanted), key=lambda key: key.endswith(COUNTERS))
    wrong = [key for key in wanted if key in found and found[key].shape != wanted[key].shape]
    lines = _listed("missing", missing, unexpected) + _listed("unexpected", unexpected, missing)
    shapes = [f"{key}: {_size(wanted[key])} wanted, {_size(found[key])} came" for key in wrong]
    return lines + _listed("of another shape", shapes, ())


def _listed(what: str, keys: list[str], known: Iterable[str]) -> list[str]:
    if not keys:
        return []
    near = list(known)
    shown = []
    for key in keys[:MOST]:
        hint = near_miss(key, near)
        shown.append(f"    {key}" + (f"  ({hint})" if hint else ""))
    more = [f"    and {len(keys) - MOST} more"] if len(keys) > MOST else []
    return [f"  {what} ({len(keys)}):", *shown, *more]


def _size(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a single value"


def _described(data: Any) -> str:
    if isinstance(data, Mapping):
        return f"a mapping with {choices(map(str, data), 4)}" if data else "an empty mapping"
    return f"a {type(data).__name__}"
