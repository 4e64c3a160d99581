"""One YAML file to a `Convention`, with every mistake at its place.

A file says a few words about the convention and, under `count`, has a rule for each operator that it counts.

    convention: multiplications
    doc: Multiplications only, the product of squeeze and excitation among them.
    unit: multiplications
    count:
      conv: {macs: 1}
      linear: {macs: 1}
      mul: {joins: 1}
      relu: 0                                               # counts as zero
      adaptive_pool: {mode: {avg: {out: 1}, max: 0}}        # by an argument of the operator
      lstm: {projection: {none: {macs: 1}, given: 0}}       # by whether an argument is given
      norm: {input: {map: {in: 2}, vector: {in: 2}}}        # by what arrives: a map, a vector or tokens
      upsample: {places: {2: {out: 1}, 3: 0}}               # by how many places a map has
    not_counted: [hswish, silu]                             # left out on purpose; `others`: all that have no rule
    dead: not_counted                                       # operators whose output reaches nothing; counted if not given

A rule is 0, weights of quantities (see `archdsl.cost.counting.quantities`), or rules for the values of an argument.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from archdsl.cost.checked_fields import Form, entries, is_zero, read_fields, text
from archdsl.cost.counting.convention import ARRIVES, OTHERS, Choice, Convention, Rule
from archdsl.cost.counting.quantities import QUANTITIES
from archdsl.errors import Mark, Source
from archdsl.ops import OPERATORS, Operator
from archdsl.ops.arguments import is_optional
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.unknown_names import unknown_operator
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, TextLimits

DEAD = ("counted", "not_counted")
"""What may become of operators whose output reaches nothing."""


def read_convention(source: Source | Path) -> Convention:
    """The convention in a file, or in a text.

    Raises:
        InputError: the file cannot be read.
        SpecError: all mistakes in it.
    """
    found = read_fields(source, FORM, _counted_once)
    doc, unit, version = (found.get(key, "") for key in ("doc", "unit", "version"))
    left_out = found.get("not_counted", {})
    not_counted = None if left_out == OTHERS else frozenset(left_out)
    return Convention(found["convention"], found["count"], doc, unit, version, not_counted, found.get("dead", DEAD[0]) == DEAD[0])


def _counted_once(report: Report, found: dict[str, Any]) -> None:
    """What stands under both keys is a mistake."""
    left_out = found.get("not_counted", {})
    for word, mark in left_out.items() if isinstance(left_out, dict) else ():
        if word in found.get("count", {}):
            report.error(f"'{word}' stands under count and under not_counted", mark)


def _left_out(report: Report, key: Scalar, node: Node) -> dict[str, Mark] | str:
    """Operators that are left out on purpose, with their places; the word `others` for all that have no rule."""
    if isinstance(node, Scalar) and node.text == OTHERS:
        return OTHERS
    if not isinstance(node, Sequence):
        report.error(f"'not_counted' is a list of operators, or {OTHERS}; {kind(node)} came", node.mark)
        return {}
    found: dict[str, Mark] = {}
    for item in node.items:
        if isinstance(item, Scalar) and item.text in OPERATORS:
            found[item.text] = item.mark
        else:
            report.unknown(
                "operator", item.text if isinstance(item, Scalar) else kind(item), OPERATORS, item.mark, unknown_operator
            )
    return found


def _dead(report: Report, key: Scalar, node: Node) -> str:
    if isinstance(node, Scalar) and node.text in DEAD:
        return node.text
    report.error(f"'dead' is {' or '.join(DEAD)}; {node.text if isinstance(node, Scalar) else kind(node)} came", node.mark)
    return DEAD[0]


def _rules(report: Report, key: Scalar, node: Node) -> dict[str, Rule] | None:
    if not isinstance(node, Mapping):
        report.error(f"'count' is a mapping from operators to rules, {kind(node)} came", node.mark)
        return None
    return entries(report, node, "operator", OPERATORS, lambda word, value: _rule(report, OPERATORS[word.text], value))


def _rule(report: Report, op: type[Operator], node: Node) -> Rule | None:
    if isinstance(node, Mapping) and node.pairs:
        chosen = [key for key, value in node.pairs if isinstance(value, Mapping)]
        if not chosen:
            return _weights(report, op, node)
        if len(node.pairs) == 1:
            return _choice(report, op, *node.pairs[0])
        message, hint = f"rules by '{chosen[0].text}' stand alone", "put the other weights inside each of its cases"
        report.error(message, chosen[0].mark, hint)
        return None
    if is_zero(node):
        return ()
    hint = "write 0 for an operator that counts as nothing, and list one that is not counted under not_counted"
    report.error(f"a rule is 0 or weights of quantities ({op.word}: {{out: 1}}), {kind(node)} came", node.mark, hint)
    return None


def _weights(report: Report, op: type[Operator], node: Mapping) -> Rule:
    def weight(key: Scalar, value: Node) -> int | Fraction | None:
        if isinstance(value, Scalar) and isinstance(value.value, (int, Fraction)) and not isinstance(value.value, bool):
            return value.value
        report.error(f"the weight of '{key.text}' must be a number, {kind(value)} came", value.mark)
        return None

    found: dict[str, int | Fraction] = entries(report, node, "quantity", QUANTITIES, weight, also=_arguments(op))
    return tuple(found.items())


def _choice(report: Report, op: type[Operator], key: Scalar, node: Node) -> Rule | None:
    arguments = _arguments(op)
    if key.text not in arguments:
        report.unknown(f"argument to count {op.word} by", key.text, arguments, key.mark)
        return None
    assert isinstance(node, Mapping)
    what = f"value of '{key.text}'"
    return Choice(key.text, entries(report, node, what, arguments[key.text], lambda case, value: _rule(report, op, value)))


def _arguments(op: type[Operator]) -> dict[str, list[str]]:
    """What a rule may depend on, with its values: arguments that are words, flags or may be missing, the kind of input, places."""
    found = {"input": list(ARRIVES.values()), "places": ["1", "2", "3"]}
    for name, argument in op.kinds.items():
        if argument.schema.get("type") == "boolean":
            found[name] = ["true", "false"]
        elif "enum" in argument.schema:
            found[name] = list(argument.schema["enum"])
        elif is_optional(argument):
            found[name] = ["none", "given"]
    return found


FORM = Form(
    "convention",
    {"convention": text, "doc": text, "unit": text, "version": text, "count": _rules, "not_counted": _left_out, "dead": _dead},
    {"convention": "its name", "count": "a rule for each operator that it counts"},
    TextLimits(bytes=200_000, depth=12, nodes=20_000),
)
