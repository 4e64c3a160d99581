"""One YAML file to a `Device`, with every mistake at its place, and back.

A file says what was measured and how well it fits, and under `femtoseconds` the time of each kind of layer (see
`archdsl.cost.latency.layer_kinds`) as whole numbers of femtoseconds for each unit of work (see `archdsl.cost.latency.work`).

    device: laptop
    runtime: onnxruntime
    threads: 2
    batch: 1
    block: 16                                             # channels that go through the processor together
    fit: {networks: 400, median error: 4.1%, rank correlation: 0.99}
    femtoseconds:
      conv.pointwise: {kernel: 2_400_000_000, macs: 9_100}
      layer: {kernel: 1_000_000_000, out: 250_000}        # every other kind
"""

from __future__ import annotations

import json
from pathlib import Path

from archdsl.cost.checked_fields import Form, came, count, entries, is_zero, read_fields, texts
from archdsl.cost.latency.device import ANY, Device, Terms
from archdsl.cost.latency.layer_kinds import KINDS
from archdsl.cost.latency.work import WORK
from archdsl.errors import Source
from archdsl.ops import OPERATORS
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, TextLimits

TIMES = "femtoseconds"
ABOUT = ("machine", "runtime", "threads", "dtype", "batch", "versions", "date", "fit", "held out", "source")
MOST = 2**62  # femtoseconds of one unit of work


def read_device(source: Source | Path) -> Device:
    """The device in a file, or in a text.

    Raises:
        InputError: the file cannot be read.
        SpecError: all mistakes in it.
    """
    found = read_fields(source, FORM)
    about = {key: str(found[key]) for key in ABOUT if key in found}
    block, batch, few = (found.get(key, default) for key, default in (("block", 1), ("batch", 1), ("few", 0)))
    return Device(found["device"], found[TIMES], block, batch, found.get("doc", ""), about, few)


def device_text(device: Device) -> str:
    """The file of a device."""
    lines = [f"device: {_quoted(device.name)}"]
    lines += [f"doc: {_quoted(device.doc)}"] if device.doc else []
    about = {key: text for key, text in device.about.items() if key != "batch"}
    for key in ABOUT:
        if key == "batch":
            lines += [f"batch: {device.batch}", f"block: {device.block}"]
        elif key in about:
            lines.append(f"{key}: {about[key] if key == 'threads' else _quoted(about[key])}")
    lines += [f"few: {device.few}"] if device.few else []
    lines.append(f"{TIMES}:")
    for name in sorted(device.terms):
        inside = ", ".join(f"{unit}: {weight}" for unit, weight in device.terms[name])
        lines.append(f"  {name}: {{{inside}}}" if inside else f"  {name}: 0")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _times(report: Report, key: Scalar, node: Node) -> dict[str, Terms] | None:
    if not isinstance(node, Mapping):
        report.error(f"'{TIMES}' is a mapping from kinds of layers to times, {kind(node)} came", node.mark)
        return None
    known = dict.fromkeys([*KINDS, ANY, *OPERATORS])
    return entries(report, node, "kind of layer", known, lambda word, value: _terms(report, word, value))


def _terms(report: Report, key: Scalar, node: Node) -> Terms | None:
    if is_zero(node):
        return ()
    if not isinstance(node, Mapping):
        message = f"the time of {key.text} is 0 or femtoseconds by unit of work (kernel: 1000, macs: 20), {kind(node)} came"
        report.error(message, node.mark)
        return None

    def weight(name: Scalar, value: Node) -> int | None:
        if isinstance(value, Scalar) and type(value.value) is int and 0 <= value.value < MOST:
            return value.value
        report.error(f"the femtoseconds of '{name.text}' must be an int, at least 0, {came(value)} came", value.mark)
        return None

    return tuple(entries(report, node, "unit of work", WORK, weight).items())


FORM = Form(
    "device",
    {
        "device": texts,
        "doc": texts,
        **dict.fromkeys(("block", "few", "threads", "batch"), count),
        **dict.fromkeys([key for key in ABOUT if key not in ("threads", "batch")], texts),
        TIMES: _times,
    },
    {"device": "its name", TIMES: "the time of each kind of layer"},
    TextLimits(bytes=200_000, depth=6, nodes=20_000),
)
