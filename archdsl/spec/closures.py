"""What a parsed expression becomes: closures over names, whose mistakes know their token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.errors import near_miss
from archdsl.exact import one_answer, select
from archdsl.exact.kinds import ListArray
from archdsl.exact.shown import with_kind
from archdsl.spec.arithmetic import BINARY, truth
from archdsl.spec.sizes import ARRIVING, SIZES, size_of
from archdsl.spec.tokens import ExpressionError, Token

Names = dict[str, Any]
Evaluate = Callable[[Names], Any]


def conditional(yes: Evaluate, condition: Evaluate, no: Evaluate, token: Token) -> Evaluate:
    """`yes if condition else no`: only the side that is chosen is evaluated; over a grid both are, element by element."""

    def evaluate(n: Names) -> Any:
        chosen = checked(truth, token, condition(n))
        if isinstance(chosen, bool):
            return yes(n) if chosen else no(n)
        return select(chosen, yes(n), no(n))

    return evaluate


def logical(first: Evaluate, rest: list[tuple[Token, Evaluate]], combine: Callable[[Any, Any], Any], settled: bool) -> Evaluate:
    """Conditions between `and` or `or`; those after one that settles the answer are not evaluated."""

    def evaluate(n: Names) -> Any:
        result = checked(truth, rest[0][0], first(n))
        for token, operand in rest:
            if result is settled:
                return settled
            result = combine(result, checked(truth, token, operand(n)))
        return result

    return evaluate


def name(key: str, token: Token) -> Evaluate:
    """The value of a name."""

    def evaluate(n: Names) -> Any:
        try:
            found = n[key]
            return found.decided() if isinstance(found, ListArray) else found
        except KeyError:
            if key in SIZES and ARRIVING in n:
                return checked(lambda shape: size_of(shape, key), token, n[ARRIVING])
            hint = near_miss(f"${key}", [f"${known}" for known in n if known != ARRIVING])
            raise ExpressionError(f"unknown name '${key}'", token.start, token.end, hint) from None

    return evaluate


def chain(first: Evaluate, rest: list[tuple[Token, Evaluate]]) -> Evaluate:
    """Operations from left to right, in one loop, so that a long sum does not nest calls."""

    def evaluate(n: Names) -> Any:
        result = first(n)
        for token, operand in rest:
            result = applied(BINARY[token.text], token, result, operand(n))
        return result

    return evaluate


def element(base: Evaluate, at: Evaluate, token: Token) -> Evaluate:
    """One element of a list, counted from 0, or from the end by a negative index."""

    def evaluate(n: Names) -> Any:
        items, index = base(n), at(n)
        if not isinstance(items, (list, tuple)):
            raise ExpressionError(f"only a list has elements, this is {with_kind(items)}", token.start, token.end)
        index = one_answer(index)
        if type(index) is not int or not -len(items) <= index < len(items):
            shown = index if type(index) is int else with_kind(index)
            raise ExpressionError(f"no element {shown} in a list of {len(items)}", token.start, token.end)
        return items[index]

    return evaluate


def constant(value: Any) -> Evaluate:
    """A value that reads no name."""
    return lambda n: value


def applied(function: Callable[..., Any], token: Token, *values: Any) -> Any:
    """The function's result, its errors as mistakes at the token."""
    try:
        return function(*values)
    except TypeError:
        message = f"'{token.text}' does not work on {' and '.join(map(with_kind, values))}"
    except ZeroDivisionError:
        message = "division by zero"
    except OverflowError:
        message = "the number is too large"
    except ValueError as error:
        message = str(error)
    raise ExpressionError(message, token.start, token.end)


def checked(function: Callable[[Any], Any], token: Token, value: Any) -> Any:
    """The function's result, its ValueError as a mistake at the token."""
    try:
        return function(value)
    except ValueError as error:
        raise ExpressionError(str(error), token.start, token.end) from None
