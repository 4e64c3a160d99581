"""What a person sees: nothing jumps, a small window has all panes, and a page without a design says how to begin."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from studios import Running, browser_needed, opened, running

from archdsl.spec.locate import zoo

pytestmark = browser_needed

WATCH = """() => {
  window.shifts = [];
  const told = ({ node }) => node?.nodeType === 3 || node?.closest?.(".cm-content, .cm-cursorLayer") ? null : node?.outerHTML?.slice(0, 80);
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries()) shifts.push(...sources.map(told).filter(Boolean));
  }).observe({ type: "layout-shift" });
}"""
"""Keeps what moves on the page, but for the line that is typed in."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("specs")
    shutil.copy(zoo() / "dpnet.yaml", folder / "mine.yaml")
    with running(folder) as found:
        yield found


def settled(page: Page) -> None:
    """Once the answer to the last draft is shown."""
    page.wait_for_function("() => studio.problemsOf === studio.text && !studio.stale")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_nothing_jumps_while_a_person_types_and_moves_a_knob(browser: Browser, studio: Running) -> None:
    page, wrong = opened(browser, f"{studio.url}?file=mine.yaml")
    expect(page.locator("#boxes .box").first).to_be_visible()
    page.evaluate(
        """() => {
          const anchor = studio.text.indexOf("480,");
          studio.editor.dispatch({ selection: { anchor, head: anchor + 3 }, scrollIntoView: true });
          studio.editor.focus();
        }"""
    )
    settled(page)
    page.wait_for_timeout(100)
    page.evaluate(WATCH)
    page.keyboard.type("320", delay=20)
    for _ in range(9):
        for key in ("Backspace", "Backspace", "4", "8"):
            page.keyboard.press(key, delay=5)
    page.keyboard.type("x")  # a mistake, and its message
    expect(page.locator("#problems li").first).to_be_visible()
    page.keyboard.press("Backspace")
    settled(page)
    page.get_by_label("width", exact=True).focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight", delay=5)
    settled(page)
    assert page.evaluate("() => studio.held.settings.width") == "2.5"
    assert page.evaluate("() => shifts") == []
    page.evaluate("() => document.querySelector('#bill').prepend('A line that moves the others.')")
    page.wait_for_function("() => shifts.length")
    page.close()
    assert wrong == []


def test_a_small_window_has_all_panes(browser: Browser, studio: Running) -> None:
    page, wrong = opened(browser, f"{studio.url}?file=mine.yaml", width=640, height=360)  # 1280x720 at 200 %
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 640
    for name in ("Export", "Commands"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    for pane in ("left", "middle", "right"):
        box = page.locator(f"#{pane}").bounding_box()
        assert box is not None
        assert box["width"] > 600
    total = page.locator("[data-cost=macs]")
    total.scroll_into_view_if_needed()
    expect(total).to_be_in_viewport()
    expect(page.locator("#title")).to_be_in_viewport()  # the head stays
    page.close()
    assert wrong == []


def test_a_page_without_a_design_says_how_to_begin(browser: Browser, studio: Running) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(studio.url)
    expect(page.get_by_role("tab", name="Gallery")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#totals")).to_be_hidden()
    page.get_by_role("button", name="Begin with a small network").click()
    expect(page.locator("#title")).to_have_text("mine")
    expect(page.locator("#begin")).to_be_hidden()
    expect(page.locator("#file")).to_have_text("untitled •")
    expect(page.locator("#boxes .box", has_text="bottleneck").first).to_be_visible()
    page.evaluate("() => studio.edit({ text: '' })")
    expect(page.locator("#begin")).to_be_visible()
    page.close()
