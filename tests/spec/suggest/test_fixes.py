"""Each fix that is offered for a mistake, applied to the text, leaves no trace of the mistake."""

import pickle
from pathlib import Path

import pytest

from archdsl.errors import Diagnostic, SpecError
from archdsl.net import loads
from archdsl.spec.suggest.edits import apply
from archdsl.spec.suggest.fixes import fixes

HEAD = "input: [3, 32, 32]\n"


def mistakes(text: str) -> list[Diagnostic]:
    """All that is wrong with a text, warnings too."""
    try:
        net = loads(text)
        net.graph()
    except SpecError as error:
        return list(error.diagnostics)
    return list(net.warnings)


def mended(text: str, take: int = 0) -> str:
    """The text with the fix of this number for its first mistake."""
    offered = fixes(mistakes(text)[0])
    assert offered, str(mistakes(text)[0])
    return apply(text, offered[take].edits)


def net(*steps: str, more: str = "") -> str:
    return HEAD + more + "net:\n" + "".join(f"  - {step}\n" for step in steps)


MISTAKES = {
    "operator": (net("rellu"), "- relu\n"),
    "operator of another tool": (net("batchnorm2d"), "- norm\n"),
    "knob without its sign": (net("conv: {out: wide, kernel: 3}", more="knobs: {wide: 8}\n"), "{out: $wide, kernel: 3}"),
    "argument": (net("conv: {out: 16, kernal: 3}"), "kernel: 3"),
    "argument of another tool": (net("conv: {out_channels: 16}"), "{out: 16}"),
    "argument that is known": (net("conv: {in_channels: 3, out: 16}"), "conv: {out: 16}"),
    "argument that is known, last": (net("conv: {out: 16, in_channels: 3}"), "conv: {out: 16}"),
    "argument that is known, in a line of its own": (
        HEAD + "net:\n  - conv:\n      out: 16\n      in_channels: 3\n  - relu\n",
        "      out: 16\n  - relu",
    ),
    "modifier among arguments": (net("conv: {out: 16, name: first}"), "- conv: {out: 16}\n    name: first\n"),
    "modifier among arguments in braces": (
        net("{conv: {name: first, out: 16}, repeat: 2}"),
        "{conv: {out: 16}, name: first, repeat: 2}",
    ),
    "modifier": (net("{conv: 16, nmae: first}"), "name: first"),
    "block of the zoo": (net("conv_norm: 16"), "import: [blocks/mobile]\n"),
    "block of the zoo beside an import": (
        "import: blocks/plain\n" + net("conv_norm: 16"),
        "import: [blocks/plain, blocks/mobile]\n",
    ),
    "block of the zoo beside imports": (
        "import: [blocks/plain]\n" + net("conv_norm: 16"),
        "import: [blocks/plain, blocks/mobile]\n",
    ),
    "block of the zoo beside lines": (
        "import:\n  - blocks/plain\n" + net("conv_norm: 16"),
        "  - blocks/plain\n  - blocks/mobile\n",
    ),
    "misspelt block of the zoo": (net("conv_nrm: 16"), "conv_norm: 16"),
    "name": (net("conv: $widht", more="knobs: {width: 16}\n"), "conv: $width"),
    "name in quotes": (net('conv: "max($widht, 8)"', more="knobs: {width: 16}\n"), '"max($width, 8)"'),
    "function": (net("conv: ruond8($in*2)"), "round8($in*2)"),
    "label": (net("{conv: 3, as: first}", "{add: {}, from: [in, frist]}"), "[in, first]"),
    "label with a sign": (net("{conv: 3, as: first}", "{add: {}, from: [in, first], when: $first}"), "when: first"),
    "key": ("inptu: [3, 32, 32]\nnet: [relu]\n", "input: [3"),
    "key of another tool": (HEAD + "layers: [relu]\n", "net: [relu]"),
    "no input": ("archdsl: 1\nname: a\nnet: [relu]\n", "name: a\ninput: [3, 224, 224]\nnet"),
    "version": ("archdsl: 2\n" + net("relu"), "archdsl: 1\n"),
    "type": (net("conv: $width", more="knobs: {width: {default: 8, type: integer}}\n"), "type: int}"),
    "choice": (
        net("$act", more="knobs: {act: {default: relu6, choices: [relu, relu6]}}\n").replace("default: relu6", "default: rellu6"),
        "default: relu6",
    ),
    "word of an operator": (net("upsample: {scale: 2, mode: nearset}"), "mode: nearest"),
    "true": (net("conv: {out: 16, bias: yes}"), "bias: true"),
    "true of a knob": (net("{relu: {}, when: $deep}", more="knobs: {deep: {default: off, type: bool}}\n"), "default: false"),
    "key given twice": (net("conv: {out: 16, kernel: 3, out: 8}"), "{out: 16, kernel: 3}"),
    "key given twice in lines": ("name: a\nname: b\n" + net("relu"), "name: a\ninput"),
    "duplicate knob over lines": (
        net("conv: $a", more="knobs:\n  a: 8\n  a:\n    default: 9\n    doc: again\n"),
        "  a: 8\nnet",
    ),
    "row too short": (
        net("table:\n      columns: [op, out, s]\n      rows:\n        - [conv, 16]").replace(", s]", ", stride]"),
        "[conv, 16, ~]",
    ),
    "no column of operators": (
        net("table:\n      columns: [out, stride]\n      rows:\n        - [conv, 16, 2]"),
        "columns: [op, out, stride]",
    ),
    "column": (net("table:\n      columns: [op, out, strid]\n      rows:\n        - [conv, 16, 2]"), "[op, out, stride]"),
    "no join": (HEAD + "net:\n  - fork:\n    paths: [[relu], []]\n", "\n    join: concat\n"),
    "no join in braces": (net("{fork: ~, paths: [[relu], []]}"), "[]], join: concat}"),
    "fork with a number": (net("{fork: 2, paths: [[relu], []], join: add}"), "{fork: , paths"),
    "equals": (net("{relu: {}, when: $in = 3}"), "$in == 3"),
    "and": (net("{relu: {}, when: $in > 2 && $in < 9}"), "and"),
    "not": (net('{relu: {}, when: "!$deep"}', more="knobs: {deep: true}\n"), "not $deep"),
    "power": (net("conv: $in^2"), "$in**2"),
    "whole number": (net("conv: $in/2"), "round8($in/2)"),
    "dollar in braces": (net("conv: ${width}", more="knobs: {width: 16}\n"), "conv: $width"),
    "curly quotes": (net("conv: “max($in, 8)”"), 'conv: "max($in, 8)"'),
    "minus sign": (net("conv: 20 − $in"), "20 - $in"),
    "formula with a comma": (net("conv: {out: max($in, 8), kernel: 3}"), '{out: "max($in, 8)", kernel: 3}'),
    "bare dash": (net("table:\n      columns: [op, out, stride]\n      rows:\n        - [conv, 16, -]"), "[conv, 16, ~]"),
    "no space behind a dash": (HEAD + "net:\n  - conv: 16\n  -relu\n", "  - relu\n"),
    "tab": (HEAD + "net:\n\t- relu\n", "  - relu\n"),
    "bracket": ("input: [3, 32, 32\nnet: [relu]\n", "input: [3, 32, 32]\n"),
    "brace": (net("conv: {out: 16", "relu"), "{out: 16}\n"),
    "quote": ('doc: "What it is\n' + net("relu"), 'doc: "What it is"\n'),
    "colon in a text": ("doc: a net: small\n" + net("relu"), 'doc: "a net: small"\n'),
    "sign of YAML": ("source: @home\n" + net("relu"), 'source: "@home"\n'),
    "index in braces": (net("{conv: {out: $widths[0]}}", more="knobs: {widths: [8, 16]}\n"), '"$widths[0]"'),
    "knob that nothing reads": (net("relu", more="knobs: {spare: 2}\n"), "knobs: {}"),
    "knob that nothing reads, in a line": (net("conv: $a", more="knobs:\n  a: 8\n  spare: 2\n"), "  a: 8\nnet"),
    "import": ("import: [blocks/mobil]\n" + net("conv_norm: 16"), "[blocks/mobile]"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_first_fix_mends(name: str) -> None:
    text, wanted = MISTAKES[name]
    first = mistakes(text)[0]
    fixed = mended(text)
    assert wanted in fixed
    left = mistakes(fixed)
    assert (first.message, first.hint) not in {(found.message, found.hint) for found in left}
    assert len(left) < len(mistakes(text)) or left[0].message != first.message


def test_pairs_of_curly_quotes_go_together() -> None:
    assert mended(net("conv: “max($in, 8)”")) == net('conv: "max($in, 8)"')


def test_several_fixes() -> None:
    text = net("conv: $in/2")
    found = mistakes(text)[0]
    assert [change.title for change in fixes(found)] == ["Write round8($in/2)", "Write floor($in/2)", "Write ceil($in/2)"]
    for change in fixes(found):
        assert not mistakes(apply(text, change.edits))


def test_none_where_the_hint_leaves_it_open() -> None:
    for text in (
        net("conv: {}"),
        net("zzzzzzzz"),
        "net: [relu, [norm]]\ninput: [3, 8, 8]\n",
        net("conv: 16) + ("),
        "a: [\n]]]\n{",
    ):
        assert all(not fixes(found) for found in mistakes(text)), text


def test_a_fix_that_does_not_help_is_not_offered() -> None:
    """The quote is closed elsewhere, so that one more at the end of the line would break the text in another place."""
    (found,) = mistakes('doc: "a\nname: b\ninput: [3, 8, 8]\nnet: ["relu"]\n')[:1]
    assert not fixes(found)


def test_mistake_in_an_imported_file(tmp_path: Path) -> None:
    """The edits are of the text that the mark is in."""
    (tmp_path / "own.yaml").write_text("blocks:\n  mine:\n    body: [{conv: {ot: $in}}]\n")
    with pytest.raises(SpecError) as caught:
        loads("import: [own]\n" + net("mine"), path=tmp_path / "net.yaml")
    (found,) = caught.value.diagnostics
    assert found.mark is not None
    assert "{conv: {out: $in}}" in apply(found.mark.source.text, fixes(found)[0].edits)


def test_hints_are_texts_that_survive_a_process() -> None:
    found = mistakes(net("rellu"))[0]
    again = pickle.loads(pickle.dumps(SpecError([found]))).diagnostics[0]
    assert again.hint == "did you mean 'relu'?"
    assert fixes(again)[0].title == "Write relu"
