"""Tables with their cells below each other."""

from __future__ import annotations

import re

import yaml

from archdsl.spec.editing.tables import format_tables
from archdsl.spec.locate import zoo

FILES = [*sorted(zoo().glob("*.yaml")), *sorted((zoo() / "blocks").glob("*.yaml"))]
ROUGH = """\
net:
  - table:
      columns: [op, out, nl, s]
      rows:
        - [conv3x3, 16, relu, 2]  # stem
        - [sep, 128,hswish,   1]
        - {stage: two}
        - [classifier, $classes, ~, ~]
"""
SMOOTH = """\
net:
  - table:
      columns: [op, out, nl,     s]
      rows:
        - [conv3x3,  16, relu,   2]  # stem
        - [sep,     128, hswish, 1]
        - {stage: two}
        - [classifier, $classes, ~, ~]
"""


def test_figures_stand_to_the_right_and_words_to_the_left() -> None:
    assert format_tables(ROUGH) == SMOOTH
    assert format_tables(ROUGH.replace("\n", "\r\n")) == SMOOTH.replace("\n", "\r\n")


def test_only_space_changes_and_once_is_enough() -> None:
    changed = 0
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        made = format_tables(text)
        assert re.sub(" +", "", made) == re.sub(" +", "", text)
        if made != text:
            changed += 1
            assert yaml.load(made, Loader=yaml.CSafeLoader) == yaml.load(text, Loader=yaml.CSafeLoader)
            assert format_tables(made) == made
    assert changed < len(FILES) / 4


def test_a_text_that_cannot_be_read_stays() -> None:
    assert format_tables(ROUGH + "  - {") == ROUGH + "  - {"
