"""Names for blocks of one class that differ: the class, and what sets them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archdsl.importer.write.steps import ABSENT, FORK, Body, Step
from archdsl.ops import OPERATORS

TELLING = frozenset(
    ["attention", "window_attention", "squeeze_excite", "split", "softmax", "roll", "upsample", "position", "layer_scale"]
)
"""Words that tell what a block does, beside those of the network's own blocks."""

LONGEST, NUMBER = 34, re.compile(r"_[0-9]+$")
"""Letters of a name that is read at a glance, and what tells blocks of one name apart where nothing else does."""

DULL = frozenset(["conv_norm", "conv_bn", "pool"])
"""Blocks that are in most others."""


def named(word: str, bodies: list[Body]) -> list[str]:
    """A name for each of several blocks; one that nothing sets apart has the word alone, and a number if it is taken."""
    if len(bodies) < 2:
        return [word] * len(bodies)
    marks = [list(_marks(body, word)) for body in bodies]
    counts = Counter(mark for own in marks for mark in dict.fromkeys(own))
    found = [word]
    for own in marks[1:]:
        mark = next((mark for mark in own if counts[mark] == 1 and len(word) + len(mark) <= LONGEST), "")
        found.append(f"{word}_{mark}" if mark else word)
    return found


def _marks(body: Body, word: str) -> Iterator[str]:
    """What may set a block apart, the most telling first."""
    steps = list(body.walk())
    for step in steps:
        if step.word in TELLING or (_is_block(step) and step.word not in DULL and not step.word.startswith(word)):
            yield f"with_{re.sub(NUMBER, '', step.word)}"
    if any(_is(step, "stride", 2) or _is(step, "s", 2) for step in steps):
        yield "down"
    if not any(step.word == "add" or step.join[0] == "add" for step in steps):
        yield "without_shortcut"
    if any(_wider(step) for step in steps):
        yield "wider"
    if any(_is(step, "dilation", 2) for step in steps):
        yield "dilated"


def _is_block(step: Step) -> bool:
    return step.word not in OPERATORS and step.word.isidentifier() and step.word not in (FORK, "split")


def _is(step: Step, name: str, least: int) -> bool:
    """Whether an argument is at least so much at every place."""
    values = [value for value in step.args.get(name, ()) if value is not ABSENT]
    return bool(values) and all(type(value) is int and value >= least for value in values)


def _wider(step: Step) -> bool:
    pairs = zip(step.args.get("out", ()), step.into, strict=False)
    return step.word == "conv" and all(type(value) is int and value > into for value, into in pairs)
