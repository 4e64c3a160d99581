"""What can be known of a call once, before it runs many times: its operator or block, and how each argument comes about.

Links outlive one elaboration. A knob that changes runs the same calls again, so the second build of a spec is quicker than the
first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archdsl.exact import key
from archdsl.ir.templates import Template, knobs_of_blocks
from archdsl.ops import OPERATORS, Operator
from archdsl.spec.model import Block, Call, Constant, Formula, Parameter, Spec, Value

_QUICK = {"int": int, "bool": bool, "word": str, "list": list}
_MOST = 50_000  # links and operators that are kept


class Link:
    """A call with a target that does not depend on a value.

    Attributes:
        op, block: the target; both None where it is a name to be looked up (`$block`) or unknown.
        constants: arguments that are the same every time.
        bare: arguments that are one name, as pairs of argument and name.
        formulas: arguments to be evaluated.
        scaled: plain cells of a table with the scale of their column.
        fixed: the operator itself, where every argument is constant.
    """

    __slots__ = ("bare", "block", "call", "constants", "fixed", "formulas", "op", "scaled")

    def __init__(self, call: Call, spec: Spec):
        self.call = call  # keeps the call alive, so that its id stays its own
        self.op = OPERATORS.get(call.target)
        self.block = spec.blocks.get(call.target) if self.op is None else None
        self.constants: dict[str, Any] = {}
        self.bare: list[tuple[str, str]] = []
        self.formulas: list[tuple[str, Value]] = []
        self.scaled: list[tuple[str, Any, Formula]] = []
        self.fixed: Operator | None = None
        for name, value in {**self.positional(call), **call.args}.items():
            self.argument(name, value, call)

    def positional(self, call: Call) -> dict[str, Value]:
        """A value without a name belongs to the first argument."""
        if call.positional is None:
            return {}
        known = self.op.fields if self.op is not None else self.block.args if self.block is not None else {}
        return {next(iter(known), ""): call.positional}

    def argument(self, name: str, value: Value, call: Call) -> None:
        self.constants[name] = None  # holds the place, so that arguments keep the order of the text
        if isinstance(value, Constant):
            if name in call.args and call.scales(name, value):
                self.scaled.append((name, value.value, call.scale[name]))
            else:
                self.constants[name] = value.value
        elif isinstance(value, Formula) and value.bare is not None:
            self.bare.append((name, value.bare))
        else:
            self.formulas.append((name, value))

    @property
    def is_constant(self) -> bool:
        return not (self.bare or self.formulas or self.scaled)


class Links:
    """The links and operators of one spec, kept from one elaboration to the next."""

    def __init__(self) -> None:
        self.calls: dict[int, Link] = {}
        self.blocks: dict[int, tuple[Block, list[tuple[str, Parameter, Any]]]] = {}
        self.operators: dict[Any, Operator] = {}
        self.templates: dict[Any, Template] = {}
        self._knobs: tuple[str, ...] | None = None

    def knobs_key(self, spec: Spec, knobs: dict[str, Any]) -> Any:
        """What blocks read beside their arguments: values of knobs, and arguments that are the same in every call.

        None where one of them cannot be looked up, as steps.
        """
        if self._knobs is None:
            self._knobs = knobs_of_blocks(spec)
        forced = [(block, name, value.value) for block, args in spec.forced.items() for name, value in args.items()]
        return lookup([*(knobs[name] for name in self._knobs), *forced])

    def link(self, call: Call, spec: Spec) -> Link:
        """The link of a call, made the first time."""
        if len(self.calls) > _MOST or len(self.operators) > _MOST:
            self.clear()
        found = self.calls[id(call)] = Link(call, spec)
        return found

    def clear(self) -> None:
        """Give back everything that is kept."""
        self.calls, self.operators, self.templates = {}, {}, {}

    def parameters(self, block: Block) -> list[tuple[str, Parameter, Any]]:
        """Arguments of a block, each with the Python type that needs no further look (`object`: any), or None."""
        found = self.blocks.get(id(block))
        if found is None:
            found = self.blocks[id(block)] = block, [(name, p, _quick(p)) for name, p in block.args.items()]
        return found[1]


def lookup(values: Iterable[Any]) -> Any:
    """What values can be looked up by; None where that cannot be."""
    try:
        found = tuple([key(value) for value in values])
        hash(found)
    except TypeError:
        return None
    return found


def _quick(parameter: Parameter) -> Any:
    if parameter.range is not None or parameter.choices is not None:
        return None
    return object if parameter.type == "any" else _QUICK.get(parameter.type)
