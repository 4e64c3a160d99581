"""How weights begin, as data: `init:` of a spec gives one rule for each kind of layer.

    init: {conv: kaiming_normal, norm: ones, linear: {normal: 0.01}}

A rule is a word, or a word with its number (`{normal: 0.01}`, `{kaiming_normal: fan_in}`). It speaks of the weight; the bias
begins at zero, except under `default`, which leaves both to the framework's layer. What is not given is as in torchvision's
ResNet (`DEFAULTS`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from archdsl.errors import choices, near_miss, unknown
from archdsl.exact import exact
from archdsl.exact.shown import describe
from archdsl.ops.arguments import NOT_NEGATIVE, NUMBER, POSITIVE, Kind
from archdsl.ops.errors import ArgumentError

BEGUN: dict[str, tuple[str, ...]] = {"conv": ("conv", "conv_transpose", "shared_conv")}
"""The operators that a rule speaks of, where they are more than the one of its name."""

DEFAULTS: dict[str, Any] = {"conv": "kaiming_normal", "norm": "ones", "linear": "default"}
"""The rule of every kind of layer, as torchvision's ResNet begins."""

FANS = ("fan_in", "fan_out")


class Word(NamedTuple):
    """One word of a rule.

    Attributes:
        parameter: what it is, "" where there is none.
        default: the parameter where none is given; None where it must be.
        matrix: whether the word is for matrices only.
        kind: which numbers the parameter may be.
    """

    parameter: str
    default: float | str | None
    matrix: bool
    doc: str
    kind: Kind = NUMBER


WORDS: dict[str, Word] = {
    "default": Word("", None, False, "weight and bias as the framework's layer begins by itself"),
    "zeros": Word("", None, False, "0"),
    "ones": Word("", None, False, "1"),
    "constant": Word("value", None, False, "the number given"),
    "normal": Word("deviation", 0.01, False, "normal around 0 with the standard deviation given", NOT_NEGATIVE),
    "trunc_normal": Word("deviation", 0.02, False, "the same, cut off at -2 and 2", POSITIVE),
    "uniform": Word("bound", None, False, "evenly between minus and plus the number given", NOT_NEGATIVE),
    "kaiming_normal": Word("fan", "fan_out", True, "normal with variance 2 / fan (He et al. 2015)"),
    "kaiming_uniform": Word("fan", "fan_out", True, "uniform with variance 2 / fan (He et al. 2015)"),
    "xavier_normal": Word("", None, True, "normal with variance 2 / (fan in + fan out) (Glorot & Bengio 2010)"),
    "xavier_uniform": Word("", None, True, "uniform with variance 2 / (fan in + fan out) (Glorot & Bengio 2010)"),
}


class Rule(NamedTuple):
    """A rule that was checked.

    Attributes:
        word: one of WORDS.
        parameter: number of the word, its fan, or None where it takes none.
    """

    word: str
    parameter: float | str | None


def read_init(given: Mapping[str, Any]) -> dict[str, Rule]:
    """The rule of every kind of layer, defaults filled in.

    Raises:
        ArgumentError: an unknown kind, or a rule that `read_rule` refuses.
    """
    for kind in given:
        if kind not in DEFAULTS:
            raise ArgumentError(*unknown("kind of layer", str(kind), DEFAULTS))
    return {kind: read_rule(kind, given.get(kind, default)) for kind, default in DEFAULTS.items()}


def read_rule(kind: str, value: Any) -> Rule:
    """The rule that a value stands for: `word`, or a mapping of one word to its parameter.

    Args:
        kind: one of DEFAULTS.
        value: as a spec or `graph.json` gives it.

    Raises:
        ArgumentError: an unknown word, one that does not suit the kind, or a parameter that does not suit the word.
    """
    if isinstance(value, Mapping):
        if len(value) != 1:
            raise ArgumentError(f"expected one word with its number, such as {{normal: 0.01}}; {len(value)} keys came")
        ((name, parameter),) = value.items()
    else:
        name, parameter = value, None
    known = allowed(kind)
    if not isinstance(name, str):
        raise ArgumentError(f"expected the name of a rule, {describe(name)} came", f"known: {choices(known)}")
    if name in WORDS and name not in known:
        raise ArgumentError(f"{name} needs a matrix, the weight of {kind} is a vector", f"known: {choices(known)}")
    if name not in known:
        raise ArgumentError(*unknown(f"initialisation of {kind}", name, known))
    return Rule(name, _parameter(name, parameter))


def allowed(kind: str) -> list[str]:
    """The words that suit a kind of layer: the weight of a norm is a vector, which has no fans."""
    return [name for name, word in WORDS.items() if kind != "norm" or not word.matrix]


def schema(kind: str) -> dict[str, Any]:
    """JSON schema of the rule of one kind of layer, for editors."""
    words = [name for name in allowed(kind) if not WORDS[name].parameter or WORDS[name].default is not None]
    given = {name: {"enum": list(FANS)} if WORDS[name].parameter == "fan" else WORDS[name].kind.schema for name in allowed(kind)}
    mapping = {name: schema for name, schema in given.items() if WORDS[name].parameter}
    one = {"type": "object", "properties": mapping, "additionalProperties": False, "minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": words}, one]}


def _parameter(name: str, value: Any) -> float | str | None:
    word = WORDS[name]
    if not word.parameter:
        if value is not None:
            raise ArgumentError(f"{name} takes no number, {describe(value)} came", f"write {name} alone")
        return None
    if value is None:
        if word.default is None:
            raise ArgumentError(f"{name} needs a {word.parameter}", f"such as {{{name}: 0.01}}")
        return word.default
    if word.parameter == "fan":
        if value in FANS:
            return str(value)
        near = near_miss(value, FANS) if isinstance(value, str) else ""
        raise ArgumentError(f"{name} takes fan_in or fan_out, {describe(value)} came", near)
    if isinstance(value, float) and math.isfinite(value):
        value = exact(value)
    try:
        return float(word.kind.convert(value))
    except ArgumentError as error:
        raise ArgumentError(f"the {word.parameter} of {name} {error.message}") from None
