"""Numbers of channels in steps of the net, multiplied by a factor: of the whole network or of a stage."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from archdsl.errors import Mark
from archdsl.exact import is_number
from archdsl.ir.graph import Graph
from archdsl.spec.model import Body, Call, Constant, Formula, ListOf, Value
from archdsl.transform import make
from archdsl.transform.draft import Draft
from archdsl.transform.roles import CHANNELS, WITH_CHANNELS, Roles, compared, loops, reads_in
from archdsl.transform.whole_groups import common_width

Place = tuple[str, int, int]
"""Where a step stands: file, line, column."""


class Scaling:
    """How the channels of a network are scaled.

    Attributes:
        whole: what they are multiples of, so that groups of a width stay whole; 1 where there are none.
    """

    def __init__(self, draft: Draft):
        self.roles = Roles(draft.spec, draft.knobs)
        self.whole = common_width(draft.blocks(), self.roles)
        self._held = _held(draft)
        self._missing = {name for name, items in self._held.items() if None in items}
        self._depthwise = _depthwise(draft.graph)

    def step(self, call: Call, factor: str) -> Body | None:
        """A step with its channels scaled, unless they follow from what arrives or are classes; None where nothing changes."""
        target, given = self.roles.of(call.target), self.roles.args(call)
        args = {
            arg: self.value(value, factor, call, arg) if target.get(arg) == CHANNELS else value for arg, value in given.items()
        }
        changed = {arg for arg, value in given.items() if args[arg] is not value}
        if not changed:
            return None
        groups = given.get("groups")
        if isinstance(groups, Constant) and groups.value != 1 and place_of(call.mark) in self._depthwise:
            args |= {arg: make.formula("$in") for arg in (*changed, "groups")}
        scaled = {
            value.bare: make.text(args[arg]) for arg, value in given.items() if isinstance(value, Formula) and arg in changed
        }
        return (dataclasses.replace(call, args=args, positional=None, mods=compared(call.mods, scaled)),)

    def _multiple(self, numbers: list[Any]) -> int:
        """What scaled numbers are to be multiples of: of what groups ask for, as much as they are multiples of before."""
        return math.gcd(self.whole, *(number for number in numbers if type(number) is int))

    def value(self, value: Value, factor: str, call: Call | None = None, arg: str = "") -> Value:
        """A number of channels times a factor; a printed one of a column with a scale is scaled here, as an expression is not."""
        if isinstance(value, ListOf):
            return ListOf(value.mark, tuple(self.value(item, factor, call, arg) for item in value.items))
        if isinstance(value, Constant):
            if not is_number(value.value):
                return value
            if call is not None and call.scales(arg, value):
                return make.formula(call.scale[arg].expression.text.replace("$value", f"{value.value}*{factor}"))
            return make.formula(make.times(str(value.value), factor, self._multiple([value.value])))
        if (
            not isinstance(value, Formula)
            or reads_in(value)
            or {"classes", factor.removeprefix("$")} & set(value.expression.names)
        ):
            return value
        scaled = make.times(value.expression.text, factor, self._multiple(self._held.get(value.bare or "", [])))
        return make.formula(f"{scaled} if given({value.expression.text}) else ~" if value.bare in self._missing else scaled)


def final_places(graph: Graph) -> set[Place]:
    """Places of the steps that make what the network is asked for, and of the calls around them: their channels are classes, and stay."""
    found: set[Place] = set()
    waiting, seen = list(graph.ends), set(graph.ends)
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.op.word in WITH_CHANNELS:
            found |= {place_of(mark) for mark in (node.mark, *(frame.mark for frame in node.scope)) if mark is not None}
            continue
        new = [name for name in node.inputs if name not in seen]
        seen.update(new)
        waiting += new
    return found


def _held(draft: Draft) -> dict[str, list[Any]]:
    """What the variables of loops in the net are, and the numbers of knobs."""
    found = {name: [held] for name, held in draft.knobs.items() if type(held) is int}
    for name, value in loops(draft.spec.net):
        found[name] = [*found.get(name, []), *_items(value)]
    return found


def _items(value: Value) -> list[Any]:
    if isinstance(value, ListOf):
        return [item.value for item in value.items if isinstance(item, Constant)]
    return list(value.value) if isinstance(value, Constant) and isinstance(value.value, (list, tuple)) else []


def _depthwise(graph: Graph) -> set[Place]:
    """Places of the steps of the net that are depthwise convolutions, or blocks that begin with one."""
    found: set[Place] = set()
    for node in graph:
        groups = getattr(node.op, "groups", 1)
        if groups != 1 and node.inputs and groups == graph.input_shapes(node)[0][0] == node.shape[0]:
            outermost = node.scope[0].mark if node.scope else node.mark
            if outermost is not None:
                found.add(place_of(outermost))
    return found


def place_of(mark: Mark) -> Place:
    return mark.source.name, mark.line, mark.column
