"""What is suggested at a place of a text that is being typed, and what is said of the word there. `|` is the cursor."""

from pathlib import Path

import pytest

from archdsl.errors import SpecError
from archdsl.net import loads
from archdsl.spec.locate import zoo
from archdsl.spec.suggest.complete import Completion, Told, complete, hover
from archdsl.spec.suggest.edits import apply

HEAD = "input: [3, 32, 32]\n"
DPNET = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")


def place(text: str) -> tuple[str, int, int]:
    before, after = text.split("|", 1)
    return before + after, before.count("\n"), len(before) - before.rfind("\n") - 1


def at(text: str, path: Path | None = None) -> Completion | None:
    return complete(*place(text), path)


def labels(text: str) -> list[str]:
    found = at(text)
    return [one.label for one in found.suggestions] if found else []


def taken(text: str, label: str) -> str:
    """The text after a suggestion was taken."""
    plain, line, _ = place(text)
    found = at(text)
    assert found is not None
    one = next(one for one in found.suggestions if one.label == label)
    lines = plain.split("\n")
    lines[line] = lines[line][: found.start] + one.apply + lines[line][found.end :]
    return apply("\n".join(lines), one.edits)


PLACES = {
    "key of the file": ("na|", ["name"]),
    "key of the file below a broken line": ("knobs: {a: 1\nne|", ["net", "name"]),
    "field of a knob": ("knobs:\n  w: {default: 1, ra|", ["range"]),
    "field of a knob in lines": ("knobs:\n  w:\n    ran|", ["range"]),
    "type": ("knobs: {w: {type: n|", ["number"]),
    "type of an argument": ("blocks:\n  b:\n    args: {a: wo|}", ["word"]),
    "operator": (HEAD + "net:\n  - rel|", ["relu", "relu6"]),
    "operator in a list at the margin": (HEAD + "net:\n- rel|\n- norm", ["relu"]),
    "operator in a path": (HEAD + "net:\n  - fork:\n    paths:\n      - - relu\n        - hsw|", ["hswish"]),
    "operator in brackets": (HEAD + "net:\n  - fork:\n    paths: [[relu, hsw|", ["hswish"]),
    "block of the file": ("blocks:\n  own_part:\n    body: [relu]\nnet:\n  - own|", ["own_part"]),
    "block of an import": ("import: [blocks/mobile]\nnet:\n  - sque|", ["squeeze_excite"]),
    "block of the zoo": (HEAD + "net:\n  - conv_nor|", ["conv_norm"]),
    "argument": (HEAD + "net:\n  - conv: {out: 16, ker|", ["kernel"]),
    "argument with the rest behind it": (HEAD + "net:\n  - conv: {out: 16, ker|}\n  - relu", ["kernel"]),
    "argument in lines": (HEAD + "net:\n  - conv:\n      out: 16\n      pa|\n  - relu", ["padding"]),
    "argument of a block": ("import: [blocks/mobile]\nnet:\n  - conv_norm: {out: 8, k|", ["kernel"]),
    "choice": (HEAD + "net:\n  - upsample: {mode: bil|", ["bilinear"]),
    "true": (HEAD + "net:\n  - conv: {out: 16, bias: t|", ["true"]),
    "choice of a knob": (
        "knobs: {act: {default: relu, choices: [relu, gelu]}}\nnet:\n  - {norm: {}, when: $act == |",
        ['"relu"', '"gelu"'],
    ),
    "activation": ("import: [blocks/mobile]\nnet:\n  - conv_norm: {out: 16, nl: hsw|", ["hswish"]),
    "modifier": (HEAD + "net:\n  - conv: 16\n    rep|", ["repeat"]),
    "modifier in braces": (HEAD + "net:\n  - {conv: 16, rep|", ["repeat"]),
    "beside a fork": (HEAD + "net:\n  - fork:\n    jo|", ["join"]),
    "join": (HEAD + "net:\n  - fork:\n    paths: [[], [relu]]\n    join: conc|", ["concat"]),
    "knob": ("knobs: {wide: 1}\nnet:\n  - {conv: {out: $wi|}, name: a}", ["$wide", "$width"]),
    "knob in quotes": ('knobs: {wide: 1}\nnet:\n  - {conv: {out: "max($wi|, 8)"}}', ["$wide"]),
    "argument of the block around": ("blocks:\n  b:\n    args: {fraction: number}\n    body:\n      - conv: $fr|", ["$fraction"]),
    "loop variable": (HEAD + "net:\n  - {conv: $si|, for: {size: [8, 16]}}", ["$size"]),
    "function": (HEAD + "net:\n  - conv: {out: 2*$in + ro|", ["round8", "round"]),
    "condition": ("knobs: {deep: true}\nnet:\n  - {relu: {}, when: not $de|", ["$deep"]),
    "import": ("import: [blocks/mob|", ["blocks/mobile"]),
    "import in lines": ("import:\n  - blocks/mob|", ["blocks/mobile"]),
    "base": ("extends: dpn|", ["dpnet"]),
    "label": (HEAD + "net:\n  - {conv: 1, as: first}\n  - {add: {}, from: [|", ["in", "first"]),
    "column": (HEAD + "net:\n  - table:\n      columns: [op, out, str|", ["stride"]),
    "columns below each other": (
        HEAD + "net:\n  - table:\n      columns: # of rows\n        - op\n        - 'out' # channels\n      scale: {|",
        ["out"],
    ),
    "columns of what is extended": ("extends: dpnet\nrows:\n  3: {ex|", ["exp"]),
    "table": (HEAD + "net:\n  - table:\n      co|", ["columns"]),
    "kind of layer": ("init: {li|", ["linear"]),
    "rule": ("init: {linear: nor|", ["normal"]),
    "default of an operator": ("defaults: {conv: {bi|", ["bias"]),
    "figure": ("reported:\n  - {par|", ["params"]),
    "cell of an operator": (DPNET.replace("[dp_a,             72", "[dp|_a,             72"), ["dp_a", "dp_b"]),
    "cell of true and false": (DPNET.replace("16,   16,  false, relu", "16,   16,  |, relu"), ["true", "false", "~"]),
    "cell of an activation": (DPNET.replace("16,   16,  false, relu", "16,   16,  false, hs|"), ["hswish"]),
    "scale": (DPNET.replace("round8($value*$width*", "round8($value*$wid|*"), ["$width"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_suggested(name: str) -> None:
    text, wanted = PLACES[name]
    found = labels(text)
    assert [label for label in found if label in wanted] == wanted
    assert len(found) < 60 or not text.split("|")[0][-1].isalpha()


def test_what_is_given_is_not_suggested_again() -> None:
    assert "out" not in labels(HEAD + "net:\n  - conv: {out: 16, |")
    assert "kernel" not in labels(HEAD + "net:\n  - conv:\n      |\n      kernel: 3\n")
    assert {"name", "when"} & set(labels(HEAD + "net:\n  - {conv: 16, name: a, |")) == {"when"}


def test_nothing_in_texts_and_comments() -> None:
    for text in ("# na|", "doc: >-\n  na|\nnet: [relu]", "name: rel|", "net: [relu] # na|", "net:|"):
        assert at(text) is None, text


def test_taken_suggestions_are_whole() -> None:
    """What is taken can be read on: the colon of a key, the import of a block, the dash of a step."""
    assert taken("na|", "name") == "name: "
    assert taken("na|: x", "name") == "name: x"
    assert taken("net:\n  rel|", "relu") == "net:\n  - relu"
    assert taken("net:\n  - rel|", "relu") == "net:\n  - relu"
    assert taken("net:\n  - con|", "conv") == "net:\n  - conv: "
    assert taken(HEAD + "net: [conv: {out: ro|", "round8").endswith("{out: round8(")
    text = taken(HEAD + "net:\n  - conv_nor|: 16\n", "conv_norm")
    assert text == HEAD.replace("input", "import: [blocks/mobile]\ninput") + "net:\n  - conv_norm: 16\n"
    assert loads(text).graph()


def test_blocks_of_broken_texts_stay_known() -> None:
    """A mistake in one block or knob hides nothing of the others."""
    knobs = "knobs:\n  good: 1\n  bad: {default: [1, range: }\n"
    text = f"{knobs}blocks:\n  one: {{body: [relu]}}\n  two: {{body: [relu}}\n  three: {{body: [norm]}}\nnet:\n  - |"
    found = labels(text)
    assert {"one", "three"} <= set(found)
    assert "$good" in labels(text.replace("- |", "- conv: $|"))


def test_imports_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "knobs: {shade: {default: 3, doc: how dark}}\nblocks:\n  my_part: {args: {out: int}, body: [conv: $out]}\n"
    )
    path = tmp_path / "net.yaml"
    found = at("import: [mine]\nnet:\n  - my|", path)
    assert found is not None
    assert next(one.label for one in found.suggestions) == "my_part"
    assert "mine" in [one.label for one in (at("import: |", path) or found).suggestions]
    told = hover(*place("import: [mine]\nnet:\n  - conv: $sha|de"), path)
    assert told == Told(10, 16, "$shade: 3", "how dark\nDefault 3; may be int.\nDeclared in mine.")
    assert at("import: [../mine]\nnet:\n  - my_p|", path) is None or "my_part" not in labels("import: [../mine]\nnet:\n  - my_p|")


TOLD = {
    "con|v: 16": ("conv: out, kernel, stride…", "Convolution over"),
    "conv: {out: 16, ker|nel: 3}": ("kernel: 1", "height and width of the kernel"),
    "{relu: {}, wh|en: true}": ("when", "left out"),
    "conv: $i|n": ("$in", "channels that arrive"),
    "conv: rou|nd8($in)": ("round8: 1 to 2 arguments", "nearest multiple of 8"),
}


@pytest.mark.parametrize("step", TOLD)
def test_told(step: str) -> None:
    title, doc = TOLD[step]
    told = hover(*place(HEAD + f"net:\n  - {step}\n"))
    assert told is not None
    assert told.title == title
    assert doc in told.doc


def test_told_of_blocks_and_cells() -> None:
    told = hover(*place(DPNET.replace("- [dp_b,             64", "- [dp|_b,             64")))
    assert told is not None
    assert told.title.startswith("dp_b: exp, out")
    assert "Defined in blocks/partial." in told.doc
    assert hover(*place(DPNET.replace("64,   24", "6|4,   24"))) is None


def test_every_place_of_the_zoo() -> None:
    """No place of any text makes it stumble, whole or cut off there."""
    text = DPNET
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for column in range(0, len(line) + 1, 13):
            complete(text, number, column)
            cut = "\n".join([*lines[:number], line[:column]])
            hover(cut, number, column)
    for text in ("", "\n\n", "{", "[[[", "- - -", ": :", "a: [b, {c: 'd", "\t", "\u00a0x: 1", "net:\n- {|"):
        for number in range(text.count("\n") + 1):
            complete(text, number, 99)
            hover(text, number, 0)


def test_suggested_arguments_are_known() -> None:
    """What is suggested as an argument is one, by the checks themselves."""
    found = labels(HEAD + "net:\n  - conv: {|}")
    text = HEAD + f"net:\n  - conv: {{{', '.join(f'{label}: wrong' for label in found)}}}"
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert found
    assert "unknown" not in str(caught.value)
