"""The expressions of specs: text to a closure over names. Arithmetic is exact, and nothing of Python can be reached from it.

    expression  = or [ "if" or "else" expression ]
    or          = and { "or" and }           and    = not { "and" not }
    not         = "not" not | comparison
    comparison  = sum [ ("==" "!=" "<" "<=" ">" ">=" "in") sum ]
    sum         = term { ("+" "-") term }    term   = factor { ("*" "/" "//" "%") factor }
    factor      = "-" factor | power         power  = item [ "**" factor ]
    item        = number | string | "$"name | word | function "(" … ")" | "(" … ")" | "[" … "]" | item "[" … "]"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from archdsl.errors import near_miss
from archdsl.exact import divide, exact, power, select
from archdsl.spec.functions import FUNCTIONS

Names = dict[str, Any]
Evaluate = Callable[[Names], Any]

MAX_LENGTH = 1000
MAX_DEPTH = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d{1,3})?|\.\d+)|\$(?P<name>[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')|(?P<sign>\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],~]))"
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_KEYWORDS = {"if", "else", "and", "or", "not", "in"}


class ExpressionError(Exception):
    """A mistake inside an expression: message, hint and the part of the text, from `start` to `end`."""

    def __init__(self, message: str, start: int, end: int, hint: str = ""):
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class Expression(NamedTuple):
    """A parsed expression: its text, the names it reads with where each stands, and the closure that evaluates it."""

    text: str
    names: dict[str, tuple[int, int]]
    words: tuple[str, ...]
    evaluate: Evaluate


def parse(text: str) -> Expression:
    """Parse an expression.

    Raises:
        ExpressionError: with the position of the mistake in the text.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters", 0, 1)
    return _Parser(text).parse()


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if not match:
            start = at + len(stripped[at:]) - len(stripped[at:].lstrip())
            hint = {"=": "write == to compare", "&": "write and", "|": "write or", "!": "write not", "^": "write ** for a power"}
            raise ExpressionError(f"unexpected '{stripped[start]}'", start, start + 1, hint.get(stripped[start], ""))
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind) - (kind == "name"), match.end()))
        at = match.end()
    found.append(_Token("end", "", len(stripped), len(stripped) + 1))
    return found


def _whole(value: Any) -> Any:
    return exact(value) if type(value) is Fraction else value


def _add(a: Any, b: Any) -> Any:
    return _whole(a + b)


def _multiply(a: Any, b: Any) -> Any:
    if isinstance(a, (str, list, tuple)) or isinstance(b, (str, list, tuple)):
        raise TypeError
    return exact(a * b)


def _in(a: Any, b: Any) -> Any:
    if not isinstance(b, (list, tuple)):
        raise ValueError("'in' takes a list on its right")
    result: Any = False
    for item in b:
        result = _either(result, a == item)
    return result


def _both(a: Any, b: Any) -> Any:
    return a & b if hasattr(a, "mask") or hasattr(b, "mask") else a and b


def _either(a: Any, b: Any) -> Any:
    return a | b if hasattr(a, "mask") or hasattr(b, "mask") else a or b


def _truth(value: Any) -> Any:
    if isinstance(value, bool) or hasattr(value, "mask"):
        return value
    if hasattr(value, "values"):
        return value == True  # noqa: E712  an array of truths, compared element by element
    raise ValueError("a condition must be true or false; compare the number with something")


