"""What axe finds in the studio: nothing, in any state, in light and dark. And a whole round without a mouse."""

from __future__ import annotations

import shutil
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from studio_states import TEXT, seen, states
from studios import Running, browser_needed, opened

import archdsl
from archdsl.spec.locate import zoo

pytestmark = browser_needed
AXE = Path(__file__).parents[1] / "fixtures" / "axe"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# The list that completes a word is moved in by the arrow keys while the editor keeps the focus, as `aria-activedescendant` says there.
LISTS = ".cm-tooltip-autocomplete *"

# Panels that are hidden are taken out meanwhile: axe walks through them, too, which takes most of its time.
RUN = """async ([where, only, lists]) => {
  const outer = (panel) => !panel.parentElement.closest("[role=tabpanel][hidden]");
  const hidden = [...document.querySelectorAll("[role=tabpanel][hidden]")].filter(outer).map((panel) => [panel, new Comment()]);
  for (const [panel, mark] of hidden) panel.replaceWith(mark);
  let violations;
  try {
    ({ violations } = await axe.run(where === "html" ? document : where, {
      runOnly: only, resultTypes: ["violations"], iframes: false, preload: false }));
  } finally {
    for (const [panel, mark] of hidden) mark.replaceWith(panel);
  }
  const told = ({ id, nodes }) => nodes
    .filter(({ target }) => id !== "scrollable-region-focusable" || !document.querySelector(target[0]).matches(lists))
    .map(({ target, any, all, none }) => `${id}: ${target.join(" ")}: ${[...any, ...all, ...none][0]?.message}`);
  return violations.flatMap(told);
}"""


def test_axe_is_the_one_that_is_noted() -> None:
    digest = sha256((AXE / "axe.min.js").read_bytes()).hexdigest()
    told = (AXE / "README.md").read_text(encoding="utf-8")
    assert digest in told
    assert told.split()[1].rstrip(",") in (AXE / "axe.min.js").read_text(encoding="utf-8")[:200]


def looked_through(page: Page, where: str) -> list[str]:
    """What axe says of a part of the page in light, and of its contrast in dark."""
    by_tag: dict[str, Any] = {"type": "tag", "values": RULES}
    contrast = {"type": "rule", "values": ["color-contrast"]}
    found = page.evaluate(RUN, [where, by_tag, LISTS])
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in page.evaluate(RUN, [where, contrast, LISTS])]
    page.emulate_media(color_scheme="light")
    return list(found)


def test_axe_finds_nothing_in_any_state(browser: Browser, studio: Running, folder: Path) -> None:
    shutil.copy(zoo() / "dpnet.yaml", folder / "mine.yaml")
    page, wrong = opened(browser, f"{studio.url}?file=mine.yaml")
    page.evaluate((AXE / "axe.min.js").read_text(encoding="utf-8"))
    page.evaluate("() => document.getElementById('actions').append(document.createElement('button'))")
    assert [one.split(":")[0] for one in looked_through(page, "#actions")] == ["button-name"]
    page.evaluate("() => document.getElementById('actions').lastChild.remove()")
    found: dict[str, list[str]] = {}
    for state in states(folder):
        with seen(page, state) as where:
            if told := looked_through(page, where):
                found[state.name] = told
    page.close()
    assert found == {}
    assert wrong == []


def focused(page: Page) -> str:
    """What has the keys, by its label or words; it is seen to have them."""
    page.wait_for_function("() => document.activeElement !== document.body")
    label, seen = page.evaluate(
        """() => {
          const one = document.activeElement, style = getComputedStyle(one);
          const caret = one.closest(".cm-editor")?.querySelector(".cm-cursor-primary");
          const label = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
          return [label.trim().slice(0, 99), Boolean(caret) || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)];
        }"""
    )
    assert seen, f"nothing shows that {label!r} has the keys"
    return str(label)


def test_a_whole_round_by_keyboard(browser: Browser, studio: Running, folder: Path) -> None:
    mine = folder / "round.yaml"
    mine.write_text(TEXT, encoding="utf-8")
    page, wrong = opened(browser, f"{studio.url}?file=zoo:alexnet")
    press = page.keyboard.press

    press("Control+o")
    expect(page.locator("dialog[open]")).to_be_visible()
    assert focused(page) == "Find a spec"
    page.keyboard.type("round")
    press("Enter")
    expect(page.locator("#file")).to_have_text("round.yaml")
    expect(page.locator("#title")).to_have_text("DP-Net")

    for pane in ("Text of the spec", "Diagram", "resolution", "Text of the spec"):
        press("F6")
        assert focused(page) == pane
    press("Control+Home")
    for _ in range(TEXT.splitlines().index("name: DP-Net")):
        press("ArrowDown")
    press("End")
    page.keyboard.type(" by hand")
    expect(page.locator("#title")).to_have_text("DP-Net by hand")
    press("Enter")
    page.keyboard.type("souce: a desk", delay=5)
    page.wait_for_function("() => studio.problemsOf === studio.text && studio.problems.length")
    press("Control+Home")
    press("F8")
    expect(page.locator("#said")).to_contain_text("souce")
    press("Control+.")
    page.wait_for_function("() => !studio.text.includes('souce')")
    press("End")
    press("Shift+Home")
    press("Backspace")
    press("Backspace")
    expect(page.locator("#problems")).to_be_empty()

    press("Escape")  # after it Tab leaves the editor
    press("Tab")
    assert focused(page) == "Width of the spec"
    press("Tab")
    assert focused(page) == "Diagram"
    press("ArrowRight")
    assert focused(page) == "What if"
    expect(page.locator("#view-whatif")).to_be_visible()
    press("Alt+1")
    expect(page.locator("#boxes .box").first).to_be_visible()
    press("F6")
    while focused(page) != "Diagram":
        press("Shift+Tab")
    press("Home")

    press("F6")
    while focused(page) != "width":
        press("Tab")
    press("ArrowRight")
    width = page.get_by_label("width as a number").input_value()
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{archdsl.load('dpnet', width=Fraction(width)).cost().macs:,}")
    press("Control+z")
    expect(page.locator(".knob.changed")).to_have_count(0)

    press("Control+k")
    page.keyboard.type("save")
    press("Enter")
    expect(page.locator("#said")).to_contain_text("round.yaml is saved")
    assert mine.read_text(encoding="utf-8") == TEXT.replace("name: DP-Net", "name: DP-Net by hand")
    page.close()
    assert wrong == []
