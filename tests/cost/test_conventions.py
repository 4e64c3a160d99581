"""Conventions are data: those that are shipped, those of users, and what is wrong with a file."""

import subprocess
import sys
from fractions import Fraction

import pytest
from graphs import chain
from operators import KNOWN

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.convention import rule_in_words
from archdsl.cost.counting.convention_file import read_convention
from archdsl.cost.counting.conventions import convention_names, load_convention
from archdsl.cost.counting.explain import explain
from archdsl.errors import BackendError, InputError, Source, SpecError
from archdsl.ops import OPERATORS

MINE = """
convention: multiplications
doc: Multiplications only.
unit: multiplications
count:
  conv: {macs: 1}
  mul: {joins: 1}
  relu: 0
  adaptive_pool: {mode: {avg: {out: 1}, max: 0}}
  norm: {input: {map: {in: 1/2}}}
not_counted: [flatten]
"""


def parse(text):
    return read_convention(Source("mine.yaml", text))


def errors(text):
    with pytest.raises(SpecError) as caught:
        parse(text)
    return [
        f"{d.mark.line + 1}:{d.mark.column + 1} {d.message}" + (f" ({d.hint})" if d.hint else "")
        for d in caught.value.diagnostics
    ]


def test_shipped():
    assert convention_names() == ["fvcore", "ptflops", "ptflops-2021", "thop", "torch", "torchinfo"]
    for name in convention_names():
        convention = load_convention(name)
        assert convention.name == name
        assert convention.doc
        assert convention.unit
        assert convention.version


def test_shipped_say_zero_for_what_computes_nothing():
    for name in convention_names():
        rules = load_convention(name).rules
        assert all(rules[word] == () for word in ("identity", "dropout", "slice", "flatten", "concat", "shuffle", "shift", "pad"))
        assert set(rules) <= set(OPERATORS)


def test_what_reaches_nothing():
    """A convention counts it or does not, the sum and its layers alike; the layers stay in the bill."""
    graph = chain((2, 4, 4), ("conv", {"out": 3}), ("conv", {"out": 5}), ("conv", {"out": 5}))
    graph.output = "conv_1"
    bill = Bill(graph)
    assert sorted(bill.dead) == [2]
    assert bill.macs == 16 * (6 + 15 + 25)
    assert bill.count("thop").layers == [96, 240, 400]
    assert bill.count("fvcore").layers == [96, 240, None]
    assert bill.flops["fvcore"] == 336
    assert sum(value * times for value, times in bill.count("fvcore").parts()) == 336
    mine = parse(MINE + "dead: not_counted\n")
    assert bill.count(mine).layers == [96, 240, None]
    assert errors(MINE + "dead: perhaps\n") == ["12:7 'dead' is counted or not_counted; perhaps came"]
    drops = explain(bill, "thop", "fvcore").drops
    assert [(d.word, d.difference) for d in drops] == [("conv", -400)]
    assert drops[0].rules == (("MACs", "MACs"), ("MACs", "not counted where its output reaches nothing"))


def test_rules_by_argument_and_by_what_arrives():
    convention = parse(MINE)
    graph = chain((2, 4, 4), "norm", "adaptive_pool", ("adaptive_pool", {"mode": "max"}), "flatten", "norm")
    counted = Bill(graph).count(convention)
    assert counted.layers == [16, 2, 0, None, None]
    assert counted.total == 18


def test_an_operator_that_a_convention_does_not_name_is_refused():
    """Zero, not counted and unknown stay apart."""
    with pytest.raises(BackendError) as caught:
        Bill(chain((2, 4, 4), "flatten", "gelu")).count(parse(MINE))
    assert str(caught.value) == (
        "the convention multiplications has no rule for the operator gelu, which 'gelu_1' uses: it stands neither under count nor "
        "under not_counted ('not_counted: others' leaves out whatever has no rule)"
    )
    others = parse(MINE.replace("[flatten]", "others"))
    assert Bill(chain((2, 4, 4), "flatten", "gelu")).count(others).layers == [None, None]


def test_shipped_name_every_operator():
    for name in convention_names():
        convention = load_convention(name)
        assert convention.not_counted is not None
        assert set(convention.rules) | convention.not_counted == KNOWN
        assert not set(convention.rules) & convention.not_counted


def test_a_fraction_of_a_count_stays_exact():
    graph = chain((1, 3, 3), "norm")
    assert Bill(graph).count(parse(MINE)).total == Fraction(9, 2)


