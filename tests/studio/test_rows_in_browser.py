"""Rows moved and put in by keys and by dragging, in Chromium against a server that runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

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
    page.evaluate(
        "(row) => { studio.editor.dispatch({ selection: { anchor: studio.text.indexOf(row) } }); studio.editor.focus(); }", ROW
    )
    after = ROWS[ROWS.index(ROW) + 1]
    page.keyboard.press("Alt+ArrowDown")
    text_is(page, TEXT.replace(f"{ROW}\n{after}", f"{after}\n{ROW}"))
    page.keyboard.press("Alt+ArrowUp")
    text_is(page, TEXT)
    page.keyboard.press("Alt+Shift+ArrowDown")
    text_is(page, TEXT.replace(ROW, f"{ROW}\n{ROW}"))
    page.keyboard.press("Control+Shift+k")
    text_is(page, TEXT)


def test_the_menu_of_a_row_works_by_keys(page: Page) -> None:
    before = page.evaluate("studio.text")
    page.evaluate(
        "(row) => { studio.editor.dispatch({ selection: { anchor: studio.text.indexOf(row) } }); studio.editor.focus(); }", ROW
    )
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_role("menuitem", name="Move up")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    text_is(page, before.replace(f"{ROW}\n", ""))
