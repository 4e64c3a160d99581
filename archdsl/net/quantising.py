"""`net.export(int8=…)`: the images that a network in int8 is fitted to and judged by, and what is said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.extras import missing

if TYPE_CHECKING:
    from archdsl.compilers.int8 import Quantised, Samples

INT8 = {"onnx": (("torch", "onnx", "onnxruntime"), "onnx"), "openvino": (("torch", "openvino", "nncf"), "int8")}
"""Forms that are written in int8, with the packages that they need and the extra that brings them."""


@dataclass(frozen=True)
class Int8:
    """What a network in int8 is calibrated with.

    Attributes:
        data: a set of images, as `archdsl train --data` takes it.
        calibration: images of its training split that decide scales.
        tests: images of its test split that judge what comes of it.
    """

    data: str
    calibration: int | None = None
    tests: int | None = None


def check_int8(to: str) -> None:
    """Nothing is imported.

    Raises:
        InputError: the form is not written in int8.
        BackendError: a package is missing.
    """
    if to not in INT8:
        raise InputError(f"int8 is written as {' and '.join(INT8)}, not as {to}")
    packages, extra = INT8[to]
    lacking = [package for package in packages if find_spec(package) is None]
    if lacking:
        raise missing(f"int8 in {to}", lacking, extra)


def images_for(net: Design, int8: Int8, held: bool) -> tuple[Design, Samples]:
    """A network as it is exported in int8, and images for it.

    Where its knobs are free it has as many classes as the set and takes as many pixels, as in training and evaluation.

    Args:
        held: whether its weights are at hand; then it stays as it is, for they fit it so.

    Raises:
        InputError: there is no such set, or the network does not take its images.
    """
    from archdsl.train.calibration import CALIBRATION, TEST, calibration
    from archdsl.train.data import open_data
    from archdsl.train.prepare import suited

    data = open_data(int8.data)
    net = net if held else suited(net, data)
    return net, calibration(net, data, int8.calibration or CALIBRATION, int8.tests or TEST)


def notes(found: Quantised, fresh: bool) -> list[str]:
    """What int8 changed, in lines.

    Args:
        fresh: whether the network has learned nothing.
    """
    judged = found.judged
    share = found.bytes / found.float32_bytes
    lines = [
        f"int8      {found.bytes:,} bytes, {share:.2f} of float32; scales by {found.calibrated:,} training images of {found.origin}",
        f"judged    on {judged.images:,} test images, in {found.runtime}",
    ]
    if found.unlabelled:
        lines.append(f"          by its outputs, not by accuracy: {found.unlabelled}")
    if judged.top1 is not None:
        before, after = judged.top1
        doubt = "; the weights are fresh, so this says nothing" if fresh else ""
        lines.append(f"top-1     {before:.2%} in float32, {after:.2%} in int8{doubt}")
    if judged.changed is not None:
        lines.append(f"changed   the class of {judged.changed:,} images ({judged.changed / judged.images:.2%})")
    several = len(judged.decibels) > 1
    lines += [f"noise     {_noise(ratio)}" + (f" in '{name}'" if several else "") for name, ratio in judged.decibels.items()]
    return lines


def _noise(decibels: float) -> str:
    return f"signal-to-noise ratio of the output {decibels:.1f} dB" if math.isfinite(decibels) else "none"
