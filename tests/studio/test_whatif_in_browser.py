"""What-if and comparing in Chromium: a point of the front is loaded, work is given up, three designs stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import pytest
from playwright.sync_api import Page, expect
from studios import browser_needed, chromium, opened, running

import archdsl
from archdsl.spec.locate import zoo

pytestmark = browser_needed
TEXT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")
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
    (folder / "narrow.yaml").write_text(TEXT.replace("480,  112", "320,  112"), encoding="utf-8")
    with chromium() as browser, running(folder) as studio:
        found, wrong = opened(browser, f"{studio.url}?file=mine.yaml")
        yield found
        assert wrong == []


@pytest.fixture
def page(opened_page: Page) -> Page:
    opened_page.evaluate("studio.edit({ settings: {} })")
    expect(opened_page.locator("[data-cost=macs]")).to_have_text(f"{archdsl.load('dpnet').cost().macs:,}")
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
    front(page, "0.5:1:0.25", "0.5,1,2")
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
    assert set(settings) <= {"width", "expansion"}
    chosen = archdsl.load("dpnet", **{name: Fraction(value) for name, value in settings.items()})
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{chosen.cost().macs:,}")
    expect(page.get_by_label("width as a number")).to_have_value(settings.get("width", "1"))
    page.get_by_label("Undo").click()
    assert page.evaluate("studio.held.settings") == {}


def test_a_front_that_takes_long_tells_how_far_it_is_and_is_given_up(page: Page) -> None:
    front(page, "0.25:4:0.05", "0.25:4:0.05")
    page.get_by_role("button", name="+ knob").click()
    asked = page.locator("#whatif-front .asked")
    expect(asked.locator(".words")).to_have_text(re.compile(rf"[\d,]+ of {76**3:,} variants"))
    share = asked.locator("progress")
    expect(share).to_be_visible()
    asked.get_by_role("button", name="Cancel").click()
    expect(asked.locator(".words")).to_have_text("stopped")
    expect(share).to_be_hidden()
    page.get_by_label("Keep this knob as it is").last.click()
    front(page, "0.5,1", "1,2")
    expect(page.locator("#whatif-front .note")).to_contain_text("4 variants")  # what was given up does not stand in the way


def test_three_designs_are_compared(page: Page) -> None:
    page.evaluate("studio.edit({ settings: { width: '0.5' } })")
    page.click("#tab-compare")
    field = page.get_by_label("Network of the zoo or file to add")
    for name in ("squeezenet", "narrow.yaml"):
        field.fill(name)
        field.press("Enter")
        expect(page.locator(".designs")).to_contain_text(name)
    page.get_by_label("Remove as saved").click()
    nets = [archdsl.load("dpnet", width=0.5), archdsl.load("squeezenet"), archdsl.loads(TEXT.replace("480,  112", "320,  112"))]
    params = page.locator("#compare-table tr", has=page.get_by_role("rowheader", name="params", exact=True))
    expect(params.locator(".value")).to_have_text([re.compile(f"^{net.cost().params:,}") for net in nets])
    expect(params.locator(".lowest")).to_have_count(1)
    page.click("#compare-tab-rows")
    page.get_by_label("From").select_option("0")
    page.get_by_label("To", exact=True).select_option("2")
    changed = page.locator("#compare-rows tr.row")
    expect(changed.filter(has_text="320").first).to_be_visible()
    page.click("#compare-tab-plot")
    expect(page.locator("#compare-plot .scatterlayer .points path")).to_have_count(3)
