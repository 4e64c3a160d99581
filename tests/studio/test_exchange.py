"""Files come in and go out under names that nobody can guess, once."""

from __future__ import annotations

import asyncio
import csv
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from asking import HOST, OWN, TINY, Silent, asked, here
from starlette.applications import Starlette

import archdsl
from archdsl.errors import ArchdslError, InputError
from archdsl.studio import exchange, importing, making
from archdsl.studio.exchange import file_of, new_place, plain_name, receive, taken
from archdsl.studio.guard import Guard
from archdsl.studio.importing import import_model
from archdsl.studio.making import make
from archdsl.studio.transfers import routes

TELL = Silent()
DRAFT = {"text": TINY, "name": "my net.yaml", "path": "", "settings": {"out": "8"}}


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def made(folder: Path, form: str) -> Path:
    told = make({"draft": DRAFT, "form": form, **here(folder)}, TELL)
    found = file_of(folder, told["token"])
    assert (found.name, found.stat().st_size) == (told["name"], told["bytes"])
    return found


def test_what_is_made_says_what_the_command_line_says(tmp_path: Path) -> None:
    net = archdsl.loads(TINY, out=8)
    rows = list(csv.DictReader(made(tmp_path, "csv").open()))
    assert sum(int(row["MACs"]) for row in rows) == net.cost().macs
    assert json.loads(made(tmp_path, "cost").read_text())["params"] == net.cost().params
    assert made(tmp_path, "markdown").read_text().startswith("**")
    assert "\\begin{tabular" in made(tmp_path, "latex").read_text()
    assert made(tmp_path, "graph").name == "my_net.graph.json"
    assert "<!doctype html>" in made(tmp_path, "page").read_text().lower()


