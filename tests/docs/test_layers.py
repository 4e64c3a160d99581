"""The picture of the layers is what the contract says now."""

from __future__ import annotations

from pathlib import Path

from archdsl.documentation.layers import layers, picture, sentence

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_picture_is_current() -> None:
    shown = (ROOT / "docs" / "images" / "layers.svg").read_text(encoding="utf-8")
    command = "run: python -m archdsl.documentation.layers pyproject.toml docs/images/layers.svg"
    assert shown == picture(PROJECT), command


def test_every_package_has_its_layer_and_says_what_it_is() -> None:
    listed = [name for layer in layers(PROJECT) for name in layer]
    folders = {p.parent.name for p in (ROOT / "archdsl").glob("*/__init__.py")} | {"compilers", "viz"}
    modules = {p.stem for p in (ROOT / "archdsl").glob("*.py")} - {"__init__"}
    assert sorted(listed) == sorted(folders | modules)
    assert all(sentence(name) for name in listed)
