"""The line between a page and the server, as a program speaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from studios import Running, running
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from archdsl.spec.locate import zoo
from archdsl.studio.files import LARGEST
from archdsl.studio.server import LONGEST

SLOW = "archdsl: 1\nname: slow\ninput: [3, 8, 8]\nnet:\n  - conv: {out: 4, kernel: 3}\n  - {repeat: 60000, relu: ~}\n"
DPNET = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("specs"), "dpnet") as found:
        yield found


@pytest.fixture
def line(studio: Running) -> Iterator[ClientConnection]:
    with joined(studio) as found:
        yield found


def joined(studio: Running) -> ClientConnection:
    return connect(studio.url.replace("http", "ws", 1) + "live", origin=studio.url.rstrip("/"), max_size=None)  # type: ignore[arg-type]


def ask(line: ClientConnection, number: int, name: str, given: Any, key: str | None = None) -> None:
    line.send(json.dumps({"id": number, "ask": name, "given": given, **({"key": key} if key else {})}))


def heard(line: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line.recv(timeout=30))
    return found


def test_an_answer_in_parts(line: ClientConnection) -> None:
    ask(line, 1, "answer", {"draft": {"text": DPNET}})
    said = [heard(line) for _ in range(3)]
    assert [(one["id"], one.get("part")) for one in said] == [(1, "bill"), (1, "picture"), (1, None)]
    assert said[2]["done"] == {"problems": [], "whole": True}


def test_a_newer_question_gives_the_older_up(line: ClientConnection) -> None:
    for number in range(1, 6):
        ask(line, number, "answer", {"draft": {"text": SLOW}}, "answer")
    ask(line, 6, "answer", {"draft": {"text": DPNET}}, "answer")
    assert {heard(line)["id"] for _ in range(3)} == {6}


def test_cancelled(line: ClientConnection) -> None:
    ask(line, 1, "answer", {"draft": {"text": SLOW}})
    line.send('{"cancel": 1}')
    ask(line, 2, "choices", {})
    assert heard(line)["id"] == 2


def test_a_page_does_not_wait_for_the_slow_draft_of_another(studio: Running, line: ClientConnection) -> None:
    with joined(studio) as other:
        ask(other, 1, "answer", {"draft": {"text": SLOW}})
        ask(line, 1, "answer", {"draft": {"text": DPNET}})
        assert [heard(line).get("part") for _ in range(3)] == ["bill", "picture", None]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"id": 1, "ask": "answr", "given": {}}, "unknown question 'answr'; did you mean 'answer'?"),
        ({"id": 1, "ask": "answer", "given": []}, "'answer' is asked with a mapping"),
        ({"id": 1, "ask": ["answer"], "given": {}}, "unknown question"),
        ({"id": 1, "ask": "answer", "given": {"draft": {"text": 3}}}, "a draft has a text"),
        ({"id": 1, "ask": "answer", "given": {"draft": {"text": "", "settings": [1]}}}, "settings of a draft are texts by name"),
        ({"id": 1, "ask": "answer", "given": {"draft": {"text": ""}, "counting": {"device": "/etc/passwd"}}}, "by their names"),
        ({"id": 1, "ask": "answer", "given": {"draft": {"text": ""}, "counting": {"device": "../x"}}}, "by their names"),
        ({"id": 1, "ask": "answer", "given": {"draft": {"text": "", "file": "../../etc/passwd"}}}, ""),
        ({"id": 1, "ask": "answer", "given": {"draft": {"text": "", "file": "/etc/passwd"}}}, ""),
    ],
)
def test_what_is_malformed_or_out_of_reach_is_refused(said: dict[str, Any], message: str, line: ClientConnection) -> None:
    line.send(json.dumps(said))
    answer = heard(line)
    assert message in answer["failed"]
    assert "internal error" not in answer["failed"]


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "3", "[" * 100_000, '{"id": "1", "ask": "choices", "given": {}}', '{"cancel": 99}']
)
def test_what_is_no_question_is_passed_over(said: str, line: ClientConnection) -> None:
    line.send(said)
    ask(line, 2, "choices", {})
    assert heard(line)["id"] == 2


def test_a_path_that_a_page_gives_is_not_taken(line: ClientConnection, tmp_path: Path) -> None:
    """Imports are looked for beside the file of a draft, and only the server says where that lies."""
    (tmp_path / "secret.yaml").write_text("blocks: {hidden: {body: [relu]}}", encoding="utf-8")
    text = "archdsl: 1\nname: a\nimport: [secret]\ninput: [3, 8, 8]\nnet: [hidden]\n"
    ask(line, 1, "answer", {"draft": {"text": text, "path": str(tmp_path / "spec.yaml")}})
    problems = heard(line)["done"]["problems"]
    assert "'secret' was not found" in problems[0]["message"]


def test_a_message_that_is_too_long_ends_the_line(line: ClientConnection) -> None:
    with suppress(ConnectionClosed):  # it may end while this is still sent
        line.send(" " * (LONGEST + 1))
    with pytest.raises(ConnectionClosed, match=r"1009|no close frame"):  # the word of why is lost where it ends so
        line.recv(timeout=10)


def test_the_largest_text_is_answered_beside_what_it_is_compared_to(line: ClientConnection) -> None:
    text = "#\n" * (LARGEST // 2)
    ask(line, 1, "answer", {"draft": {"text": text}, "baseline": {"text": text}})
    assert heard(line)["done"]["problems"][0]["message"] == "the file is empty"


def test_too_many_questions_at_once(line: ClientConnection) -> None:
    for number in range(40):
        ask(line, number, "answer", {"draft": {"text": SLOW}})
    refused = [heard(line) for _ in range(16)]
    assert {one["failed"] for one in refused} == {"too many questions at once"}
