"""YAML as nodes: scalars by YAML 1.2 with exact numbers, places, and texts that need bytes of their own."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.errors import Source, SpecError
from archdsl.spec.report import Report
from archdsl.spec.scalars import resolve
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, compose


def read(text: str) -> Node:
    return compose(Source("text", text))


def plain(node: Node) -> Any:
    """A tree as Python data."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.pairs}


SCALARS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "False": False,
    "no": "no",
    "yes": "yes",
    "on": "on",
    "off": "off",
    "n": "n",
    "nUll": "nUll",
    "0": 0,
    "017": 17,
    "0o17": 15,
    "0x1F": 31,
    "0b11": "0b11",
    "-5": -5,
    "+5": 5,
    "1_000": "1_000",
    "12:30:45": "12:30:45",
    "2020-01-01": "2020-01-01",
    "0.1": Fraction(1, 10),
    ".5": Fraction(1, 2),
    "1.": 1,
    "1e-5": Fraction(1, 100000),
    "1E3": 1000,
    "1/2": Fraction(1, 2),
    "4 / 2": 2,
    "-1/3": Fraction(-1, 3),
    "1/0": "1/0",
    ".inf": ".inf",
    ".nan": ".nan",
    "1e99": 10**99,
    "1e100": "1e100",
    "9" * 61: "9" * 61,
    "١": "١",
    "-": "-",
    "+": "+",
    ".": ".",
    "=": "=",
    "<<": "<<",
}


@pytest.mark.parametrize("text", SCALARS)
def test_scalars(text: str) -> None:
    found = resolve(text)
    assert found == SCALARS[text]
    assert type(found) is type(SCALARS[text])


def test_quoted_scalars_are_words() -> None:
    assert plain(read("[\"1\", '~', 'true', \"a\\nb\"]")) == ["1", "~", "true", "a\nb"]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_value(text: str) -> None:
    value = resolve(text) if text else None
    assert value is None or isinstance(value, (bool, int, Fraction, str))


TREES = st.recursive(
    st.one_of(st.integers(-100, 100), st.booleans(), st.none(), st.text("abcxyz ,:[]{}-#'\"&*!|>%@`$().", max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdef", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(TREES, st.booleans())
def test_what_pyyaml_writes_is_read_back(tree: Any, flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True)
    assert plain(read(text)) == tree


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(" \n-:[]{},'\"#&*!|>%@`~abx12$?\t"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text raises anything but a SpecError, and every error has its place inside of the text."""
    try:
        read(text)
    except SpecError as error:
        for found in error.diagnostics:
            assert found.mark is not None
            assert found.mark.line < max(len(found.mark.source.lines), 1)
            assert "^" in str(found)


def test_marks_cover_their_text() -> None:
    root = read("a: [one, 'two']\nb:\n  c: $in * 2\n")
    assert isinstance(root, Mapping)
    first = root.get("a")
    assert isinstance(first, Sequence)
    assert [item.mark.text for item in first.items] == ["one", "'two'"]
    inner = root.get("b")
    assert isinstance(inner, Mapping)
    assert inner.get("c").mark.text == "$in * 2"  # type: ignore[union-attr]
    assert str(inner.get("c").mark) == "text:3:6"  # type: ignore[union-attr]


def test_aliases() -> None:
    assert plain(read("a: &x [1, 2]\nb: *x\nc: *x\n")) == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}


def test_a_formula_cut_at_commas_is_put_together() -> None:
    report = Report()
    root = compose(Source("text", "{a: max(1, min($x, 3)), b: [floor($y, 2), 3], c: (d), e: f(g}"), None, report)
    assert plain(root) == {"a": "max(1, min($x, 3))", "b": ["floor($y, 2)", 3], "c": "(d)", "e": "f(g"}
    told = [found.message for found in report.errors]
    assert told == ["'max(1, min($x, 3))' is cut at its comma", "'floor($y, 2)' is cut at its comma"]


# -- bytes ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], str]:
    """What is said of a file of these bytes."""
    monkeypatch.chdir(tmp_path)

    def told(data: bytes) -> str:
        Path("net.yaml").write_bytes(data)
        with pytest.raises(archdsl.ArchdslError) as caught:
            archdsl.load("net.yaml")
        return str(caught.value)

    return told


SPEC = b"archdsl: 1\ninput: [3, 32, 32]\nnet:\n  - reluu\n"


@pytest.mark.parametrize(
    "data", [SPEC, b"\xef\xbb\xbf" + SPEC, SPEC.replace(b"\n", b"\r\n"), SPEC.replace(b"\n", b"\r"), SPEC[:-1]]
)
def test_line_ends_and_byte_order_marks(data: bytes, message: Callable[[bytes], str]) -> None:
    told = message(data)
    assert told.startswith("net.yaml:4:5: error: unknown operator or block 'reluu'\n  4 |   - reluu\n    |     ^^^^^\n")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"archdsl: 1\nname: caf\xe9\n", "net.yaml:2:10: error: the file is not UTF-8"),
        (b"name: \xed\xa0\x80\n", "net.yaml:1:7: error: the file is not UTF-8"),
        ("archdsl: 1\n".encode("utf-16"), "net.yaml:1:1: error: the file is not UTF-8"),
        (b"archdsl: 1\nname: a\0b\n", "net.yaml:2:8: error: not YAML: the control character U+0000 is not allowed"),
        (b"# caf\xc3\xa9 \x0b\nname: b\n", "net.yaml:1:8: error: not YAML: the control character U+000B is not allowed"),
        (b"a: 1\r\nb: \x07\r\n", "net.yaml:2:4: error: not YAML: the control character U+0007 is not allowed"),
    ],
)
def test_characters_that_no_spec_may_hold(data: bytes, place: str, message: Callable[[bytes], str]) -> None:
    told = message(data)
    assert told.startswith(place)
    assert "^" in told
