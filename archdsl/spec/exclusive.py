"""Whether two conditions can both be true, as far as their texts tell: steps of which only one is ever taken may share a name or label."""

from __future__ import annotations

from archdsl.spec.model import Formula, Value
from archdsl.spec.sizes import SIZES
from archdsl.spec.tokens import tokens

Guard = tuple[str, ...]
"""A condition as its tokens, names with their `$`."""

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_CHANGING = {"in", "i", "value", *SIZES}  # these are not the same at two steps


def guard(condition: Value | None, changing: frozenset[str] = frozenset()) -> tuple[Guard, ...]:
    """A condition that is the same wherever it stands in a body; none where it may not be.

    Args:
        changing: further names whose values are not the same at two steps, as those of a loop.
    """
    if not isinstance(condition, Formula) or not (_CHANGING | changing).isdisjoint(condition.expression.names):
        return ()
    found = tokens(condition.expression.text)[:-1]
    return (tuple([f"${token.text}" if token.kind == "name" else token.text.strip("\"'") for token in found]),)


def negated(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """The opposite of one condition, if there is one."""
    return tuple([("not", "(", *found, ")") for found in guards])


def exclusive(some: tuple[Guard, ...], others: tuple[Guard, ...]) -> bool:
    """Whether no two of the steps under these conditions are both taken: one condition of each rule each other out."""
    return any(_exclude(_bare(a), _bare(b)) for a in some for b in others)


def _exclude(a: Guard, b: Guard) -> bool:
    if a == _opposite(b) or b == _opposite(a):
        return True
    for first, second in ((a, b), (b, a)):
        if len(options := _split(first, "or")) > 1:
            return all(_exclude(option, second) for option in options)
    for first, second in ((a, b), (b, a)):
        if len(needs := _split(first, "and")) > 1:
            return any(_exclude(need, second) for need in needs)
    return _differ(a, b)


def _opposite(a: Guard) -> Guard:
    """What is true where a condition is not."""
    if a[:1] == ("not",) and len(_split(a, "or")) == len(_split(a, "and")) == 1:
        return _bare(a[1:])
    for at, sign in enumerate(a):
        if sign in _OPPOSITE and _level(a[:at]) == 0 and not {"and", "or", "not", "if"} & set(a):
            return (*a[:at], _OPPOSITE[sign], *a[at + 1 :])
    return ("not", *a)


def _differ(a: Guard, b: Guard) -> bool:
    """Whether one name is compared with two different constants."""
    return len(a) == len(b) == 3 and a[1] == b[1] == "==" and a[0] == b[0] and a[2] != b[2] and "$" not in a[2] + b[2]


def _bare(a: Guard) -> Guard:
    """A condition without brackets around the whole of it."""
    while a[:1] == ("(",) and a[-1:] == (")",) and all(_level(a[:at]) for at in range(1, len(a))):
        a = a[1:-1]
    return a


def _split(a: Guard, word: str) -> list[Guard]:
    """The parts of a condition between a word that stands in no brackets."""
    if "if" in a:
        return [a]
    found, start = [], 0
    for at, sign in enumerate(a):
        if sign == word and _level(a[:at]) == 0:
            found.append(_bare(a[start:at]))
            start = at + 1
    return [*found, _bare(a[start:])] if found else [a]


def _level(signs: Guard) -> int:
    """How many brackets are open."""
    return sum((sign in ("(", "[")) - (sign in (")", "]")) for sign in signs)
