"""What-if and comparing in Chromium: a point of the front is loaded, work is given up, three designs stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from studios import browser_needed, chromium, opened, running

import archdsl

pytestmark = browser_needed
TEXT = """\
archdsl: 1
name: Three
input: [3, 32, 32]
knobs:
  width: {default: 8, range: [1, 200]}
  inner: {default: 16, range: [1, 200]}
  outer: {default: 24, range: [1, 200]}
blocks:
  unit: {args: {out: int, s: int}, body: [conv: {kernel: 3, out: $out, stride: $s}, norm, relu]}
net:
  - table:
      columns: [op, out, s]
      rows:
        - [unit, $width, 2]
        - [unit, $inner, 1]
        - [unit, $outer, 2]
  - adaptive_pool
  - flatten
  - linear: 10
"""
NARROW = TEXT.replace("$outer, 2", "12, 2")
POINT = """(row) => {
  const plot = document.querySelector('#whatif-front .plot');
  for (const trace of plot.data) {
    const at = (trace.customdata ?? []).indexOf(row);
    if (at < 0) continue;
    const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
    return { x: box.left + xaxis._offset + xaxis.d2p(trace.x[at]), y: box.top + yaxis._offset + yaxis.d2p(trace.y[at]) };
  }
}"""


@pytest.fixture(scope="module")
def opened_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("specs")
    (folder / "mine.yaml").write_text(TEXT, encoding="utf-8")
    (folder / "narrow.yaml").write_text(NARROW, encoding="utf-8")
    with chromium() as browser, running(folder) as studio:
        found, wrong = opened(browser, f"{studio.url}?file=mine.yaml")
        yield found
        assert wrong == []


@pytest.fixture
def page(opened_page: Page) -> Page:
    opened_page.evaluate("studio.edit({ settings: {} })")
    expect(opened_page.locator("[data-cost=macs]")).to_have_text(f"{archdsl.loads(TEXT).cost().macs:,}")
    return opened_page


def front(page: Page, *axes: str) -> None:
    """The front over two knobs with these values."""
    page.click("#tab-whatif")
    page.click("#whatif-tab-front")
    fields = page.get_by_label("Values: Knob that may change")
    expect(fields).to_have_count(2)
    for field, values in zip(fields.all(), axes, strict=True):
        field.fill(values)


def test_a_click_on_the_front_loads_that_design(page: Page) -> None:
    front(page, "4:8:2", "8,16,24")
    expect(page.locator("#whatif-front .note")).to_contain_text("9 variants")
    plot = page.locator("#whatif-front .plot")
    expect(plot.locator(".scatterlayer .trace").first).to_be_visible()
    row = page.evaluate(
        "() => document.querySelector('#whatif-front .plot').data.flatMap((trace) => trace.customdata ?? []).find((row) => row > 0)"
    )
    at = page.evaluate(POINT, row)
    page.mouse.move(at["x"] - 3, at["y"])
    page.mouse.move(at["x"], at["y"])
    told = plot.locator(".hoverlayer text").first
    expect(told).to_contain_text("width")
    page.mouse.click(at["x"], at["y"])
    page.wait_for_function("() => Object.keys(studio.held.settings).length > 0")
    settings = page.evaluate("studio.held.settings")
    assert set(settings) <= {"width", "inner"}
    chosen = archdsl.loads(TEXT, **{name: int(value) for name, value in settings.items()})
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{chosen.cost().macs:,}")
    expect(page.get_by_label("width as a number")).to_have_value(settings.get("width", "8"))
    page.get_by_label("Undo").click()
    assert page.evaluate("studio.held.settings") == {}


def test_a_front_that_takes_long_tells_how_far_it_is_and_is_given_up(page: Page) -> None:
    front(page, "1:200", "1:200")
    page.get_by_role("button", name="+ knob").click()
    asked = page.locator("#whatif-front .asked")
    expect(asked.locator(".words")).to_have_text(re.compile(rf"[\d,]+ of {200**3:,} variants"))
    share = asked.locator("progress")
    expect(share).to_be_visible()
    asked.get_by_role("button", name="Cancel").click()
    expect(asked.locator(".words")).to_have_text("stopped")
    expect(share).to_be_hidden()
    page.get_by_label("Keep this knob as it is").last.click()
    front(page, "4,8", "8,16")
    expect(page.locator("#whatif-front .note")).to_contain_text("4 variants")  # what was given up does not stand in the way


def test_three_designs_are_compared(page: Page) -> None:
    page.evaluate("studio.edit({ settings: { width: '4' } })")
    page.click("#tab-compare")
    field = page.get_by_label("Network of the zoo or file to add")
    for name in ("squeezenet", "narrow.yaml"):
        field.fill(name)
        field.press("Enter")
        expect(page.locator(".designs")).to_contain_text(name)
    page.get_by_label("Remove as saved").click()
    nets = [archdsl.loads(TEXT, width=4), archdsl.load("squeezenet"), archdsl.loads(NARROW)]
    params = page.locator("#compare-table tr", has=page.get_by_role("rowheader", name="params", exact=True))
    expect(params.locator(".value")).to_have_text([re.compile(f"^{net.cost().params:,}") for net in nets])
    expect(params.locator(".lowest")).to_have_count(1)
    page.click("#compare-tab-rows")
    page.get_by_label("From").select_option("0")
    page.get_by_label("To", exact=True).select_option("2")
    changed = page.locator("#compare-rows tr.row")
    expect(changed.filter(has_text="12").first).to_be_visible()
    page.click("#compare-tab-plot")
    expect(page.locator("#compare-plot .scatterlayer .points path")).to_have_count(3)
