"""The words of `init:`."""

from fractions import Fraction

import pytest

from archdsl.ops.errors import ArgumentError
from archdsl.spec.initialisation import DEFAULTS, WORDS, Rule, allowed, read_init, read_rule, schema


def test_defaults_are_those_of_torchvision_resnet():
    assert read_init({}) == {"conv": ("kaiming_normal", "fan_out"), "norm": ("ones", None), "linear": ("default", None)}


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("normal", ("normal", 0.01)),
        ({"normal": Fraction(1, 50)}, ("normal", 0.02)),
        ({"trunc_normal": 0.5}, ("trunc_normal", 0.5)),
        ("trunc_normal", ("trunc_normal", 0.02)),
        ({"constant": -1}, ("constant", -1.0)),
        ({"uniform": 0}, ("uniform", 0.0)),
        ({"kaiming_uniform": "fan_in"}, ("kaiming_uniform", "fan_in")),
        ({"zeros": None}, ("zeros", None)),
    ],
    ids=str,
)
def test_rule(value, rule):
    assert read_rule("linear", value) == Rule(*rule)


@pytest.mark.parametrize(
    ("kind", "value", "message", "hint"),
    [
        ("conv", "kaiming_norml", "unknown initialisation of conv 'kaiming_norml'", "did you mean 'kaiming_normal'?"),
        ("norm", "kaiming_normal", "kaiming_normal needs a matrix, the weight of norm is a vector", "known: default, zeros"),
        ("conv", "uniform", "uniform needs a bound", "such as {uniform: 0.01}"),
        ("conv", {"zeros": 1}, "zeros takes no number, 1 came", "write zeros alone"),
        ("conv", {"normal": "wide"}, "the deviation of normal expected a number, 'wide' came", ""),
        ("conv", {"normal": True}, "the deviation of normal expected a number, true came", ""),
        ("conv", {"normal": float("nan")}, "the deviation of normal expected a number, nan came", ""),
        ("conv", {"normal": -1}, "the deviation of normal must not be negative, -1 came", ""),
        ("conv", {"kaiming_normal": "fan_on"}, "kaiming_normal takes fan_in or fan_out, 'fan_on' came", "did you mean 'fan_in'?"),
        ("conv", {"kaiming_normal": 2}, "kaiming_normal takes fan_in or fan_out, 2 came", ""),
        ("conv", {}, "expected one word with its number, such as {normal: 0.01}; 0 keys came", ""),
        ("conv", 3, "expected the name of a rule, 3 came", "known: default"),
        ("conv", None, "expected the name of a rule, ~ (not given) came", "known: default"),
    ],
    ids=str,
)
def test_mistakes(kind, value, message, hint):
    with pytest.raises(ArgumentError) as caught:
        read_rule(kind, value)
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


def test_unknown_kind_of_layer():
    with pytest.raises(ArgumentError, match="unknown kind of layer 'cnv'") as caught:
        read_init({"cnv": "zeros"})
    assert caught.value.hint == "did you mean 'conv'?"


@pytest.mark.parametrize("kind", DEFAULTS)
def test_schema_offers_what_the_reader_takes(kind):
    words, mapping = schema(kind)["anyOf"]
    for word in words["enum"]:
        read_rule(kind, word)
    for word in mapping["properties"]:
        read_rule(kind, {word: "fan_in" if WORDS[word].parameter == "fan" else 0.5})
    assert set(words["enum"]) | set(mapping["properties"]) == set(allowed(kind))
