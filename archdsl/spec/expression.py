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

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn

from archdsl.errors import near_miss
from archdsl.exact import exact
from archdsl.spec import closures
from archdsl.spec.arithmetic import Items, both, either, negated, truth
from archdsl.spec.closures import Evaluate, Names
from archdsl.spec.functions import FUNCTIONS
from archdsl.spec.tokens import MAX_LENGTH, ExpressionError, Token, tokens

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Comparison", "Expression", "ExpressionError", "Names", "parse"]

MAX_DEPTH = 40
_CONSTANTS = {"true": True, "false": False, "null": None}
_KEYWORDS = {"if", "else", "and", "or", "not", "in"}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")


class Comparison(NamedTuple):
    """A name compared with a word: `$transition == "stage"`. `start` and `end` are those of the word."""

    name: str
    word: str
    start: int
    end: int


class Expression(NamedTuple):
    """A parsed expression.

    Attributes:
        names: those that it reads, each with the place where it first stands.
        words: the words in it.
        comparisons: of one name with one word.
        evaluate: the closure that gives its value, or raises ExpressionError.
    """

    text: str
    names: dict[str, tuple[int, int]]
    words: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    evaluate: Evaluate

    def __reduce__(self) -> tuple[Any, ...]:
        return parse, (self.text,)  # closures do not travel to other processes; the text does


