"""The parts over maps that synthetic networks are put together from."""

from __future__ import annotations

import random
from collections.abc import Callable

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.parts_in_line import basic, bottleneck, inverted, lego, modern, plain, separable, shifted
from archdsl.measure.calibrate.parts_odd import odd
from archdsl.measure.calibrate.parts_of_decoders import context, headed, hourglass, raised, reached
from archdsl.measure.calibrate.parts_over_windows import crossed, patched, pooled, windowed
from archdsl.measure.calibrate.parts_with_norms import group_normed, responding
from archdsl.measure.calibrate.parts_with_paths import branches, densely, ghost, inception, partly, paths, shuffled, wired

Part = Callable[[Chain, random.Random], None]
"""Adds layers to the end of a network."""

PARTS: tuple[Part, ...] = (
    inverted,
    basic,
    windowed,
    bottleneck,
    plain,
    hourglass,
    separable,
    inverted,
    densely,
    group_normed,
    partly,
    paths,
    crossed,
    inception,
    inverted,
    context,
    ghost,
    shuffled,
    basic,
    responding,
    modern,
    odd,
    patched,
    wired,
    bottleneck,
    raised,
    branches,
    lego,
    separable,
    pooled,
    shifted,
    headed,
    ghost,
    reached,
    plain,
    pooled,
    basic,
    lego,
    shuffled,
    bottleneck,
    inverted,
)
"""What begins a network in turn: those that many networks are made of more than once. Their number shares no factor with 12, by which
maps take turns with the rest."""
