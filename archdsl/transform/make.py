"""Steps and values that a transformation writes."""

from __future__ import annotations

import re
from typing import Any

from archdsl.errors import Mark, Source
from archdsl.spec.expression import parse
from archdsl.spec.labels import Label
from archdsl.spec.model import PLAIN, Body, Call, Constant, Formula, Inline, Modifiers, Parallel, Parameter, Path, Value
from archdsl.spec.tokens import tokens

NOWHERE = Mark(Source("a transformation", ""), 0, 0, 1)

_NAME = re.compile(r"\$(\w+)\Z")


def formula(text: str) -> Formula:
    """An expression."""
    bare = _NAME.match(text)
    return Formula(NOWHERE, parse(text), bare[1] if bare else None)


def constant(value: Any) -> Constant:
    return Constant(NOWHERE, value)


def given(value: Any) -> Value:
    """A value of the language: texts with a `$` are expressions."""
    if isinstance(value, (Constant, Formula, Inline)):
        return value
    return formula(value) if isinstance(value, str) and "$" in value else constant(value)


def call(target: str, when: str = "", name: str = "", **args: Any) -> Call:
    """A call of an operator or block."""
    mods = Modifiers(when=formula(when) if when else None, name=label(name) if name else None) if when or name else PLAIN
    return Call(mark=NOWHERE, target=target, args={arg: given(value) for arg, value in args.items()}, mods=mods)


def label(text: str) -> Label:
    return Label(NOWHERE, text)


def path(body: Body, name: str | None = None) -> Path:
    return Path(mark=NOWHERE, name=name, body=body)


def parallel(
    kind: str,
    paths: tuple[Path, ...],
    join: str,
    *,
    shares: tuple[Any, ...] | None = None,
    loop: tuple[tuple[str, Value], ...] = (),
    mods: Modifiers = PLAIN,
) -> Parallel:
    """A split or fork with its paths."""
    listed = None if shares is None else tuple(given(share) for share in shares)
    return Parallel(mark=NOWHERE, kind=kind, shares=listed, paths=paths, join=call(join), loop=loop, mods=mods)


def argument(name: str, default: Any, type_: str) -> Parameter:
    return Parameter(name=name, mark=NOWHERE, type=type_, default=given(default))


def text(value: Value) -> str:
    """A number or expression as it stands in an expression."""
    if isinstance(value, Formula):
        return value.expression.text.strip()
    assert isinstance(value, Constant)
    return str(value.value)


def is_product(written: str) -> bool:
    """Whether an expression may be multiplied without parentheses."""
    depth = 0
    for token in tokens(written):
        sign = token.text
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        if (
            depth == 0
            and token.kind in ("sign", "word")
            and sign in ("+", "-", "if", "else", "and", "or", "not", "in", "==", "!=", "<", ">", "<=", ">=", "//", "%")
        ):
            return False
    return True


def factor(written: str) -> str:
    """An expression as one factor of a product."""
    return written if is_product(written) else f"({written})"


def floored(written: str) -> str | None:
    """What stands in `floor(…)` where that is the whole expression."""
    return _inside(written, "floor")


def times(written: str, other: str, whole: int = 1) -> str:
    """A number of channels times a factor, rounded as the number was, otherwise down, or to multiples of `whole`."""
    if whole > 1:
        return f"round8({factor(floored(written) or written)}*{other}{f', {whole}' if whole != 8 else ''})"
    for rounding in ("floor", "round8"):
        inside = _inside(written, rounding)
        if inside is not None:
            return f"{rounding}({factor(inside)}*{other})"
    return f"floor({factor(written)}*{other})"


def _inside(written: str, function: str) -> str | None:
    """The one argument of a function that is the whole expression."""
    if not written.startswith(f"{function}("):
        return None
    depth = 0
    for place, sign in enumerate(written):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 1:
            return None
        if depth == 0 and sign == ")":
            return written[len(function) + 1 : place] if place == len(written) - 1 else None
    return None
