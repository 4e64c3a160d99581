"""Completion, docs under the pointer and fixes as a person uses them, in Chromium against a server that runs."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from studios import browser_needed

pytestmark = browser_needed
OPTION = ".cm-tooltip-autocomplete li"


def write(page: Page, text: str) -> None:
    """The whole text of the editor, the cursor at `|`."""
    page.evaluate(
        """([text, anchor]) => {
          studio.edit({ text });
          studio.editor.dispatch({ selection: { anchor } });
          studio.editor.focus();
        }""",
        [text.replace("|", ""), text.index("|")],
    )


def text(page: Page) -> str:
    found: str = page.evaluate("studio.text")
    return found


def test_a_block_of_the_zoo_comes_with_its_import(page: Page) -> None:
    write(page, "input: [3, 32, 32]\nnet:\n  - |\n")
    page.keyboard.type("conv_nor")
    options = page.locator(OPTION)
    expect(options.first).to_contain_text("conv_norm")
    expect(page.locator(".cm-completionInfo")).to_contain_text("import: [blocks/mobile]")
    page.wait_for_timeout(150)  # a list that has only just come does not take Enter, which may be meant for the text
    page.keyboard.press("Enter")
    page.keyboard.type("16")
    assert text(page) == "import: [blocks/mobile]\ninput: [3, 32, 32]\nnet:\n  - conv_norm: 16\n"
    expect(page.locator("#problems")).to_be_empty()


def test_asked_for_by_keys(page: Page) -> None:
    write(page, "input: [3, 32, 32]\nnet:\n  - conv: {out: 16, |}\n")
    page.keyboard.press("Control+Space")
    expect(page.locator(OPTION)).to_have_count(6)
    page.keyboard.type("gr")
    expect(page.locator(OPTION)).to_have_text(["groups1"])
    page.wait_for_timeout(150)
    page.keyboard.press("Tab")
    assert "{out: 16, groups: }" in text(page)


def test_a_mistake_is_mended_by_button_and_by_keys(page: Page) -> None:
    write(page, "input: [3, 32, 32]\nnet:\n  - conv: {out: 16, kernal: 3}\n  - rellu\n  - fork:\n    paths: [[], [norm]]\n|")
    page.locator("#problems").get_by_role("button", name="Write kernel").click()
    expect(page.locator("#problems")).not_to_contain_text("kernal")
    assert "kernel: 3" in text(page)
    page.keyboard.press("F8")
    expect(page.locator("#said")).to_contain_text("did you mean")
    page.keyboard.press("Control+.")
    expect(page.locator("#problems")).not_to_contain_text("rellu")
    page.keyboard.press("Control+.")
    page.get_by_role("dialog").get_by_role("button", name="Add join: add").click()
    expect(page.locator("#problems")).to_be_empty()
    assert text(page).endswith("  - relu\n  - fork:\n    paths: [[], [norm]]\n    join: add\n")
    page.keyboard.press("Control+z")
    expect(page.locator("#problems")).to_contain_text("a fork needs a 'join'")


def test_a_fix_stands_where_wide_characters_do(page: Page) -> None:
    """Columns of the server count characters, those of a browser units of which 𝛼 takes two."""
    write(page, 'input: [3, 32, 32]\nnet:\n  - {conv: 16, name: "𝛼𝛽", nmae: b}\n|')
    page.locator("#problems").get_by_role("button", name="Write").first.click()
    assert '{conv: 16, name: "𝛼𝛽", name: b}' in text(page)


def test_what_stands_under_the_pointer_is_told(page: Page) -> None:
    place = page.evaluate("studio.editor.coordsAtPos(studio.text.indexOf('[dp_a') + 3)")
    page.mouse.move(place["left"], (place["top"] + place["bottom"]) / 2)
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("DP-block A")
    write(page, "input: [3, 32, 32]\nnet:\n  - rellu\n|")
    page.locator(".cm-lintRange-error").hover()
    page.locator(".cm-tooltip").get_by_role("button", name="Write relu").click()
    expect(page.locator("#problems")).to_be_empty()