def test_source_comes_with_its_weights(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    found = made(tmp_path, "python")
    assert found.name == "my_net.zip"
    assert sorted(zipfile.ZipFile(found).namelist()) == ["my_net.py", "my_net.safetensors"]


def test_what_cannot_be_made_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    for given, words in (
        ({"form": "pgn", "draft": DRAFT}, "png"),
        ({"form": None, "draft": DRAFT}, "form"),
        ({"form": "csv", "draft": DRAFT | {"text": "net: [x]"}}, "unknown"),
        ({"form": "csv", "draft": DRAFT, "counting": {"convention": "../x"}}, "name"),
        ({"form": "csv", "draft": DRAFT, "counting": {"device": "nothing"}}, "nothing"),
    ):
        with pytest.raises(ArchdslError, match=words):
            make({**given, **here(tmp_path)}, TELL)
    assert list(tmp_path.iterdir()) == []
    assert {one["form"] for one in making.forms({}, TELL)} == set(making.FORMS)


def test_a_token_is_good_once(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    (place / "x.csv").write_text("1")
    found = taken(tmp_path, place.name)
    assert found.read_text() == "1"
    exchange.discard(found)
    for token in (place.name, "", ".", "..", "../x", None, 3, "a" * 43, found.parent.name):
        with pytest.raises(InputError, match="any more"):
            taken(tmp_path, token)


def test_what_nobody_fetches_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MOST", 3)
    for _ in range(9):
        (new_place(tmp_path) / "x").write_text("")
    assert len(list(tmp_path.iterdir())) == 3
    monkeypatch.setattr(exchange, "OLDEST", -1.0)
    new_place(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "plain"),
    [("net.onnx", "net.onnx"), ("../../etc/x.ONNX", "x.onnx"), ("a\\b c.pt2", "b_c.pt2"), (".onnx", "model.onnx"), ("<b>\0.pt2", "b.pt2"),
     ("x" * 300 + ".onnx", "x" * 60 + ".onnx")],
)  # fmt: skip
def test_a_dropped_file_has_a_plain_name(tmp_path: Path, name: str, plain: str) -> None:
    token = asyncio.run(receive(pieces(b"ab", b"c"), name, tmp_path))
    assert file_of(tmp_path, token) == tmp_path / token / plain
    assert file_of(tmp_path, token).read_bytes() == b"abc"


def test_what_is_no_model_or_too_large_is_not_kept(tmp_path: Path) -> None:
    for name in ("x.py", "x.onnx.py", "onnx", "", "x.pt", "x.onnx/.", "x.onnx/y"):
        with pytest.raises(InputError, match="ends in"):
            asyncio.run(receive(pieces(b"1"), name, tmp_path))
    with pytest.raises(InputError, match="too large"):
        asyncio.run(receive(pieces(b"123", b"456"), "x.onnx", tmp_path, limit=5))
    with pytest.raises(InputError, match="empty"):
        asyncio.run(receive(pieces(), "x.onnx", tmp_path))

    async def gone() -> AsyncIterator[bytes]:
        yield b"1"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        asyncio.run(receive(gone(), "x.onnx", tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert plain_name("Größe 2") == "Gr_e_2"


def test_a_dropped_model_becomes_a_spec(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    weight = onnx.numpy_helper.from_array(np.ones((4, 3, 3, 3), np.float32), "w")
    image = onnx.helper.make_tensor_value_info("x", 1, [1, 3, 8, 8])
    out = onnx.helper.make_tensor_value_info("y", 1, [1, 4, 6, 6])
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"], name="first")
    model = onnx.helper.make_model(
        onnx.helper.make_graph([node], "g", [image], [out], [weight]), opset_imports=[onnx.helper.make_opsetid("", 17)]
    )
    token = asyncio.run(receive(pieces(model.SerializeToString()), "my net.onnx", tmp_path))
    told = import_model({"dropped": token, **here(tmp_path)}, TELL)
    assert archdsl.loads(told["text"]).cost().params == 4 * 3 * 9
    assert told["exact"]
    assert told["name"] == "my_net.yaml"
    assert list(tmp_path.iterdir()) == []

    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"\1\2\3\4" * 108)
    weight.ClearField("raw_data")
    weight.data_location = onnx.TensorProto.EXTERNAL
    for location in (f"../{secret.name}", str(secret)):
        del weight.external_data[:]
        weight.external_data.add(key="location", value=location)
        del model.graph.initializer[:]
        model.graph.initializer.append(weight)
        token = asyncio.run(receive(pieces(model.SerializeToString()), "evil.onnx", tmp_path))
        with pytest.raises(ArchdslError):
            import_model({"dropped": token, **here(tmp_path)}, TELL)
    assert list(tmp_path.iterdir()) == [secret]


def test_a_dropped_file_that_is_no_model_is_said(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    for name in ("x.onnx", "x.pt2"):
        token = asyncio.run(receive(pieces(b"nothing"), name, tmp_path))
        with pytest.raises(ArchdslError):
            importing.import_model({"dropped": token, **here(tmp_path)}, TELL)
    with pytest.raises(InputError, match="any more"):
        importing.import_model({"dropped": "../x", **here(tmp_path)}, TELL)
    assert list(tmp_path.iterdir()) == []


def test_the_places_of_the_server(tmp_path: Path) -> None:
    guard = Guard(Starlette(routes=routes(tmp_path)), frozenset([HOST]), frozenset([OWN]))
    own = {"host": HOST, "origin": OWN}
    status, _, told = asked(guard, own, "/drop?name=net.onnx", "POST", (b"12", b"34"))
    token = json.loads(told)["dropped"]
    assert status == 200
    assert asked(guard, own, f"/made/{token}", "HEAD")[0] == 405
    status, headers, body = asked(guard, own, f"/made/{token}")
    assert (status, body) == (200, "1234")
    assert headers["content-disposition"] == 'attachment; filename="net.onnx"'
    assert headers["content-type"] == "application/octet-stream"
    assert list(tmp_path.iterdir()) == []
    assert asked(guard, own, f"/made/{token}")[0] == 404
    assert asked(guard, own, "/made/..%2Fx")[0] == 404
    status, headers, words = asked(guard, own, "/drop?name=<b>.exe", "POST", (b"1",))
    assert (status, headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert "<b>.exe" in words