def test_rules_in_words():
    convention = load_convention("thop")
    graph = chain((2, 4, 4), "norm", "relu", "hswish", ("conv", {"out": 2}))
    words = [rule_in_words(convention.terms(node, graph.input_shapes(node))) for node in graph if node.inputs]
    assert words == ["4 per input", "0", "not counted", "MACs"]


def test_beside_a_spec_and_by_path(tmp_path):
    folder = tmp_path / "conventions"
    folder.mkdir()
    (folder / "mine.yaml").write_text(MINE)
    assert load_convention("mine", tmp_path).name == "multiplications"
    assert load_convention(folder / "mine.yaml").name == "multiplications"


def test_the_name_of_a_shipped_convention_is_taken(tmp_path):
    folder = tmp_path / "conventions"
    folder.mkdir()
    (folder / "thop.yaml").write_text(MINE)
    with pytest.raises(InputError, match="'thop' is the name of a shipped convention"):
        load_convention("thop", tmp_path)
    assert load_convention(folder / "thop.yaml").name == "multiplications"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("thopp", "no convention 'thopp'; did you mean 'thop'?"),
        ("x", "no convention 'x'; known: fvcore, ptflops, ptflops-2021, thop, torch, torchinfo"),
        ("conventions/mine.yaml", "no such file: conventions/mine.yaml"),
    ],
)
def test_not_found(target, message):
    with pytest.raises(InputError) as caught:
        load_convention(target)
    assert str(caught.value).startswith(message)


def test_all_mistakes_at_once():
    text = """\
convention: mine
units: MACs
count:
  convv: {macs: 1}
  conv: {mac: 1}
  relu: 1
  gelu: [1]
  norm: {affine: {yes: {in: 1}}}
  linear: {macs: one}
  maxpool: {mode: {avg: {in: 1}}}
  upsample: {mode: {nearest: 0}, out: 1}
"""
    rule = "(write 0 for an operator that counts as nothing, and list one that is not counted under not_counted)"
    assert errors(text) == [
        "2:1 unknown key of a convention 'units' (did you mean 'unit'?)",
        "4:3 unknown operator 'convv' (did you mean 'conv'?)",
        "5:10 unknown quantity 'mac' (did you mean 'macs'?)",
        f"6:9 a rule is 0 or weights of quantities (relu: {{out: 1}}), the number 1 came {rule}",
        f"7:9 a rule is 0 or weights of quantities (gelu: {{out: 1}}), a list came {rule}",
        "8:19 unknown value of 'affine' 'yes' (known: true, false)",
        "9:18 the weight of 'macs' must be a number, 'one' came",
        "10:13 unknown argument to count maxpool by 'mode' (known: input, places, stride, ceil)",
        "11:14 rules by 'mode' stand alone (put the other weights inside each of its cases)",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "1:1 a convention is a mapping (convention: …, count: …), a list came"),
        ("count: 3\nconvention: x", "1:8 'count' is a mapping from operators to rules, the number 3 came"),
        ("doc: x", "1:1 a convention needs 'convention', its name"),
        ("not_counted: [conv, linaer]", "1:21 unknown operator 'linaer' (did you mean 'linear'?)"),
        ("not_counted: 3", "1:14 'not_counted' is a list of operators, or others; the number 3 came"),
        ("count: {conv: 0}\nnot_counted: [conv]", "2:15 'conv' stands under count and under not_counted"),
        ("convention: [a]\ncount: {conv: 0}", "1:13 'convention' must be a text, a list came"),
    ],
)
def test_not_a_convention(text, message):
    assert message in errors(text)


IN_PYTHON = (
    "import archdsl; from archdsl.cost.memory.peak import memory; net = archdsl.load('dpnet'); bill = net.cost();"
    "dict(bill.flops); bill.flops('ptflops-2021'); memory(net.graph()).peak_activation_bytes"
)
AS_A_COMMAND = "from archdsl.cli.main import run; run({args!r}.split())"


@pytest.mark.parametrize(
    "code",
    [
        IN_PYTHON,
        *(
            AS_A_COMMAND.format(args=f"cost dpnet {options}")
            for options in ("", "--json", "--by block --convention thop", "--memory", "--explain thop..fvcore", "--csv")
        ),
    ],
)
def test_needs_neither_torch_nor_numpy(code, tmp_path):
    code = f"import sys; {code}; print([m for m in ('torch', 'numpy', 'networkx') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.splitlines()[-1] == "[]"
