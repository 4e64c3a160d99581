"""OpenVINO, imported without its telemetry; needs no torch."""

from __future__ import annotations

import sys
from typing import Any


def library() -> Any:
    """OpenVINO, without what reports every import and conversion to its makers.

    The switch that it documents, `opt_in_out --opt_out`, writes into the home folder. Where the package that sends is not installed,
    OpenVINO does without; while it is imported here, it is not to be found.

    Raises:
        ImportError: it is not installed.
    """
    hidden = "openvino_telemetry"
    before = sys.modules.get(hidden)
    sys.modules[hidden] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        if before is None:
            del sys.modules[hidden]
        else:
            sys.modules[hidden] = before
    return openvino
