"""Knobs of imported files that only a setting brings, because it names a block that nothing in the spec calls."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from archdsl.exact import is_choice_array
from archdsl.spec.model import Spec
from archdsl.spec.walk import mentions, of_block


def taken_over(spec: Spec, values: Iterable[Any]) -> Spec:
    """The spec with the knobs that the blocks read which the values of settings name, and the blocks that those call."""
    blocks: set[str] = set()
    found: set[str] = set()
    waiting: list[Any] = [word for value in values for word in _named(value) if word in spec.blocks] if spec.borrowed else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            if part in blocks:
                continue
            blocks.add(part)
            inside = of_block(spec.blocks[part])
        else:
            inside = mentions(part)
        waiting += [word for word in inside.words if word in spec.blocks and word not in blocks]
        more = {name for name in inside.read if name in spec.borrowed} - found
        found |= more
        waiting += [spec.borrowed[name].default for name in more]
    if not found:
        return spec
    knobs = {name: knob for name, knob in spec.borrowed.items() if name in found}
    rest = {name: knob for name, knob in spec.borrowed.items() if name not in found}
    return dataclasses.replace(spec, knobs={**spec.knobs, **knobs}, borrowed=rest)


def _named(value: Any) -> list[Any]:
    """The words in the value of a setting."""
    if is_choice_array(value):
        return [word for word in value.values.ravel().tolist() if isinstance(word, str)]
    items = value if isinstance(value, (list, tuple)) else [value]
    return [word for word in items if isinstance(word, str)]
