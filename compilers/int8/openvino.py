"""Int8 in OpenVINO by NNCF, the quantiser of its makers: FakeQuantize around operators, biases corrected for what rounding shifts."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from archdsl.compilers.export import Model
from archdsl.compilers.failures import first_line
from archdsl.compilers.int8.samples import Batch
from archdsl.compilers.openvino import converted, save
from archdsl.compilers.openvino_library import quantiser
from archdsl.errors import BackendError
from archdsl.extras import needed_by

NEEDS = "int8 in openvino"


def quantise(model: Model, target: Path, batches: Sequence[Batch]) -> None:
    """Write both files of the network in int8.

    Args:
        batches: that decide the scales.

    Raises:
        BackendError: a package is missing, OpenVINO cannot express the network, or NNCF cannot quantise it.
    """
    with needed_by(NEEDS, "int8"):
        nncf = quantiser()
    made = converted(model)
    try:
        with _silent():
            preset = nncf.QuantizationPreset.MIXED  # activations may be negative, as hswish gives them
            made = nncf.quantize(made, nncf.Dataset(list(batches)), preset=preset, subset_size=len(batches))
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"openvino: NNCF cannot quantise the network: {first_line(error)}") from error
    save(made, target)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Without NNCF's bars and advice."""
    logger = logging.getLogger("nncf")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logger.setLevel(before)
