"""OpenVINO and NNCF, imported without their telemetry; needs no torch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def library() -> Any:
    """OpenVINO, without what reports every import and conversion to its makers.

    Raises:
        ImportError: it is not installed.
    """
    with _unreported():
        import openvino
    return openvino


def quantiser() -> Any:
    """NNCF, which reports in the same way.

    Raises:
        ImportError: it is not installed.
    """
    with _unreported():
        import nncf
    return nncf


@contextmanager
def _unreported() -> Iterator[None]:
    """Imports that do not find the package that sends.

    The switch that it documents, `opt_in_out --opt_out`, writes into the home folder. Where the package is not installed, both do
    without.
    """
    hidden = "openvino_telemetry"
    before = sys.modules.get(hidden)
    sys.modules[hidden] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if before is None:
            del sys.modules[hidden]
        else:
            sys.modules[hidden] = before