_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": lambda a, b: _whole(a - b),
    "*": _multiply,
    "/": divide,
    "//": lambda a, b: a // b,
    "%": lambda a, b: _whole(a % b),
    "**": power,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": _in,
}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0
        self.names: dict[str, tuple[int, int]] = {}
        self.words: list[str] = []

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def parse(self) -> Expression:
        if self.token.kind == "end":
            raise ExpressionError("an expression is missing", 0, 1)
        evaluate = self.conditional()
        if self.token.kind != "end":
            self.fail(f"unexpected '{self.token.text}'")
        return Expression(self.text, self.names, tuple(self.words), evaluate)

    def fail(self, message: str, hint: str = "") -> None:
        raise ExpressionError(message, self.token.start, self.token.end, hint)

    def take(self, *texts: str) -> _Token | None:
        token = self.token
        if token.kind in ("sign", "word") and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str) -> _Token:
        token = self.take(text)
        if token is None:
            came = "the expression ends here" if self.token.kind == "end" else f"'{self.token.text}' came"
            hint = "inside { } or [ ] an expression with a comma or a bracket must stand in quotes" if text in ")]" else ""
            self.fail(f"expected '{text}', {came}", hint)
        return token  # type: ignore[return-value]

    def guard(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels")

    def conditional(self) -> Evaluate:
        self.guard()
        yes = self.either()
        if self.take("if"):
            condition = self.either()
            self.need("else")
            no = self.conditional()

            def evaluate(n: Names) -> Any:
                chosen = _truth(condition(n))
                if isinstance(chosen, bool):
                    return yes(n) if chosen else no(n)
                return select(chosen, yes(n), no(n))

            self.depth -= 1
            return evaluate
        self.depth -= 1
        return yes

    def either(self) -> Evaluate:
        left = self.both()
        while self.take("or"):
            left = self.logical(_either, left, self.both(), True)
        return left

    def both(self) -> Evaluate:
        left = self.negation()
        while self.take("and"):
            left = self.logical(_both, left, self.negation(), False)
        return left

    def logical(self, combine: Callable[[Any, Any], Any], left: Evaluate, right: Evaluate, settled: bool) -> Evaluate:
        def evaluate(n: Names) -> Any:
            a = _truth(left(n))
            return a if a is settled else combine(a, _truth(right(n)))

        return evaluate

    def negation(self) -> Evaluate:
        if self.take("not"):
            self.guard()
            inner = self.negation()
            self.depth -= 1

            def evaluate(n: Names) -> Any:
                value = _truth(inner(n))
                return not value if isinstance(value, bool) else ~value

            return evaluate
        return self.comparison()

    def comparison(self) -> Evaluate:
        left = self.sum()
        token = self.take(*_COMPARISONS)
        if not token:
            return left
        result = self.binary(token, left, self.sum())
        if self.token.text in _COMPARISONS:
            self.fail("comparisons do not chain", "write: $a < $b and $b < $c")
        return result

    def sum(self) -> Evaluate:
        left = self.term()
        while token := self.take("+", "-"):
            left = self.binary(token, left, self.term())
        return left

    def term(self) -> Evaluate:
        left = self.factor()
        while token := self.take("*", "/", "//", "%"):
            left = self.binary(token, left, self.factor())
        return left

    def factor(self) -> Evaluate:
        if token := self.take("-"):
            self.guard()
            inner = self.factor()
            self.depth -= 1
            return self.binary(token, lambda n: 0, inner)
        base = self.item()
        if token := self.take("**"):
            self.guard()
            exponent = self.factor()
            self.depth -= 1
            return self.binary(token, base, exponent)
        return base

    def binary(self, token: _Token, left: Evaluate, right: Evaluate) -> Evaluate:
        function, sign = _BINARY[token.text], token.text

        def evaluate(n: Names) -> Any:
            a, b = left(n), right(n)
            try:
                return function(a, b)
            except TypeError:
                message = f"'{sign}' does not work on {_kind(a)} and {_kind(b)}"
            except ZeroDivisionError:
                message = "division by zero"
            except ValueError as error:
                message = str(error)
            raise ExpressionError(message, token.start, token.end)

        return evaluate

    def item(self) -> Evaluate:
        result = self.atom()
        while self.token.text == "[" and self.token.kind == "sign":
            result = self.index(result)
        return result

    def index(self, base: Evaluate) -> Evaluate:
        start = self.need("[")
        at = self.conditional()
        self.need("]")

        def evaluate(n: Names) -> Any:
            items, index = base(n), at(n)
            if not isinstance(items, (list, tuple)):
                raise ExpressionError(f"only a list has elements, this is {_kind(items)}", start.start, start.end)
            if type(index) is not int or not -len(items) <= index < len(items):
                raise ExpressionError(f"no element {index} in a list of {len(items)}", start.start, start.end)
            return items[index]

        return evaluate

    def atom(self) -> Evaluate:
        token = self.token
        self.at += 1
        if token.kind == "number":
            return _constant(exact(Fraction(token.text)))
        if token.kind == "string":
            return self.word(token.text[1:-1])
        if token.kind == "name":
            return self.name(token)
        if token.text == "~":
            return _constant(None)
        if token.kind == "word" and token.text not in _KEYWORDS:
            if self.token.text == "(":
                return self.call(token)
            if token.text in _CONSTANTS:
                return _constant(_CONSTANTS[token.text])
            return self.word(token.text)
        if token.text == "(":
            inner = self.conditional()
            self.need(")")
            return inner
        if token.text == "[":
            items = self.list("]")
            return lambda n: [item(n) for item in items]
        self.at -= 1
        came = "the expression ends here" if token.kind == "end" else f"'{token.text}' came"
        raise ExpressionError(f"expected a value, {came}", token.start, token.end)

    def word(self, text: str) -> Evaluate:
        self.words.append(text)
        return _constant(text)

    def name(self, token: _Token) -> Evaluate:
        key = token.text
        self.names.setdefault(key, (token.start, token.end))

        def evaluate(n: Names) -> Any:
            try:
                return n[key]
            except KeyError:
                hint = near_miss(key, n)
                raise ExpressionError(f"unknown name '${key}'", token.start, token.end, hint) from None

        return evaluate

    def list(self, closing: str) -> list[Evaluate]:
        items: list[Evaluate] = []
        while not self.take(closing):
            if items:
                self.need(",")
            items.append(self.conditional())
        return items

    def call(self, token: _Token) -> Evaluate:
        function = FUNCTIONS.get(token.text)
        if function is None:
            hint = near_miss(token.text, FUNCTIONS) or f"known: {', '.join(FUNCTIONS)}"
            raise ExpressionError(f"unknown function '{token.text}'", token.start, token.end, hint)
        self.need("(")
        arguments = self.list(")")
        count = len(arguments)
        if count < function.least or (function.most is not None and count > function.most):
            wanted = str(function.least) if function.most == function.least else f"{function.least} or more"
            raise ExpressionError(f"'{token.text}' takes {wanted} argument(s), {count} came", token.start, token.end)
        call = function.call

        def evaluate(n: Names) -> Any:
            values = [a(n) for a in arguments]
            try:
                return call(*values)
            except TypeError:
                message = f"'{token.text}' does not work on {', '.join(map(_kind, values))}"
            except ValueError as error:
                message = str(error)
            raise ExpressionError(message, token.start, token.end)

        return evaluate


def _constant(value: Any) -> Evaluate:
    return lambda n: value


def _kind(value: Any) -> str:
    """What a value is, in the words of the language."""
    if value is None:
        return "~ (not given)"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, Fraction)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the word '{value}'"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "an array"
