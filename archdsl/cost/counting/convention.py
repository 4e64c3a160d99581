"""A convention of counting: what a tool or a paper calls the cost of each operator."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from archdsl.cost.counting.quantities import WORDS
from archdsl.ops.arguments import is_optional
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.readers import Reader
from archdsl.ops.shapes import Heads, Ids, Map, Sequence, Vector, typed

if TYPE_CHECKING:
    from archdsl.ir.graph import Node

CONVENTIONS = Reader("conventions", __name__)

OTHERS = "others"
"""Under `not_counted`: whatever has no rule."""

ARRIVES: dict[type, str] = {Vector: "vector", Sequence: "tokens", Map: "map", Heads: "heads", Ids: "ids"}
"""The word for an input of each kind."""

Terms = tuple[tuple[str, int | Fraction], ...]
"""Quantities and their weights; none for a rule of zero."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule for each value of an argument (`true`, `avg`), or for what arrives where `argument` is `input`, or for the number of
    places of a map where it is `places`.

    A value without a rule is not counted.
    """

    argument: str
    cases: dict[str, Rule]


Rule = Terms | Choice


@dataclass(frozen=True, eq=False)
class Convention:
    """What is counted, and how.

    Attributes:
        rules: by operator.
        not_counted: operators that are left out on purpose; None for all that have no rule.
        dead_counted: whether operators count whose output reaches nothing. Tools that hook modules or watch the operators that run
            count them; those that read a trace do not see them, because tracing drops what nothing needs.
        unit: what the total is a number of.
        version: of the tool that counts so, where one does.
    """

    name: str
    rules: dict[str, Rule] = field(repr=False)
    doc: str = field(default="", repr=False)
    unit: str = ""
    version: str = ""
    not_counted: frozenset[str] | None = field(default=None, repr=False)
    dead_counted: bool = field(default=True, repr=False)

    def terms(self, node: Node, inputs: tuple[Shape, ...]) -> Terms | None:
        """The weights that hold for a node's operator on these inputs; None where the convention leaves it out on purpose.

        Raises:
            BackendError: the convention says nothing of the operator.
        """
        rule = self.rules.get(node.op.word)
        if rule is None and self.not_counted is not None and node.op.word not in self.not_counted:
            why = f"it stands neither under count nor under not_counted ('not_counted: {OTHERS}' leaves out whatever has no rule)"
            CONVENTIONS.refuse(node, why, f"the convention {self.name}")
        while isinstance(rule, Choice):
            rule = rule.cases.get(_case(rule.argument, node.op, inputs))
        return rule


def _case(argument: str, op: Operator, inputs: tuple[Shape, ...]) -> str:
    if argument == "input":
        return ARRIVES.get(type(typed(inputs[0])), "")
    if argument == "places":
        return str(len(inputs[0]) - 1)
    value = getattr(op, argument)
    return "given" if value is not None and is_optional(op.kinds[argument]) else str(value).lower()


def rule_in_words(terms: Terms | None) -> str:
    """A rule in words: `MACs + bias`, `2 per input`, `0`, `not counted`."""
    if terms is None:
        return "not counted"
    if not terms:
        return "0"
    return " + ".join(_term(name, weight) for name, weight in terms)


def _term(name: str, weight: int | Fraction) -> str:
    if name in ("macs", "macs_by_output", "products", "bias", "mean"):
        return WORDS[name] if weight == 1 else f"{weight} x {WORDS[name]}"
    return f"{weight} per {WORDS[name]}"
