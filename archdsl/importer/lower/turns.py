"""Rotary positions: tables of sines and cosines that a program holds, compared with those that an operator of the language has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from archdsl.compilers.torch.positions import Rotary as Module
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import as_heads, kind, worked_out
from archdsl.importer.lower.layers import number
from archdsl.importer.settle import settled
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.shapes import Heads

Angles = tuple[Tensor, ...]
"""Cosines and sines of each token and channel."""
USUAL = 10000.0
"""The base of most networks, of which a table of one pair of channels says nothing."""
ROUNDING = 2.0**-21
"""Share of the largest angle by which angles may be off that were worked out in single precision in several steps."""


def rotary(draft: Draft, x: Operand, cos: Operand, sin: Operand, pairs: str, class_tokens: int = 0) -> Value:
    """Queries or keys whose channels are turned in pairs, the cosines and sines given for each token and channel."""
    value = worked_out(x)
    heads = as_heads(draft, value)
    if kind(draft, heads) is not Heads:
        heads = settled(draft, value, "heads")
    *_, tokens, channels = draft.shape(heads)
    if heads.view.axes[-2:] != heads.view.source[-2:]:
        raise NotSaid("channels that are turned by something else than their token")
    angles = tuple([_table(operand, tokens - class_tokens, channels) for operand in (cos, sin)])
    for form in _forms(angles, pairs == "neighbours"):
        if _gives(form, angles, pairs == "neighbours"):
            draft.rounded = True
            base = number(form["base"])
            made = draft.add("rotary", heads, pairs=pairs, class_tokens=class_tokens, **{**form, "base": base})
            return made._replace(view=heads.view)
    raise NotSaid("channels that are turned by angles that no form of rotary has")


def _table(operand: Operand, tokens: int, channels: int) -> Tensor:
    """The cosines or sines of each token and channel."""
    if not isinstance(operand, Const) or operand.learned:
        raise NotSaid("channels that are turned by angles that are learned or follow from inputs")
    if operand.sizes[-2:] != (tokens, channels) or operand.tensor.numel() != tokens * channels:
        raise NotSaid("channels that are turned otherwise in each head")
    return operand.tensor.reshape(tokens, channels).double()


def _forms(angles: Angles, neighbours: bool) -> Iterator[dict[str, Any]]:
    """Arguments of the operator that may give a table, each with the base that the last pair of channels tells."""
    tokens, channels = angles[0].shape
    last = channels - 1 if neighbours else channels // 2 - 1
    yield from [{"base": base} for base in _bases(angles, 1, last, channels, 1.0)]
    if channels % 4:
        return
    sides = sorted([side for side in range(1, tokens + 1) if tokens % side == 0], key=lambda side: abs(side - tokens / side))
    for height in sides:
        width = tokens // height
        for centred in (False, True):
            # the column turns the last pair: the first token of the second column, or of the last one
            column = width - 1 if centred else 1
            place = (1 - 1 / width) * 2 * math.pi if centred else 1.0
            for base in _bases(angles, column, last, channels // 2, place) if width > 1 else [USUAL]:
                yield {"base": base, "map": [height, width], **({"centred": True} if centred else {})}


def _bases(angles: Angles, token: int, channel: int, channels: int, place: float) -> list[float]:
    """The base where a token at a place is turned by place * base ** (2 / channels - 1) in the last of its pairs."""
    cos, sin = angles
    if token >= cos.shape[0]:
        return []
    if channels == 2:
        return [USUAL]
    angle = math.atan2(float(sin[token, channel]), float(cos[token, channel]))
    if not 0 < angle < place:
        return []
    base = (place / angle) ** (channels / (channels - 2))
    return [float(f"{base:.4g}")] if base > 1 else []


def _gives(form: dict[str, Any], angles: Angles, neighbours: bool) -> bool:
    """Whether the operator's tables are these, but for rounding."""
    cos, sin = angles
    tokens, channels = cos.shape
    size = tuple(form["map"]) if "map" in form else None
    made = Module(tokens, channels, form["base"], neighbours, size, form.get("centred", False))
    allowed = ROUNDING * (2 * math.pi if "centred" in form else max(size or (tokens,)))
    return all(float((a - b).abs().max()) <= allowed for a, b in ((made.cos, cos), (made.sin, sin)))
