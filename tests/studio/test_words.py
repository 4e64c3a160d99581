"""Questions about words of a draft, and mistakes with their fixes, as pages get them."""

import json

import pytest

from archdsl.errors import InputError, SpecError
from archdsl.net import loads
from archdsl.studio.problems import problem
from archdsl.studio.words import complete, hover


class Silent:
    def part(self, name: str, value: object) -> None:
        raise AssertionError("no parts")

    def progress(self, share: float, words: str = "") -> None:
        raise AssertionError("no progress")


DRAFT = {"text": "input: [3, 32, 32]\nnet:\n  - conv_nor\n", "name": "a.yaml"}


def test_complete() -> None:
    found = complete({"draft": DRAFT, "line": 2, "column": 12}, Silent())
    assert found is not None
    assert (found["from"], found["to"]) == (4, 12)
    (option,) = [one for one in found["options"] if one["label"] == "conv_norm"]
    assert option["apply"] == "conv_norm: "
    assert option["edits"] == [{"line": 0, "column": 0, "endLine": 0, "endColumn": 0, "text": "import: [blocks/mobile]\n"}]
    assert json.loads(json.dumps(found)) == found


def test_hover() -> None:
    found = hover({"draft": DRAFT, "line": 0, "column": 2}, Silent())
    assert found is not None
    assert (found["from"], found["to"], found["title"]) == (0, 5, "input")
    assert hover({"draft": DRAFT, "line": 2, "column": 6}, Silent()) is None


@pytest.mark.parametrize(
    "place", [{}, {"line": 1}, {"line": -1, "column": 0}, {"line": "1", "column": 0}, {"line": True, "column": 0}]
)
def test_malformed(place: dict[str, object]) -> None:
    for question in (complete, hover):
        with pytest.raises(InputError, match="a place is a line and a column"):
            question({"draft": DRAFT, **place}, Silent())


def test_problem() -> None:
    with pytest.raises(SpecError) as caught:
        loads(DRAFT["text"].replace("conv_nor", "rellu"), name="a.yaml")
    found = problem(caught.value.diagnostics[0])
    assert (found["line"], found["column"], found["endLine"], found["endColumn"]) == (2, 4, 2, 9)
    assert (found["severity"], found["hint"], found["file"]) == ("error", "did you mean 'relu'?", "a.yaml")
    edit = {"line": 2, "column": 4, "endLine": 2, "endColumn": 9, "text": "relu"}
    assert found["fixes"] == [{"title": "Write relu", "edits": [edit]}]
    assert json.loads(json.dumps(found)) == found
