"""One YAML file to a `Convention`, with every mistake at its place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from archdsl.cost.counting.conventions import ARRIVES, OTHERS, Choice, Convention, Rule
from archdsl.cost.counting.quantities import QUANTITIES
from archdsl.errors import Mark, Source, SpecError
from archdsl.ops import OPERATORS, Operator
from archdsl.spec.locate import read
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, TextLimits, compose

KEYS = ("convention", "doc", "unit", "version", "count", "not_counted")
LIMITS = TextLimits(bytes=200_000, depth=12, nodes=20_000)


def read_convention(path: Path) -> Convention:
    """The convention in a file.

    Raises:
        InputError: the file cannot be read.
        SpecError: all mistakes in it.
    """
    return parse_convention(read(path, LIMITS))


def parse_convention(source: Source) -> Convention:
    """The convention in a text. Raises SpecError with all mistakes."""
    report = Report()
    try:
        root = compose(source, LIMITS)
    except SpecError:
        raise
    found = _Reader(report).read(root)
    report.stop()
    assert found is not None
    return found


class _Reader:
    def __init__(self, report: Report):
        self.report = report

    def read(self, root: Node) -> Convention | None:
        if not isinstance(root, Mapping):
            self.report.error(f"a convention is a mapping (convention: …, count: …), {kind(root)} came", root.mark)
            return None
        words: dict[str, str] = {}
        rules: dict[str, Rule] = {}
        left_out: dict[str, Mark] | None = {}
        for key, node in root.pairs:
            if key.text not in KEYS:
                self.report.unknown("key of a convention", key.text, KEYS, key.mark)
            elif key.text == "count":
                rules = self.rules(node)
            elif key.text == "not_counted":
                left_out = self.left_out(node)
            elif isinstance(node, Scalar) and node.value is not None:
                words[key.text] = node.text.strip()
            else:
                self.report.error(f"'{key.text}' must be a text, {kind(node)} came", node.mark)
        given = set(root.keys())
        for key_name, what in (("convention", "its name"), ("count", "a rule for each operator that it counts")):
            if key_name not in given:
                self.report.error(f"a convention needs '{key_name}', {what}", root.mark)
        for word, mark in (left_out or {}).items():
            if word in rules:
                self.report.error(f"'{word}' stands under count and under not_counted", mark)
        doc, unit, version = (words.get(key_name, "") for key_name in ("doc", "unit", "version"))
        return Convention(
            words.get("convention", ""), rules, doc, unit, version, None if left_out is None else frozenset(left_out)
        )

    def left_out(self, node: Node) -> dict[str, Mark] | None:
        """Operators that are not counted on purpose, with their places; None for all that have no rule."""
        if isinstance(node, Scalar) and node.text == OTHERS:
            return None
        if not isinstance(node, Sequence):
            self.report.error(f"'not_counted' is a list of operators, or {OTHERS}; {kind(node)} came", node.mark)
            return {}
        found: dict[str, Mark] = {}
        for item in node.items:
            if isinstance(item, Scalar) and item.text in OPERATORS:
                found[item.text] = item.mark
            else:
                self.report.unknown("operator", item.text if isinstance(item, Scalar) else kind(item), OPERATORS, item.mark)
        return found

    def rules(self, node: Node) -> dict[str, Rule]:
        if not isinstance(node, Mapping):
            self.report.error(f"'count' is a mapping from operators to rules, {kind(node)} came", node.mark)
            return {}
        found: dict[str, Rule] = {}
        for key, value in node.pairs:
            op = OPERATORS.get(key.text)
            if op is None:
                self.report.unknown("operator", key.text, OPERATORS, key.mark)
            elif (rule := self.rule(op, value)) is not None:
                found[key.text] = rule
        return found

    def rule(self, op: type[Operator], node: Node) -> Rule | None:
        if isinstance(node, Mapping) and node.pairs:
            chosen = [key for key, value in node.pairs if isinstance(value, Mapping)]
            if not chosen:
                return self.terms(op, node)
            if len(node.pairs) == 1:
                return self.choice(op, *node.pairs[0])
            self.report.error(
                f"rules by '{chosen[0].text}' stand alone", chosen[0].mark, "put the other weights inside each of its cases"
            )
            return None
        if isinstance(node, Scalar) and node.value == 0 and node.value is not False:
            return ()
        hint = "write 0 for an operator that counts as nothing, and list one that is not counted under not_counted"
        self.report.error(f"a rule is 0 or weights of quantities ({op.word}: {{out: 1}}), {kind(node)} came", node.mark, hint)
        return None

    def terms(self, op: type[Operator], node: Mapping) -> Rule:
        found: list[tuple[str, int | Fraction]] = []
        for key, value in node.pairs:
            if key.text not in QUANTITIES:
                self.report.unknown("quantity", key.text, [*QUANTITIES, *_arguments(op)], key.mark)
            elif not isinstance(value, Scalar) or isinstance(value.value, bool) or not isinstance(value.value, (int, Fraction)):
                self.report.error(f"the weight of '{key.text}' must be a number, {kind(value)} came", value.mark)
            else:
                found.append((key.text, value.value))
        return tuple(found)

    def choice(self, op: type[Operator], key: Scalar, node: Node) -> Rule | None:
        assert isinstance(node, Mapping)
        arguments = _arguments(op)
        if key.text not in arguments:
            self.report.unknown(f"argument to count {op.word} by", key.text, arguments, key.mark)
            return None
        cases: dict[str, Rule] = {}
        for case, value in node.pairs:
            if case.text not in arguments[key.text]:
                self.report.unknown(f"value of '{key.text}'", case.text, arguments[key.text], case.mark)
            elif (rule := self.rule(op, value)) is not None:
                cases[case.text] = rule
        return Choice(key.text, cases)


def _arguments(op: type[Operator]) -> dict[str, list[str]]:
    """What a rule may depend on, with its values: arguments that are words or truths, and the kind of input."""
    found = {"input": list(ARRIVES.values())}
    for name, argument in op.kinds.items():
        if argument.schema.get("type") == "boolean":
            found[name] = ["true", "false"]
        elif "enum" in argument.schema:
            found[name] = list(argument.schema["enum"])
    return found
