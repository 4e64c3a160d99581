"""Rows moved and put in by keys and by dragging, in Chromium against a server that runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from studios import browser_needed, chromium, opened, running

from archdsl.spec.locate import zoo

pytestmark = browser_needed
TEXT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("        - ")]
ROW = "        - [dp_a,             72,   24,  false, relu,   1]"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("specs")
    shutil.copy(zoo() / "dpnet.yaml", folder / "mine.yaml")
    with chromium() as browser, running(folder) as studio:
        found, wrong = opened(browser, f"{studio.url}?file=mine.yaml")
        found.wait_for_selector("#drawing .box")
        yield found
        assert wrong == []


def text_is(page: Page, text: str) -> None:
    page.wait_for_function("(text) => studio.text === text", arg=text)


def test_keys_move_double_and_delete_a_row(page: Page) -> None:
    page.evaluate("(row) => { studio.editor.dispatch({ selection: { anchor: studio.text.indexOf(row) } }); studio.editor.focus(); }", ROW)
    after = ROWS[ROWS.index(ROW) + 1]
    page.keyboard.press("Alt+ArrowDown")
    text_is(page, TEXT.replace(f"{ROW}\n{after}", f"{after}\n{ROW}"))
    page.keyboard.press("Alt+ArrowUp")
    text_is(page, TEXT)
    page.keyboard.press("Alt+Shift+ArrowDown")
    text_is(page, TEXT.replace(ROW, f"{ROW}\n{ROW}"))
    page.keyboard.press("Control+Shift+k")
    text_is(page, TEXT)


def test_a_block_is_dragged_from_the_palette_to_a_line_and_to_a_box(page: Page) -> None:
    page.get_by_role("button", name="Blocks", exact=True).click()
    page.get_by_label("Find a block or operator").fill("dp_b")
    block = page.locator("#palette .word", has_text="dp_b").first
    block.drag_to(page.locator(".cm-line", has_text="dp_a,             72"), target_position={"x": 60, "y": 15})
    text_is(page, TEXT.replace(ROW, f"{ROW}\n{ROW.replace('dp_a', 'dp_b')}"))
    page.evaluate("studio.commands.get('undo').run()")
    text_is(page, TEXT)
    block.drag_to(page.locator("#boxes .box", has_text="conv3x3"), target_position={"x": 30, "y": 40})
    text_is(page, TEXT.replace(f"{ROWS[0]}\n", f"{ROWS[0]}\n        - [dp_b,              1,   16,  ~,     hswish, 2]\n"))
    page.evaluate("studio.commands.get('undo').run()")
    text_is(page, TEXT)


def test_a_box_is_dragged_below_another(page: Page) -> None:
    first, second = ROWS[2], ROWS[3]
    boxes = [page.locator("#boxes .box", has_text=words).first.bounding_box() for words in ("exp 16, out 16", "exp 64, out 24")]
    assert boxes[0] is not None and boxes[1] is not None
    page.mouse.move(boxes[0]["x"] + 60, boxes[0]["y"] + 10)
    page.mouse.down()
    page.mouse.move(boxes[1]["x"] + 60, boxes[1]["y"] + boxes[1]["height"] - 5, steps=4)
    expect(page.locator(".drop-marker")).to_be_visible()
    page.mouse.up()
    text_is(page, TEXT.replace(f"{first}\n{second}", f"{second}\n{first}"))
    expect(page.locator(".drop-marker")).to_be_hidden()


def test_the_menu_of_a_row_works_by_keys(page: Page) -> None:
    before = page.evaluate("studio.text")
    page.evaluate("(row) => { studio.editor.dispatch({ selection: { anchor: studio.text.indexOf(row) } }); studio.editor.focus(); }", ROW)
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_role("menuitem", name="Move up")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    text_is(page, before.replace(f"{ROW}\n", ""))