def parse(text: str) -> Expression:
    """Parse an expression.

    Raises:
        ExpressionError: with the position of the mistake in the text.
    """
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.names: dict[str, tuple[int, int]] = {}
        self.words: list[str] = []
        self.comparisons: list[Comparison] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def parse(self) -> Expression:
        if self.token.kind == "end":
            raise ExpressionError("an expression is missing", 0, 1)
        evaluate = self.conditional()
        if self.token.kind != "end":
            self.fail(f"unexpected '{self.token.text}'")
        return Expression(self.text, self.names, tuple(self.words), tuple(self.comparisons), evaluate)

    def fail(self, message: str, hint: str = "") -> NoReturn:
        raise ExpressionError(message, self.token.start, self.token.end, hint)

    def take(self, *texts: str) -> Token | None:
        token = self.token
        if token.kind in ("sign", "word") and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str) -> Token:
        token = self.take(text)
        if token is None:
            came = "the expression ends here" if self.token.kind == "end" else f"'{self.token.text}' came"
            self.fail(f"expected '{text}', {came}")
        return token

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of nesting more, up to the limit."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels")
        yield
        self.depth -= 1

    # -- logic -----------------------------------------------------------------------------------------------------------------

    def conditional(self) -> Evaluate:
        with self.deeper():
            yes = self.disjunction()
            start = self.token
            if not self.take("if"):
                return yes
            condition = self.disjunction()
            self.need("else")
            return closures.conditional(yes, condition, self.conditional(), start)

    def disjunction(self) -> Evaluate:
        return self.logical("or", self.conjunction, either, True)

    def conjunction(self) -> Evaluate:
        return self.logical("and", self.negation, both, False)

    def logical(self, word: str, part: Callable[[], Evaluate], combine: Callable[[Any, Any], Any], settled: bool) -> Evaluate:
        first = part()
        rest: list[tuple[Token, Evaluate]] = []
        while token := self.take(word):
            rest.append((token, part()))
        return closures.logical(first, rest, combine, settled) if rest else first

    def negation(self) -> Evaluate:
        token = self.take("not")
        if token is None:
            return self.comparison()
        with self.deeper():
            inner = self.negation()
        return lambda n: negated(closures.checked(truth, token, inner(n)))

    def comparison(self) -> Evaluate:
        begin = self.at
        left = self.sum()
        token = self.take(*_COMPARISONS)
        if token is None:
            return left
        middle = self.at
        right = self.sum()
        self.note(self.tokens[begin : middle - 1], self.tokens[middle : self.at])
        if self.token.text in _COMPARISONS:
            self.fail("comparisons do not chain", "write: $a < $b and $b < $c")
        return closures.chain(left, [(token, right)])

    def note(self, left: list[Token], right: list[Token]) -> None:
        """Keep a comparison of one name with one word."""
        if len(left) != 1 or len(right) != 1:
            return
        name, word = (left[0], right[0]) if left[0].kind == "name" else (right[0], left[0])
        if name.kind == "name" and word.kind in ("word", "string") and word.text not in _CONSTANTS:
            text = word.text.strip("\"'")
            self.comparisons.append(Comparison(name.text, text, word.start, word.end))

    # -- arithmetic ------------------------------------------------------------------------------------------------------------

    def sum(self) -> Evaluate:
        return self.operations(self.term, "+", "-")

    def term(self) -> Evaluate:
        return self.operations(self.factor, "*", "/", "//", "%")

    def operations(self, part: Callable[[], Evaluate], *signs: str) -> Evaluate:
        first = part()
        rest: list[tuple[Token, Evaluate]] = []
        while token := self.take(*signs):
            rest.append((token, part()))
        return closures.chain(first, rest) if rest else first

    def factor(self) -> Evaluate:
        if token := self.take("-"):
            with self.deeper():
                inner = self.factor()
            return closures.chain(closures.constant(0), [(token, inner)])
        base = self.item()
        if token := self.take("**"):
            with self.deeper():
                exponent = self.factor()
            return closures.chain(base, [(token, exponent)])
        return base

    # -- items -----------------------------------------------------------------------------------------------------------------

    def item(self) -> Evaluate:
        result = self.atom()
        while token := self.take("["):
            with self.deeper():
                result = closures.element(result, self.conditional(), token)
                self.need("]")
            self.depth += 1  # every index is one more call when the value is read
        return result

    def atom(self) -> Evaluate:
        token = self.token
        self.at += 1
        if token.kind == "number":
            value = closures.checked(exact, token, Fraction(token.text))
            return closures.constant(value)
        if token.kind == "string":
            return self.word(token.text[1:-1])
        if token.kind == "name":
            return self.name(token)
        if token.text == "~":
            return closures.constant(None)
        if token.kind == "word" and token.text not in _KEYWORDS:
            return self.word_or_call(token)
        if token.text == "(":
            inner = self.conditional()
            self.need(")")
            return inner
        if token.text == "[":
            items = self.list("]")
            return lambda n: closures.checked(Items, token, [item(n) for item in items])
        self.at -= 1
        came = "the expression ends here" if token.kind == "end" else f"'{token.text}' came"
        raise ExpressionError(f"expected a value, {came}", token.start, token.end)

    def word_or_call(self, token: Token) -> Evaluate:
        if self.token.text == "(":
            return self.call(token)
        if token.text in _CONSTANTS:
            return closures.constant(_CONSTANTS[token.text])
        return self.word(token.text)

    def word(self, text: str) -> Evaluate:
        self.words.append(text)
        return closures.constant(text)

    def name(self, token: Token) -> Evaluate:
        self.names.setdefault(token.text, (token.start, token.end))
        return closures.name(token.text, token)

    def list(self, closing: str) -> list[Evaluate]:
        items: list[Evaluate] = []
        while not self.take(closing):
            if items:
                self.need(",")
            items.append(self.conditional())
        return items

    def call(self, token: Token) -> Evaluate:
        function = FUNCTIONS.get(token.text)
        if function is None:
            hint = near_miss(token.text, FUNCTIONS) or f"known: {', '.join(FUNCTIONS)}"
            raise ExpressionError(f"unknown function '{token.text}'", token.start, token.end, hint)
        self.need("(")
        arguments = self.list(")")
        count = len(arguments)
        if count < function.least or (function.most is not None and count > function.most):
            wanted = f"takes {function.wanted}, {count} came"
            raise ExpressionError(f"'{token.text}' {wanted}", token.start, token.end)
        return lambda n: closures.applied(function.call, token, *[argument(n) for argument in arguments])
