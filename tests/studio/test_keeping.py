"""Settings of a draft written into its text: the text then is the network that the settings made, or the setting stays one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import archdsl
from archdsl.errors import InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.spec.editing.tables import format_tables
from archdsl.spec.locate import zoo
from archdsl.spec.settings import parse_settings
from archdsl.studio.drafts import read_draft
from archdsl.studio.questions import QUESTIONS

TEXT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")
IMPORTED = """\
import: [blocks/mobile]
input: [4, 16, 16]
net:
  - bottleneck: {exp: 16, out: 8}  # first
  - bottleneck:
      exp: 16
      out: 8
      kernel: 3 # here
  - table:
      columns: [op, exp, out]
      rows:
        - [bottleneck, 16, 8]  # row
        - [conv1x1, ~, 8]
"""
OWN = """\
input: [4, 16, 16]
blocks:
  b: {args: {out: int, k: {type: int, doc: size}, act: ~}, body: [{conv: {out: $out, kernel: $k}}, {$act: {}, when: given($act)}]}
  c:
    args:
      out: int
    body:
      - b: {out: $out, k: 1}
net:
  - b: {out: 8, k: 1}
  - c: 4
  - b: {out: 4, k: 3, act: relu}
"""


def kept(text: str, settings: dict[str, str], **given: Any) -> Any:
    return QUESTIONS["edit.keep"].answer({"draft": {"text": text, "settings": settings}, **given}, None)  # type: ignore[arg-type]


def network(text: str, settings: dict[str, str]) -> str:
    return canonical_hash(
        archdsl.loads(text).set(**parse_settings([f"{name}={value}" for name, value in settings.items()])).graph()
    )


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (TEXT, {"width": "1/2", "rows.2-5.exp": "*1.1", "blocks.dp_a.se": "true"}),
        (TEXT, {"rows[op=dp_a].exp": "96", "classes": "10"}),
        (IMPORTED, {"blocks.bottleneck.kernel": "5", "blocks.bottleneck.nl": "hswish"}),
        (IMPORTED, {"blocks.bottleneck.out": "12"}),
        (OWN, {"blocks.b.k": "5", "blocks.b.act": "hswish", "blocks.c.out": "6"}),
        ("extends: dpnet # base\n", {"rows.2-3.exp": "*2", "classes": "10", "blocks.dp_a.se": "true"}),
        ("extends: hrnet_w18\n", {"modules.2": "2"}),
    ],
)
def test_the_text_is_the_network_that_the_settings_made(text: str, settings: dict[str, str]) -> None:
    found = kept(text, settings)
    assert (found["settings"], found["refused"]) == ({}, [])
    assert network(found["text"], {}) == network(text, settings) != network(text, {})
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    assert all(comment in found["text"] for comment in comments)
    assert format_tables(found["text"]) == found["text"] or format_tables(text) != text


def test_what_other_files_call_is_said_and_stays_a_setting() -> None:
    text = (zoo() / "mobilenet_v3_small.yaml").read_text(encoding="utf-8")
    settings = {"blocks.squeeze_excite.hidden": "8", "classes": "10"}
    found = kept(text, settings)
    assert found["settings"] == {"blocks.squeeze_excite.hidden": "8"}
    assert found["refused"][0]["name"] == "blocks.squeeze_excite.hidden"
    assert "neither has nor calls the block 'squeeze_excite'" in found["refused"][0]["why"]
    assert network(found["text"], found["settings"]) == network(text, settings)
    called = text.replace("net:\n", "net:\n  - squeeze_excite: {hidden: 2}\n", 1)
    assert "other files call the block" in kept(called, {"blocks.squeeze_excite.hidden": "8"})["refused"][0]["why"]


def test_one_knob_alone_and_what_is_malformed() -> None:
    found = kept(TEXT, {"width": "1/2", "classes": "10"}, only=["classes"])
    assert found["settings"] == {"width": "1/2"}
    assert yaml.safe_load(found["text"])["knobs"]["width"]["default"] == 1
    assert network(found["text"], {}) == network(TEXT, {"classes": "10"})
    for only in ("width", ["depth"], [3], {"width": 1}):
        with pytest.raises(InputError, match="'only' names settings"):
            kept(TEXT, {"width": "1/2"}, only=only)


def test_a_draft_with_mistakes_keeps_what_its_text_can_say() -> None:
    broken = TEXT.replace("dp_b,", "dp_x,", 1)
    assert "default: 1/2" in kept(broken, {"width": "1/2"})["text"]
    assert kept(broken, {"blocks.dp_y.k": "3"})["refused"][0]["name"] == "blocks.dp_y.k"


def test_names_of_settings_may_have_an_equals_sign() -> None:
    draft = read_draft({"text": "", "settings": {"rows[op=dp_a].exp": "96", "width": "1/2"}})
    assert draft.named_settings == {"rows[op=dp_a].exp": "96", "width": "1/2"}
