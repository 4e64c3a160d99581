"""Blocks of the zoo that an imported network may call, and what stands for them where one of its own has a name of theirs."""

from __future__ import annotations

from typing import Any

from archdsl.importer.write.parameters import Parameter
from archdsl.importer.write.render import Block
from archdsl.importer.write.units import ACT, CHANNELS, KERNEL, LENGTH, STRIDE

MOBILE, TRANSFORMER, WINDOWS = "blocks/mobile", "blocks/transformer", "blocks/windows"

SHARED = Block(
    "conv_norm",
    [
        Parameter("out", CHANNELS, (1,)),
        Parameter("kernel", KERNEL, (1,), 1),
        Parameter("s", STRIDE, (1,), 1),
        Parameter("groups", CHANNELS, (1,), 1),
        Parameter("nl", ACT, (), None),
    ],
    origin=MOBILE,
)
"""The block of the zoo that most networks are made of."""

BODY: list[Any] = [
    {"conv": {"out": "$out", "kernel": "$kernel", "stride": "$s", "groups": "$groups"}},
    "norm",
    {"$nl": {}, "when": "given($nl)"},
]
"""Its steps, for networks that have blocks of other names that come with it."""

POOL = Block("pool", [], origin=MOBILE)

GATE = Block(
    "squeeze_excite",
    [Parameter("hidden", CHANNELS, ()), Parameter("nl", ACT, (), "relu"), Parameter("by", ACT, (), "hsigmoid")],
    origin=MOBILE,
)
"""Squeeze and excitation."""

ATTENTION = Block(
    "attention",
    [Parameter("dim", CHANNELS, (), formula="$in"), Parameter("heads", "heads", ()), Parameter("bias", "bias", (), True)],
    origin=TRANSFORMER,
)
MLP = Block(
    "mlp",
    [Parameter("dim", CHANNELS, (), formula="$in"), Parameter("ratio", "ratio", (), 4), Parameter("act", ACT, (), "gelu")],
    origin=TRANSFORMER,
)
WINDOW_ATTENTION = Block(
    "window_attention",
    [
        Parameter("heads", "heads", ()),
        Parameter("size", "window", ()),
        Parameter("shift", "shift", (), 0),
        Parameter("side", LENGTH, (), None),
        Parameter("heads_first", "heads_first", (), False),
    ],
    origin=WINDOWS,
)

KNOWN = {block.name: block for block in (GATE, ATTENTION, MLP, WINDOW_ATTENTION)}
"""By name, those that `known` finds."""

TAKEN = {
    TRANSFORMER: frozenset(["encoder_layer", "beside", "attention", "head_slice", "mlp"]),
    WINDOWS: frozenset(
        [
            *("windows", "from_windows", "grid", "from_grid", "shifted_windows", "window_attention"),
            *("swin_layer", "place_mlp", "merge_patches"),
        ]
    ),
}
"""Names of the blocks in a file, which no block of a network that imports it can have."""
TAKEN[WINDOWS] |= TAKEN[TRANSFORMER]  # which it imports


def own_gate(calls: list[dict[str, Any]]) -> Block:
    """Squeeze and excitation as a block of the network's own. Activations that are the same in all calls stand in it."""
    words = {name: {call[name] for call in calls} for name in ("nl", "by")}
    act, gate = (f"${name}" if len(found) > 1 else next(iter(found)) for name, found in words.items())
    convs = [{"conv": {"out": out, "bias": "true"}} for out in ("$hidden", "$dim")]
    paths = {"passed": [], "gate": ["adaptive_pool", convs[0], act, convs[1], gate]}
    asked = [Parameter(name, ACT, (words[name].copy().pop(),)) for name in words if len(words[name]) > 1]
    parameters = [Parameter("hidden", CHANNELS, (1,)), *asked, Parameter("dim", CHANNELS, (), formula="$in")]
    return Block(GATE.name, parameters, [{"fork": None, "paths": paths, "join": "mul"}])


def taken(words: set[str]) -> frozenset[str]:
    """Names that come with the blocks of these names."""
    return frozenset().union(*(TAKEN.get(KNOWN[word].origin, frozenset()) for word in words & set(KNOWN)))
