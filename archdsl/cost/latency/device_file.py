"""One YAML file to a `Device`, with every mistake at its place."""

from __future__ import annotations

import json
from pathlib import Path

from archdsl.cost.latency.device import ANY, Device, Terms
from archdsl.cost.latency.layer_kinds import KINDS
from archdsl.cost.latency.work import WORK
from archdsl.errors import Source
from archdsl.ops import OPERATORS
from archdsl.spec.locate import read
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, TextLimits, compose

TIMES = "femtoseconds"
ABOUT = ("machine", "runtime", "threads", "batch", "versions", "date", "fit", "held out", "source")
KEYS = ("device", "doc", "block", "few", *ABOUT, TIMES)
LIMITS = TextLimits(bytes=200_000, depth=6, nodes=20_000)
MOST = 2**62  # femtoseconds of one unit of work


def read_device(path: Path) -> Device:
    """The device in a file.

    Raises:
        InputError: the file cannot be read.
        SpecError: all mistakes in it.
    """
    return parse_device(read(path, LIMITS))


def parse_device(source: Source) -> Device:
    """The device in a text. Raises SpecError with all mistakes."""
    report = Report()
    found = _Reader(report).read(compose(source, LIMITS))
    report.stop()
    assert found is not None
    return found


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


class _Reader:
    def __init__(self, report: Report):
        self.report = report

    def read(self, root: Node) -> Device | None:
        if not isinstance(root, Mapping):
            self.report.error(f"a device is a mapping (device: …, {TIMES}: …), {kind(root)} came", root.mark)
            return None
        words: dict[str, str] = {}
        counts: dict[str, int] = {}
        terms: dict[str, Terms] = {}
        for key, node in root.pairs:
            if key.text not in KEYS:
                self.report.unknown("key of a device", key.text, KEYS, key.mark)
            elif key.text == TIMES:
                terms = self.times(node)
            elif key.text in ("block", "batch", "threads", "few"):
                counts[key.text] = self.count(key, node)
                words[key.text] = str(counts[key.text])
            elif (text := self.text(key, node)) is not None:
                words[key.text] = text
        given = set(root.keys())
        for name, what in (("device", "its name"), (TIMES, "the time of each kind of layer")):
            if name not in given:
                self.report.error(f"a device needs '{name}', {what}", root.mark)
        about = {key: words[key] for key in ABOUT if key in words}
        return Device(
            words.get("device", ""),
            terms,
            counts.get("block", 1),
            counts.get("batch", 1),
            words.get("doc", ""),
            about,
            counts.get("few", 0),
        )

    def text(self, key: Scalar, node: Node) -> str | None:
        """A text, or what a mapping of texts says."""
        if isinstance(node, Scalar) and node.value is not None:
            return node.text.strip()
        if isinstance(node, Mapping) and all(isinstance(value, Scalar) for _, value in node.pairs):
            return ", ".join(f"{name.text} {value.text}" for name, value in node.pairs if isinstance(value, Scalar))
        self.report.error(f"'{key.text}' must be a text, or a mapping of texts, {kind(node)} came", node.mark)
        return None

    def count(self, key: Scalar, node: Node) -> int:
        if isinstance(node, Scalar) and type(node.value) is int and 1 <= node.value <= 2**20:
            return node.value
        came = node.text if isinstance(node, Scalar) else kind(node)
        self.report.error(f"'{key.text}' must be an int, at least 1 and at most 2^20, {came} came", node.mark)
        return 1

    def times(self, node: Node) -> dict[str, Terms]:
        if not isinstance(node, Mapping):
            self.report.error(f"'{TIMES}' is a mapping from kinds of layers to times, {kind(node)} came", node.mark)
            return {}
        found: dict[str, Terms] = {}
        for key, value in node.pairs:
            if key.text not in KINDS and key.text != ANY and key.text not in OPERATORS:
                self.report.unknown("kind of layer", key.text, [*KINDS, ANY, *OPERATORS], key.mark)
            else:
                found[key.text] = self.terms(key, value)
        return found

    def terms(self, key: Scalar, node: Node) -> Terms:
        if isinstance(node, Scalar) and node.value == 0 and node.value is not False:
            return ()
        if not isinstance(node, Mapping):
            message = f"the time of {key.text} is 0 or femtoseconds by unit of work (kernel: 1000, macs: 20), {kind(node)} came"
            self.report.error(message, node.mark)
            return ()
        found: list[tuple[str, int]] = []
        for name, value in node.pairs:
            if name.text not in WORK:
                self.report.unknown("unit of work", name.text, WORK, name.mark)
            elif not isinstance(value, Scalar) or type(value.value) is not int or not 0 <= value.value < MOST:
                came = value.text if isinstance(value, Scalar) else kind(value)
                self.report.error(f"the femtoseconds of '{name.text}' must be an int, at least 0, {came} came", value.mark)
            else:
                found.append((name.text, value.value))
        return tuple(found)
