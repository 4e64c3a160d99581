"""An export in int8: quantised, read again, run beside float32 and judged before the file counts."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archdsl.artifacts import files, scratch
from archdsl.compilers.export import Checked, Model, backend, verified
from archdsl.compilers.int8 import onnx, openvino
from archdsl.compilers.int8.judge import Judged, judge
from archdsl.compilers.int8.samples import Samples

RUNTIMES = {"onnx": "ONNX Runtime", "openvino": "OpenVINO"}
"""The forms that are written in int8, and what runs them."""


@dataclass(frozen=True)
class Quantised:
    """What was written in int8.

    Attributes:
        runtime: that ran both networks.
        origin: what the images are, in words.
        calibrated: images that decided scales.
        judged: the outputs on other images, in float32 and in int8.
        unlabelled: why no classes are compared, where that is so.
        float32_bytes, bytes: the files of the network in float32 and in int8.
    """

    runtime: str
    origin: str
    calibrated: int
    judged: Judged
    unlabelled: str
    float32_bytes: int
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        judged = self.judged.as_dict()
        sizes = {"float32_bytes": self.float32_bytes, "bytes": self.bytes}
        return {"runtime": self.runtime, "data": self.origin, "calibration_images": self.calibrated, **judged, **sizes}


def export_int8(model: Model, to: str, path: Path, samples: Samples) -> tuple[Checked, Quantised]:
    """Write a network in int8. The file appears once it has been read and run; otherwise nothing changes.

    The network in float32 is compared with the compiled module as in any export, the one in int8 with that on the test images.

    Args:
        to: onnx or openvino.

    Returns:
        The files with the comparison of float32, and what int8 changed.

    Raises:
        BackendError: a package is missing, the network cannot be quantised, or what comes of it in int8 cannot be run, is not finite or is
            the same for every image.
        InputError: the file cannot be written.
    """
    began = time.perf_counter()
    chosen = backend(to)
    with files(path, new_folders=True) as made, scratch() as place:
        whole = place / made.name
        if to == "onnx":
            onnx.write_float(model, whole)
        else:
            chosen.write(model, whole)
        exact = chosen.read(whole)
        checked = verified(model, to, exact)
        if to == "onnx":
            onnx.quantise(whole, made, model.graph, samples.calibration)
        else:
            openvino.quantise(model, made, samples.calibration)
        judged = judge(exact, chosen.read(made), model.graph.outputs, samples.test)
        names = sorted((file.name for file in made.parent.iterdir()), key=lambda name: name != path.name)
        sizes = [sum(file.stat().st_size for file in folder.iterdir()) for folder in (place, made.parent)]
    found = Quantised(RUNTIMES[to], samples.origin, samples.images, judged, samples.unlabelled, *sizes)
    return replace(checked, files=tuple(path.parent / name for name in names), seconds=time.perf_counter() - began), found
