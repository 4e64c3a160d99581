"""What stands at the right of an argument: constants, formulas, lists, and steps; each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.errors import Mark
from archdsl.spec.arithmetic import Items
from archdsl.spec.expression import Expression, ExpressionError, Names
from archdsl.spec.sizes import SIZES

if TYPE_CHECKING:
    from archdsl.spec.model import Body


def part(mark: Mark, text: str, start: int, end: int) -> Mark:
    """The place of a part of a scalar's text; the whole scalar where quotes with escapes or several lines make the two differ."""
    written = mark.text
    if written == text:
        return mark.shift(start, end)
    return mark.shift(start + 1, end + 1) if written[1:-1] == text else mark


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A number, a word, true, false or `~`."""

    mark: Mark
    value: Any

    def evaluate(self, names: Names) -> Any:
        return self.value


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A scalar with a `$` in it. `bare` is the name where the whole formula is one: `$width`."""

    mark: Mark
    expression: Expression
    bare: str | None = None

    def evaluate(self, names: Names) -> Any:
        try:
            return self.expression.evaluate(names)
        except ExpressionError as error:
            error.mark = error.mark or self.place(error.start, error.end)
            raise

    def place(self, start: int, end: int) -> Mark:
        """Where a part of the expression stands in the spec."""
        return part(self.mark, self.expression.text, start, end)


@dataclass(frozen=True, slots=True, eq=False)
class ListOf:
    """A list of values."""

    mark: Mark
    items: tuple[Value, ...]

    def evaluate(self, names: Names) -> Any:
        try:
            return Items([item.evaluate(names) for item in self.items])
        except ValueError as error:
            raise ExpressionError(str(error), 0, 1, mark=self.mark) from None


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """Steps given as an argument, with the names that they see. `$in` is bound where they are called."""

    body: Body
    names: Names

    def __str__(self) -> str:
        return "a list of steps"


@dataclass(frozen=True, slots=True, eq=False)
class Inline:
    """Steps that stand as a value: `learn: {path: {exp: 16}}` or a list of steps."""

    mark: Mark
    body: Body

    def evaluate(self, names: Names) -> Any:
        return Closure(self.body, names)


Value = Constant | Formula | ListOf | Inline


@dataclass(frozen=True, slots=True, eq=False)
class Wraps:
    """The block that another one wraps. The name of one that could not be read is empty.

    `call`, once the block is found: the call of it that `$wrapped` makes, with the arguments given.
    """

    mark: Mark
    name: str
    call: Inline | None = None


def is_plain(value: Value) -> bool:
    """Whether a value is a constant, or a list of constants."""
    if isinstance(value, ListOf):
        return all(map(is_plain, value.items))
    return isinstance(value, Constant)


def names_read(value: Value | None) -> set[str]:
    """The names that a value reads; those inside of steps are bound later and left out."""
    if isinstance(value, Formula):
        return set(value.expression.names)
    if isinstance(value, ListOf):
        return set().union(*map(names_read, value.items))
    return set()


def reads_arrival(value: Value) -> bool:
    """Whether a value may follow from what arrives at its step."""
    return not names_read(value).isdisjoint(("in", *SIZES))


@dataclass(frozen=True, slots=True, eq=False)
class Title:
    """A printed name. `text` None leaves a column out; `$name` in it stands for an argument. `word` marks what is named."""

    mark: Mark
    text: str | None
    word: Mark
