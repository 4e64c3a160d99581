"""Blocks and boxes dragged with the mouse, in Chromium against a server that runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect
from studios import browser_needed, chromium, opened, running

pytestmark = browser_needed
TEXT = """\
archdsl: 1
name: Dragged
import: [blocks/mobile]
input: [3, 32, 32]
blocks:
  unit:
    args: {out: int, s: 1}
    body:
      - conv: {kernel: 3, out: $out, stride: $s}
      - norm  # as usual
      - relu
net:
  - table:
      columns: [op,      out, s]
      rows:
        - [conv3x3,   8, 1]
        - {stage: first}
        # halves the height
        - [unit,     16, 2]
        - [unit,     24, 1]  # wider
        - {stage: second}
        - [unit,     32, 2]
  - pool
  - fc: 64
  - classifier: 10
"""
HALVES, WIDER = "        # halves the height\n        - [unit,     16, 2]\n", "        - [unit,     24, 1]  # wider\n"
SECOND = "        - {stage: second}\n"
DRAWN = "() => studio.drawn === studio.text && !studio.stale"
FOLDED = """() => {
  const { view } = studio.diagram;
  view.toggleAll(false);
  for (const part of view.model.parts) if (part.kind === "stage") view.toggle(part);
  view.begin();
}"""


@pytest.fixture(scope="module")
def opened_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("specs")
    (folder / "mine.yaml").write_text(TEXT)
    with chromium() as browser, running(folder) as studio:
        found, wrong = opened(browser, f"{studio.url}?file=mine.yaml", height=900)
        found.get_by_role("button", name="Blocks", exact=True).click()
        found.get_by_label("Find a block or operator").fill("norm_act")
        yield found
        assert wrong == []


@pytest.fixture
def page(opened_page: Page) -> Page:
    """The page with the text as it was, and its picture."""
    opened_page.evaluate("(text) => { if (studio.text !== text) studio.edit({ text }); }", TEXT)
    opened_page.wait_for_function(DRAWN)
    opened_page.evaluate(FOLDED)
    return opened_page


def placed(found: Locator) -> FloatRect:
    box = found.bounding_box()
    assert box is not None
    return box


def box(page: Page, words: str) -> FloatRect:
    return placed(page.locator("#boxes .box", has_text=words).first)


def line(page: Page, words: str) -> FloatRect:
    return placed(page.locator(".cm-line", has_text=words).first)


@contextmanager
def carried(page: Page, start: FloatRect) -> Iterator[Page]:
    """The mouse pressed on a box, and released at the end."""
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + 8)
    page.mouse.down()
    yield page
    page.mouse.up()


def over(page: Page, place: FloatRect, down: float) -> None:
    """The mouse moved to the middle of a box, `down` pixels below its top; what a person sees there then stands still."""
    x, y = place["x"] + place["width"] / 2, place["y"] + down
    page.mouse.move(x, y - 6, steps=3)
    page.mouse.move(x, y)
    page.mouse.move(x, y)


def text_is(page: Page, text: str) -> None:
    page.wait_for_function("(text) => studio.text === text", arg=text)


def undone(page: Page) -> None:
    page.get_by_label("Undo").click()
    text_is(page, TEXT)
    page.wait_for_function(DRAWN)


def word(page: Page, name: str) -> FloatRect:
    page.get_by_label("Find a block or operator").fill(name)
    return placed(page.locator("#palette .word", has_text=name).first)


def test_a_block_is_dragged_between_two_boxes(page: Page) -> None:
    with carried(page, word(page, "unit")):
        above, below = box(page, "out 16"), box(page, "out 24")
        over(page, above, above["height"] + 12)  # on the arrow between them, nearer to the first
        expect(page.locator(".drop-marker")).to_be_visible()
        expect(page.locator(".drop-chip")).to_have_text(f"after unit, line {TEXT[: TEXT.index('16, 2')].count(chr(10)) + 1}")
        assert above["y"] < placed(page.locator(".drop-marker"))["y"] < below["y"]
    text_is(page, TEXT.replace(HALVES, f"{HALVES}        - [unit,     16, 2]\n"))
    expect(page.locator(".drop-marker")).to_be_hidden()
    expect(page.locator("#boxes .box", has_text="out 16")).to_have_count(2)
    undone(page)


def test_a_block_is_dragged_to_a_line(page: Page) -> None:
    with carried(page, word(page, "unit")):
        over(page, line(page, "{stage: second}"), 14)
        expect(page.locator(".drop-chip")).to_have_text(f"after line {TEXT[: TEXT.index('stage: second')].count(chr(10)) + 1}")
    text_is(page, TEXT.replace(SECOND, f"{SECOND}        - [unit,     32, 2]\n"))
    undone(page)


def test_a_block_brings_its_import(page: Page) -> None:
    with carried(page, word(page, "dp_a")):
        over(page, line(page, "- pool"), 2)
    text_is(
        page,
        TEXT.replace("[blocks/mobile]", "[blocks/mobile, blocks/partial]").replace(
            "  - pool", "  - dp_a: {exp: $in, out: $in}\n  - pool"
        ),
    )
    undone(page)


def test_a_box_is_dragged_past_another_with_its_comments(page: Page) -> None:
    with carried(page, box(page, "out 16")):
        over(page, box(page, "out 24"), 40)
        expect(page.locator(".drop-marker")).to_be_visible()
        expect(page.locator("#boxes .carried")).to_have_count(1)
    text_is(page, TEXT.replace(HALVES + WIDER, WIDER + HALVES))
    expect(page.locator("#boxes .carried")).to_have_count(0)
    undone(page)


def test_a_box_is_dragged_to_a_line_of_another_stage(page: Page) -> None:
    with carried(page, box(page, "out 24")):
        over(page, line(page, "{stage: second}"), 14)
    text_is(page, TEXT.replace(WIDER + SECOND, SECOND + WIDER))
    undone(page)


def test_a_stage_is_dragged_with_its_rows_and_a_box_with_its_steps(page: Page) -> None:
    start, end = TEXT.index("        - {stage: first}"), TEXT.index(SECOND)
    title = placed(page.locator("#boxes .title", has_text="first"))
    with carried(page, title):
        over(page, line(page, "32, 2"), 14)
    last = "        - [unit,     32, 2]\n"
    text_is(page, TEXT.replace(TEXT[start:end], "").replace(last, last + TEXT[start:end]))
    undone(page)
    page.evaluate("studio.diagram.view.toggle(studio.diagram.view.model.parts.find((part) => part.lines[0] === 'unit'))")
    with carried(page, box(page, "3x3 conv")):
        over(page, line(page, "- pool"), 14)
    steps = TEXT[TEXT.index("      - conv:") : TEXT.index("net:")]
    moved = "".join(f"{step[4:]}\n" for step in steps.splitlines())
    text_is(page, TEXT.replace(f"    body:\n{steps}", "    body: []\n").replace("  - pool\n", f"  - pool\n{moved}"))
    undone(page)


def test_a_chosen_box_is_deleted_by_key(page: Page) -> None:
    for keys in ("Delete", "Control+Shift+k"):
        page.locator("#boxes .box", has_text="out 24").click()
        page.keyboard.press(keys)
        text_is(page, TEXT.replace(WIDER, ""))
        undone(page)


def test_the_block_that_is_called_so_is_found_first(page: Page) -> None:
    for name in ("norm", "conv", "unit", "opaque"):
        page.get_by_label("Find a block or operator").fill(name)
        expect(page.locator("#palette .word").first).to_have_text(name)


def test_escape_leaves_it_where_it_was(page: Page) -> None:
    camera = page.evaluate("({ ...studio.diagram.view.camera })")
    with carried(page, box(page, "out 16")):
        over(page, box(page, "out 24"), 40)
        page.keyboard.press("Escape")
        expect(page.locator(".drop-marker")).to_be_hidden()
        over(page, box(page, "out 24"), 30)
        expect(page.locator(".drop-marker")).to_be_hidden()
    expect(page.locator("#said")).to_have_text("Left where it was.")
    with carried(page, word(page, "unit")):
        over(page, box(page, "out 24"), 40)
        expect(page.locator(".drop-marker")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".drop-marker")).to_be_hidden()
    assert page.evaluate("({ ...studio.diagram.view.camera })") == camera
    assert page.evaluate("studio.text") == TEXT


def test_what_cannot_be_built_there_keeps_the_last_picture(page: Page) -> None:
    boxes = page.locator("#boxes > g").count()
    with carried(page, word(page, "linear")):
        over(page, line(page, "- pool"), 2)
    text_is(page, TEXT.replace("  - pool", "  - linear: $in\n  - pool"))
    expect(page.locator("#problems .error")).to_be_visible()
    expect(page.locator("#stale")).to_be_visible()
    assert page.locator("#boxes > g").count() == boxes
    undone(page)


def test_a_picture_that_is_older_than_the_text_has_the_lines_of_now(page: Page) -> None:
    broken = TEXT.replace("name: Dragged", "name: Dragged\n# above\nnothing: 1")
    page.evaluate("(text) => studio.edit({ text })", broken)
    expect(page.locator("#stale")).to_be_visible()
    page.locator("#boxes .box", has_text="out 24").click()
    expect(page.locator(".cm-chosen")).to_have_text(WIDER.rstrip())
    with carried(page, box(page, "out 24")):
        over(page, box(page, "out 16"), 4)
    text_is(page, broken.replace(HALVES + WIDER, WIDER + HALVES))


def test_what_cannot_stand_there_says_why(page: Page) -> None:
    with carried(page, word(page, "concat")):
        over(page, line(page, "input: [3"), 12)
    expect(page.locator("#said")).to_have_text("line 4 is no step and no row of a table")
    page.evaluate("studio.diagram.view.toggle(studio.diagram.view.model.parts.find((part) => part.lines[0] === 'conv3x3'))")
    with carried(page, box(page, "3x3 conv")):
        over(page, box(page, "out 24"), 40)
        expect(page.locator(".drop-marker")).to_be_hidden()
    expect(page.locator("#said")).to_contain_text("This is from blocks/mobile.yaml")
    assert page.evaluate("studio.text") == TEXT


def test_lines_out_of_sight_come_along(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 480})
    page.evaluate("studio.editor.scrollDOM.scrollTop = 0")
    with carried(page, word(page, "unit")):
        text = placed(page.locator("#editor .cm-scroller"))
        over(page, text, text["height"] - 6)
        page.wait_for_function(
            "(edge) => { const { scrollDOM: at } = studio.editor; return at.scrollTop + at.clientHeight > at.scrollHeight - edge; }",
            arg=12,
        )
        over(page, line(page, "- classifier"), 2)
    text_is(page, TEXT.replace("  - classifier", "  - unit: $in\n  - classifier"))
    page.set_viewport_size({"width": 1280, "height": 900})
    undone(page)
