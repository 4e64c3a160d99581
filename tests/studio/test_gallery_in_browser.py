"""The gallery of the studio in Chromium: a network is found, looked at, opened and compared; the paper's figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from studios import browser_needed, opened, running

import archdsl
from archdsl.spec.locate import zoo, zoo_names

pytestmark = browser_needed
NAMES = ".zoo button.name"


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with running(tmp_path_factory.mktemp("specs"), "dpnet") as studio:
        found, wrong = opened(browser, studio.url)
        yield found
        found.close()
        assert wrong == []


@pytest.fixture
def gallery(page: Page) -> Page:
    page.click("#tab-gallery")
    page.click("#gallery-tab-networks")
    page.get_by_label("Find a network").fill("")
    return page


def test_networks_are_sorted_and_found(gallery: Page) -> None:
    names = gallery.locator(NAMES)
    expect(names).to_have_count(len(zoo_names()))
    fewest = min(zoo_names(), key=lambda name: archdsl.load(name).cost().params)
    gallery.get_by_role("button", name="Params (M)").click()
    expect(names.first).to_contain_text(fewest)
    expect(gallery.get_by_role("columnheader", name="Params (M)")).to_have_attribute("aria-sort", "ascending")
    gallery.get_by_role("button", name="Params (M)").click()
    expect(names.last).to_contain_text(fewest)
    gallery.get_by_label("Find a network").fill("zhao wang dp")
    expect(names).to_have_text([archdsl.load("dpnet").name + "dpnet"])
    gallery.get_by_role("button", name="Network", exact=True).click()


def test_a_network_is_opened_by_keyboard_and_undone(gallery: Page) -> None:
    gallery.get_by_label("Find a network").fill("squeezenet")
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("Enter")
    more = gallery.locator("tr.more:visible")
    expect(more.locator(".picture svg")).to_be_visible()
    count = archdsl.load("squeezenet").cost()
    expect(more).to_contain_text(f"{count.params:,}")
    for _ in range(4):
        gallery.keyboard.press("Tab")
        if gallery.evaluate("document.activeElement.textContent") == "Open":
            break
    gallery.keyboard.press("Enter")
    expect(gallery.locator("[data-cost=macs]")).to_have_text(f"{count.macs:,}")
    assert gallery.evaluate("studio.text") == (zoo() / "squeezenet.yaml").read_text(encoding="utf-8")
    assert gallery.evaluate("[studio.held.file, studio.unsaved()]") == ["zoo:squeezenet", False]
    expect(gallery.locator("#view-diagram")).to_be_visible()
    gallery.evaluate("studio.commands.get('undo').run()")
    expect(gallery.locator("[data-cost=macs]")).to_have_text(f"{archdsl.load('dpnet').cost().macs:,}")


def test_a_network_is_compared_and_told_against(gallery: Page) -> None:
    gallery.get_by_label("Find a network").fill("vgg16_bn")
    gallery.locator(NAMES).click()
    gallery.locator("tr.more:visible").get_by_role("button", name="Baseline").click()
    expect(gallery.get_by_label("Changes against")).to_have_value("zoo:vgg16_bn")
    before, now = (archdsl.load(name).cost().params for name in ("vgg16_bn", "dpnet"))
    expect(gallery.locator("#totals tr", has_text="parameters").locator(".change")).to_have_text(f"{now / before - 1:+.1%}")
    gallery.locator("tr.more:visible").get_by_role("button", name="Compare").click()
    expect(gallery.locator("#view-compare .designs")).to_contain_text("vgg16_bn")


def test_figures_and_table_of_the_paper(gallery: Page) -> None:
    gallery.click("#gallery-tab-figures")
    expect(gallery.locator("figure svg")).to_have_count(4)
    expect(gallery.locator(".printed tbody tr")).to_have_count(len(archdsl.load("dpnet").printed_table().rows))
    gallery.get_by_role("button", name="Enlarge Fig. 4").click()
    expect(gallery.locator("dialog .large svg")).to_be_visible()
    gallery.keyboard.press("Escape")
    expect(gallery.locator("dialog")).to_have_count(0)
