"""What can be known of a call once, before it runs many times: its operator or block, and how each argument comes about.

Links outlive one elaboration. A knob that changes runs the same calls again, so the second build of a spec is quicker than the
first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from archdsl.exact import key
from archdsl.ir.elaboration.naming import Plan, plan
from archdsl.ir.elaboration.templates import Template, knobs_of_blocks, sized_blocks
from archdsl.ops import OPERATORS, Operator
from archdsl.ops.facts import Shape
from archdsl.spec.model import Block, Body, Call, Constant, Formula, Parameter, Spec, Stage, Value
from archdsl.spec.sizes import SIZES
from archdsl.spec.walk import mentions, of_block, of_steps

UNNAMED = ""
"""Name of a positional argument until it is known which block or operator is called, and so what its first argument is."""

_QUICK = {"int": int, "bool": bool, "word": str, "list": list}
_MOST = 50_000  # calls, plans, blocks and operators that are kept
_MOST_NODES = 100_000  # of all templates together

_K = TypeVar("_K")
_V = TypeVar("_V")


class Link:
    """A call with a target that does not depend on a value.

    Attributes:
        op, block: the target; both None where it is a name to be looked up (`$block`) or unknown.
        constants: arguments that are the same every time.
        bare: arguments that are one name, as pairs of argument and name.
        formulas: arguments to be evaluated.
        scaled: plain cells of a table with the scale of their column.
        is_constant: whether there are constants only.
        fixed: the operator itself, where every argument is constant.
    """

    __slots__ = ("bare", "block", "constants", "fixed", "formulas", "is_constant", "op", "scaled")

    def __init__(self, call: Call, spec: Spec):
        self.op = OPERATORS.get(call.target)
        self.block = spec.blocks.get(call.target) if self.op is None else None
        self.fixed: Operator | None = None
        constants: dict[str, Any] = {}
        bare: list[tuple[str, str]] = []
        formulas: list[tuple[str, Value]] = []
        scaled: list[tuple[str, Any, Formula]] = []
        for name, value in self._given(call).items():
            constants[name] = None  # holds the place, so that arguments keep the order of the text
            if isinstance(value, Constant):
                if call.scale and name in call.args and call.scales(name, value):
                    scaled.append((name, value.value, call.scale[name]))
                else:
                    constants[name] = value.value
            elif isinstance(value, Formula) and value.bare is not None and value.bare not in SIZES:
                bare.append((name, value.bare))
            else:
                formulas.append((name, value))
        self.constants, self.bare, self.formulas, self.scaled = constants, tuple(bare), tuple(formulas), tuple(scaled)
        self.is_constant = not (bare or formulas or scaled)

    def _given(self, call: Call) -> dict[str, Value]:
        """The arguments by name; a value without a name belongs to the first."""
        if call.positional is None:
            return call.args
        known = self.op.fields if self.op is not None else self.block.args if self.block is not None else {}
        return {next(iter(known), UNNAMED): call.positional, **call.args}


class Kept(dict[_K, _V]):
    """A dictionary that begins anew when it is full, so that a program may change knobs for ever."""

    def __init__(self, most: int):
        super().__init__()
        self.most = most
        self.size = 0

    def keep(self, key: _K, value: _V, size: int = 1) -> _V:
        """Put a value in and give it back. What is larger than all that may be kept is not put in."""
        if self.size + size > self.most:
            self.clear()
        if size <= self.most:
            self[key] = value
            self.size += size
        return value

    def clear(self) -> None:
        super().clear()
        self.size = 0


class Links:
    """What is kept of one spec from one elaboration to the next. Every part of it has a bound.

    Attributes:
        calls: the link of each call.
        plans: by the id of a body or stage: the body or stage itself, so that the id stays its own, and how its steps are named.
        blocks: the arguments of each block, each with the Python type that needs no further look (`object`: any), or None.
        operators: by class and arguments.
        templates: what blocks became, see `archdsl.ir.elaboration.templates`.
    """

    def __init__(self) -> None:
        self.calls: Kept[Call, Link] = Kept(_MOST)
        self.plans: Kept[int, tuple[Body | Stage, Plan]] = Kept(_MOST)
        self.blocks: Kept[Block, list[tuple[str, Parameter, Any]]] = Kept(_MOST)
        self.operators: Kept[Any, Operator] = Kept(_MOST)
        self.templates: Kept[Any, Template] = Kept(_MOST_NODES)
        self._knobs: tuple[str, ...] | None = None  # these three follow from the spec alone
        self._gathering: frozenset[str] | None = None
        self._sized: frozenset[Block] | None = None

    def of(self, call: Call, spec: Spec) -> Link:
        """The link of a call."""
        return self.calls.get(call) or self.calls.keep(call, Link(call, spec))

    def plan(self, owner: Body | Stage) -> Plan:
        """How the steps of a body or of a stage are named."""
        found = self.plans.get(id(owner)) or self.plans.keep(id(owner), (owner, plan(owner)))
        return found[1]

    def parameters(self, block: Block) -> list[tuple[str, Parameter, Any]]:
        """The arguments of a block, each with the Python type that needs no further look."""
        found = self.blocks.get(block)
        if found is None:
            found = self.blocks.keep(block, [(name, p, _quick(p)) for name, p in block.args.items()])
        return found

    def keep_template(self, place: Any, template: Template) -> None:
        """Keep what a block became."""
        self.templates.keep(place, template, len(template.nodes) + 1)

    def knobs_key(self, spec: Spec, knobs: dict[str, Any]) -> Any:
        """What blocks read beside their arguments: values of knobs, and arguments that are the same in every call.

        None where one of them cannot be looked up, such as steps.
        """
        if self._knobs is None:
            self._knobs = knobs_of_blocks(spec)
        forced = [(block, name, value.value) for block, args in spec.forced.items() for name, value in args.items()]
        return lookup([*(knobs.get(name) for name in self._knobs), *forced])

    def gathering(self, spec: Spec) -> frozenset[str]:
        """The labels that gather, in any block."""
        if self._gathering is None:
            blocks = [of_block(block).gathered for block in spec.blocks.values()]
            self._gathering = of_steps(spec.net).gathered.union(mentions(spec.knobs).gathered, *blocks)
        return self._gathering

    def extent(self, spec: Spec, block: Block, shape: Shape) -> Any:
        """What a block may follow from of the shape that arrives, beside its channels: the sizes too where it reads them."""
        if self._sized is None:
            self._sized = sized_blocks(spec)
        if block not in self._sized:
            return type(shape), len(shape)
        sizes = lookup(shape)
        return sizes and (type(shape), sizes)

    def clear(self) -> None:
        """Give back everything that is kept."""
        for part in (self.calls, self.plans, self.blocks, self.operators, self.templates):
            part.clear()


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
