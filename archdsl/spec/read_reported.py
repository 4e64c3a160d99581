"""The figures that a source reports: sizes as people write them, and where they stand."""

from __future__ import annotations

import re
from fractions import Fraction

from archdsl.spec.model import Reported
from archdsl.spec.read_values import ValueReader, kind
from archdsl.spec.yaml import Mapping, Node, Scalar

METRICS = ("params", "macs", "flops", "top1", "top5", "latency")
NOTES = ("convention", "source", "dataset", "note")
"""What may be said of a figure; `dataset` and `note` are for readers of the text."""
_UNITS: dict[str, int | Fraction] = {
    "": 1,
    "K": 10**3,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "B": 10**9,
    "T": 10**12,
    "%": 1,
    "s": 1,
    "ms": Fraction(1, 10**3),
    "us": Fraction(1, 10**6),
}
_SIZE = re.compile(r"([0-9][0-9,]{0,40})(\.[0-9]{1,20})?\s*(K|k|M|G|B|T|%|us|ms|s)?\Z")


def parse_size(text: str) -> tuple[Fraction, Fraction] | None:
    """A size as people write it (`3.41M`, `5,145,318`) and the value of one unit in its last place; None if it is none."""
    match = _SIZE.match(text.strip())
    if not match:
        return None
    unit = Fraction(_UNITS[match[3] or ""])
    fraction = match[2] or ""
    return Fraction(match[1].replace(",", "") + fraction) * unit, unit / 10 ** max(len(fraction) - 1, 0)


def read_reported(node: Node | None, values: ValueReader) -> tuple[Reported, ...]:
    """The figures under `reported`."""
    listed = values.sequence(node, "'reported'") if node is not None else None
    found: list[Reported] = []
    for item in listed.items if listed else ():
        mapping = values.mapping(item, "a reported figure")
        if mapping is not None:
            found += _figures(mapping, values)
    return tuple(found)


def _figures(node: Mapping, values: ValueReader) -> list[Reported]:
    values.keys(node, (*METRICS, *NOTES), "a reported figure")
    texts = {key: values.text(value, f"'{key}'") for key in NOTES if (value := node.get(key)) is not None}
    figures = [(key, value) for key, value in node.pairs if key.text in METRICS]
    if not figures:
        values.report.error(f"a reported figure names one of {', '.join(METRICS)}", node.mark)
    found = []
    for key, value in figures:
        size = parse_size(value.text) if isinstance(value, Scalar) else None
        if size is None or not isinstance(value, Scalar):
            values.report.error(f"'{key.text}' must be a size such as 3.41M, {kind(value)} came", value.mark)
            continue
        said = {key: texts[key] for key in ("convention", "source") if key in texts}
        found.append(Reported(mark=key.mark, metric=key.text, value=size[0], text=value.text, step=size[1], **said))
    return found
