"""Conventions of counting: what a tool or a paper calls the cost of each operator, as data.

A convention is a YAML file: a few words about itself and, under `count`, a rule for each operator that it counts.

    convention: multiplications
    doc: Multiplications only, the product of squeeze and excitation among them.
    unit: multiplications
    count:
      conv: {macs: 1}
      linear: {macs: 1}
      mul: {joins: 1}
      relu: 0                                               # counts as nothing
      adaptive_pool: {mode: {avg: {out: 1}, max: 0}}        # by an argument of the operator
      norm: {input: {map: {in: 2}, vector: {in: 2}}}        # by what arrives: a map, a vector or tokens
    not_counted: [hswish, gelu]                             # or `others`: whatever stands neither here nor under count

Zero, not counted and unknown stay apart: a network with an operator that the file does not name is refused, unless `others` says
that all of them are left out on purpose.

A rule is 0, weights of quantities (see `archdsl.cost.counting.quantities`), or rules for the values of an argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cost.counting.quantities import WORDS
from archdsl.errors import InputError, near_miss
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.readers import Reader

if TYPE_CHECKING:
    from archdsl.ir.graph import Node

CONVENTIONS = Reader("conventions", __name__)

OTHERS = "others"
"""Under `not_counted`: whatever has no rule."""

FOLDER = Path(__file__).parent / "conventions"
SUFFIX = ".yaml"
ARRIVES = {1: "vector", 2: "tokens", 3: "map"}
"""The word for an input of each rank."""

Terms = tuple[tuple[str, int | Fraction], ...]
"""Quantities and their weights; none for a rule of zero."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule for each value of an argument (`true`, `avg`), or for what arrives where `argument` is `input`.

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
        unit: what the total is a number of.
        version: of the tool that counts so, where one does.
    """

    name: str
    rules: dict[str, Rule] = field(repr=False)
    doc: str = field(default="", repr=False)
    unit: str = ""
    version: str = ""
    not_counted: frozenset[str] | None = field(default=None, repr=False)

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
        return ARRIVES.get(len(inputs[0]), "")
    return str(getattr(op, argument)).lower()


def describe(terms: Terms | None) -> str:
    """A rule in words: `MACs + bias`, `2 per input`, `0`, `not counted`."""
    if terms is None:
        return "not counted"
    if not terms:
        return "0"
    return " + ".join(_term(name, weight) for name, weight in terms)


def _term(name: str, weight: int | Fraction) -> str:
    if name in ("macs", "products", "bias", "mean"):
        return WORDS[name] if weight == 1 else f"{weight} x {WORDS[name]}"
    return f"{weight} per {WORDS[name]}"


def convention_names() -> list[str]:
    """Names of the shipped conventions, sorted."""
    return sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}"))


def load_convention(target: str | Path, beside: Path | None = None) -> Convention:
    """A convention by the path of its file or by name: one that is shipped, or one in the folder `conventions` beside a spec.

    Args:
        beside: folder of the spec.

    Raises:
        InputError: there is none; names the near miss. Or a file beside the spec has the name of a shipped convention.
        SpecError: mistakes in the file.
    """
    name = str(target)
    plain = "/" not in name and "\\" not in name and name not in ("", ".", "..")
    if plain and name in _shipped():
        own = _own(beside).get(name)
        if own is not None:
            raise InputError(f"{own}: '{name}' is the name of a shipped convention; give the file another, or its path")
        return _load_shipped(name)
    own = _own(beside).get(name) if plain else None
    path = own if own is not None else Path(target)
    if not path.is_file():
        raise InputError(_missing(name, beside, plain))
    from archdsl.cost.counting.convention_file import read_convention

    return read_convention(path)


def _missing(name: str, beside: Path | None, plain: bool) -> str:
    known = [*_shipped(), *_own(beside)]
    hint = near_miss(name, known) or f"known: {', '.join(known)}"
    what = f"no convention '{name}'" if plain and not name.endswith((SUFFIX, ".yml")) else f"no such file: {name}"
    return f"{what}; {hint}"


@lru_cache
def _shipped() -> tuple[str, ...]:
    return tuple(convention_names())


@lru_cache
def _load_shipped(name: str) -> Convention:
    from archdsl.cost.counting.convention_file import read_convention

    return read_convention(FOLDER / f"{name}{SUFFIX}")


def _own(beside: Path | None) -> dict[str, Path]:
    """Files in the folder `conventions` beside a spec, by name."""
    return {path.stem: path for path in _files(beside)}


def _files(beside: Path | None) -> Iterator[Path]:
    if beside is None:
        return
    folder = beside / "conventions"
    if folder.is_dir():
        yield from sorted(folder.glob(f"*{SUFFIX}"))
