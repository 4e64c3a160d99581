"""Forms of an export by the word that asks for them. Nothing is imported but where a back end is used."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Form(NamedTuple):
    """What an export can write.

    Attributes:
        suffix: ending of the file.
        backend: the module that writes and reads it, see `archdsl.compilers.export`.
    """

    suffix: str
    backend: str


BESIDE: dict[str, str] = {"python": ".safetensors", "onnx": ".onnx.data", "openvino": ".bin"}
"""Endings of what a form may write beside its file: weights."""


def written(form: str, path: Path) -> list[Path]:
    """The files that an export may write."""
    return [path, path.with_suffix(BESIDE[form])] if form in BESIDE else [path]


FORMS: dict[str, Form] = {
    "python": Form(".py", "archdsl.compilers.source.export"),
    "onnx": Form(".onnx", "archdsl.compilers.onnx"),
    "pt2": Form(".pt2", "archdsl.compilers.programs"),
    "openvino": Form(".xml", "archdsl.compilers.openvino"),
    "executorch": Form(".pte", "archdsl.compilers.executorch"),
}
