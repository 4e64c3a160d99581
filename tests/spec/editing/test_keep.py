"""Settings written into a text: it then says what the settings said."""

from __future__ import annotations

import pytest
import yaml

import archdsl
from archdsl.spec.editing.keep import keep_settings
from archdsl.spec.editing.places import EditError
from archdsl.spec.editing.tables import format_tables
from archdsl.spec.locate import zoo
from archdsl.spec.settings import parse_settings


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("dpnet", {"width": "1/2", "expand_always": "true", "se_bias": "false", "rows.2.exp": "1024", "rows.13.out": "96"}),
        ("mobilenet_v1", {"width": "0.5", "rows.1.out": "24"}),
        ("hrnet_w18", {"modules.2": "2", "width": "32"}),
        ("shufflenet_v2", {"channels": "[24, 48, 96, 512]"}),
        ("resnet34", {"classes": "10"}),
        ("gpt2", {"depth": "2", "mlp_act": "relu"}),
        ("mobilenet_v3_small", {"rows.3.out": "32"}),
    ],
)
def test_the_text_costs_what_the_settings_cost(name: str, settings: dict[str, str]) -> None:
    text = (zoo() / f"{name}.yaml").read_text(encoding="utf-8")
    kept = keep_settings(text, settings)
    wanted = archdsl.load(name, **parse_settings([f"{key}={value}" for key, value in settings.items()]))
    found = archdsl.loads(kept)
    assert (found.cost().params, found.cost().macs) == (wanted.cost().params, wanted.cost().macs)
    assert found.cost().params != archdsl.load(name).cost().params or "resolution" in settings or name == "dpnet"
    changed = [line for line in text.splitlines() if line not in kept.splitlines()]
    assert len(changed) <= len(settings)
    assert format_tables(kept) == kept or format_tables(text) != text


def test_an_overridden_knob_keeps_its_comment_and_line_ends() -> None:
    text = "extends: resnet18\r\nknobs: # mine\r\n  classes: 10 # few\r\n"
    kept = keep_settings(text, {"classes": "20", "stem": "deep"})
    assert kept == "extends: resnet18\r\nknobs: # mine\r\n  classes: 20 # few\r\n  stem: deep\r\n"
    assert yaml.safe_load(keep_settings("extends: dpnet\n", {"rows.2.exp": "20"})) == {
        "extends": "dpnet",
        "rows": {2: {"exp": 20}},
    }


@pytest.mark.parametrize("name", ["blocks.dp_a.se", "rows.99.exp", "rows.2-5.exp", "rows.2.exq", "width.2"])
def test_what_cannot_be_written_is_said(name: str) -> None:
    with pytest.raises(EditError, match=name.replace(".", r"\.")):
        keep_settings((zoo() / "dpnet.yaml").read_text(encoding="utf-8"), {name: "4"})
