"""The studio as a person uses it, in Chromium against a server that runs."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect
from studios import browser_needed, opened, running, start

import archdsl
from archdsl.cost.comparing.totals import total as counted
from archdsl.spec.locate import zoo

pytestmark = browser_needed


def macs(page: Page, count: int) -> None:
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{count:,}")


def typed_over(page: Page, before: str, after: str) -> None:
    """Select a text in the editor and type another in its place."""
    at = page.evaluate(
        """(text) => {
          const anchor = studio.text.indexOf(text);
          studio.editor.dispatch({ selection: { anchor, head: anchor + text.length }, scrollIntoView: true });
          studio.editor.focus();
          return anchor;
        }""",
        before,
    )
    assert at >= 0
    page.keyboard.insert_text(after)


def test_what_is_typed_is_counted_and_undone(page: Page) -> None:
    before = archdsl.load("dpnet").cost()
    macs(page, before.macs)
    text = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")
    typed_over(page, "480,  112", "320,  112")
    after = archdsl.loads(text.replace("480,  112", "320,  112")).cost()
    macs(page, after.macs)
    row = page.locator("#totals tr", has_text="parameters")
    expect(row.locator(".change")).to_have_text(f"{after.params / before.params - 1:+.1%}")
    expect(row).to_have_class("less")
    page.keyboard.press("Control+z")
    macs(page, before.macs)
    expect(row.locator(".change")).to_have_text("=")


def test_a_slider_moves_every_pane_and_is_one_step_of_the_history(page: Page) -> None:
    macs(page, archdsl.load("dpnet").cost().macs)
    slider = page.get_by_label("width", exact=True)
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    for share in (0.3, 0.4, 0.5, 0.6):
        page.mouse.move(box["x"] + box["width"] * share, y)
    page.mouse.up()
    width = page.get_by_label("width as a number").input_value()
    assert float(width) > 2
    expected = archdsl.load("dpnet", width=Fraction(width))
    macs(page, expected.cost().macs)
    expect(page.locator(".knob.changed label")).to_have_text("width")
    page.wait_for_function("(width) => studio.answer.picture.knobs.width === width", arg=str(Fraction(width)))
    page.get_by_label("Undo").click()
    macs(page, archdsl.load("dpnet").cost().macs)
    assert page.evaluate("Object.keys(studio.held.settings).length") == 0
    page.get_by_label("Redo").click()
    macs(page, expected.cost().macs)


def test_what_is_open_stays_open_while_a_knob_moves(page: Page) -> None:
    macs(page, archdsl.load("dpnet").cost().macs)

    def box(name: str) -> Locator:
        return page.locator(f"#boxes > [aria-label$=', {name}']")

    def moved(width: str, live: str) -> None:
        page.evaluate(f"studio.set('width', '{width}', {{ live: {live} }})")
        page.wait_for_function("(width) => studio.answer.picture.knobs.width === width", arg=str(Fraction(width)))

    box("dp_a_1").locator(".knob").click()
    expect(box("dp_a_1.k5")).to_have_count(1)
    page.evaluate("studio.diagram.view.toggle(studio.diagram.view.model.parts.find((part) => part.name === 'stage1'))")
    expect(box("dp_a_1")).to_have_count(0)
    moved("0.5", "true")
    assert page.evaluate("studio.answer.picture.parts.some((part) => part.name === 'dp_a_1')") is False  # nobody sees it
    page.evaluate("studio.diagram.view.toggle(studio.diagram.view.model.parts.find((part) => part.name === 'stage2'))")
    page.evaluate("studio.diagram.view.toggle(studio.diagram.view.model.parts.find((part) => part.name === 'stage1'))")
    expect(box("dp_a_1.k5")).to_have_count(1)
    moved("0.75", "true")
    expect(box("dp_a_1.k5")).to_have_count(1)
    moved("0.5", "false")
    expect(box("dp_a_1.k5")).to_have_count(1)
    assert page.evaluate("studio.answer.picture.parts.length") > 200
    page.keyboard.press("Control+z")
    page.wait_for_function("() => studio.answer.picture.knobs.width === '1'")
    assert page.evaluate("studio.moving") is None


def test_a_mistake_is_underlined_and_the_last_picture_stays(page: Page) -> None:
    expect(page.locator("#boxes .box").first).to_be_visible()
    boxes, written = page.locator("#boxes .box").count(), page.evaluate("studio.text")
    typed_over(page, "conv3x3,    ", "conv3x4,    ")
    expect(page.locator("#problems")).to_contain_text("unknown operator or block 'conv3x4'")
    expect(page.locator(".cm-lintRange-error")).to_have_text("conv3x4")
    expect(page.locator("#stale")).to_be_visible()
    assert page.locator("#boxes .box").count() == boxes
    page.evaluate("studio.edit({ text: '' })")
    expect(page.locator("#problems")).to_contain_text("the file is empty")
    assert page.locator("#boxes .box").count() == boxes
    for _ in range(9):  # typing that pauses is several steps
        if page.evaluate("studio.text") == written:
            break
        page.get_by_label("Undo").click()
    assert page.evaluate("studio.text") == written
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator("#problems")).to_be_empty()


def test_a_node_leads_to_its_line_and_a_line_to_its_nodes(page: Page) -> None:
    page.locator("#boxes .box", has_text="conv3x3").click()
    expect(page.locator(".cm-chosen")).to_have_text(re.compile(r"- \[conv3x3, .*"))
    expect(page.locator("#detail")).to_contain_text("MACs")
    line = page.evaluate("studio.text.split('\\n').findIndex((line) => line.includes(' 64,   24,'))")
    page.evaluate(
        "(line) => studio.editor.dispatch({ selection: { anchor: studio.editor.state.doc.line(line + 1).from } })", line
    )
    expect(page.locator("#boxes .hit")).to_have_attribute("aria-label", re.compile("^dp_b, .*, dp_b_1$"))


def test_counted_otherwise(page: Page) -> None:
    net = archdsl.load("dpnet")
    page.get_by_label("Convention of FLOPs").select_option("ptflops-2021")
    expect(page.locator("[data-cost='flops.ptflops-2021']")).to_have_text(f"{counted(net, 'flops.ptflops-2021'):,}")
    page.get_by_label("Device that latency is predicted on").select_option("raspberry-pi-3b")
    expect(page.locator("[data-cost='latency.raspberry-pi-3b']")).to_have_text(re.compile(r"[\d.]+ m?s"))
    page.get_by_label("Colour boxes by").select_option("latency.raspberry-pi-3b")
    expect(page.locator("#scale")).to_contain_text("predicted on")
    page.get_by_label("Type of values").select_option("int8")
    page.get_by_label("Images in a batch").fill("4")
    page.keyboard.press("Enter")
    macs(page, 4 * net.cost().macs)
    expect(page.locator("#bill")).to_contain_text("raspberry-pi-3b has times for batch 1, none for 4")


def test_nothing_is_lost_when_the_server_starts_again(browser: Browser, folder: Path) -> None:
    shutil.copy(zoo() / "dpnet.yaml", folder / "kept.yaml")
    first = start(folder, "kept.yaml")
    page, _ = opened(browser, first.url)
    try:
        macs(page, archdsl.load("dpnet").cost().macs)
        assert "Traceback" not in first.stop()
        typed_over(page, "480,  112", "320,  112")
        expect(page.locator("#state")).to_contain_text("The server does not answer")
        with running(folder, "kept.yaml", "--port", str(first.port)):
            text = (zoo() / "dpnet.yaml").read_text(encoding="utf-8").replace("480,  112", "320,  112")
            macs(page, archdsl.loads(text).cost().macs)
            expect(page.locator("#state")).to_be_empty()
    finally:
        page.close()
