"""What is typed and moved and not saved: kept for every file and tab, offered again, written into the file when that is wanted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, expect
from studios import SECONDS, Running, browser_needed

import archdsl
from archdsl.spec.locate import zoo

pytestmark = browser_needed
SHORT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")
OTHER = (zoo() / "mobilenet_v1.yaml").read_text(encoding="utf-8")


@pytest.fixture
def context(browser: Browser, folder: Path) -> Iterator[BrowserContext]:
    shutil.copy(zoo() / "dpnet.yaml", folder / "mine.yaml")
    shutil.copy(zoo() / "mobilenet_v1.yaml", folder / "other.yaml")
    found = browser.new_context(viewport={"width": 1280, "height": 720})
    found.set_default_timeout(SECONDS * 1000)
    wrong: list[str] = []
    found.on("weberror", lambda error: wrong.append(str(error.error)))
    yield found
    found.close()
    assert wrong == []


@pytest.fixture
def page(context: BrowserContext, studio: Running) -> Page:
    return at(context, studio, "mine.yaml")


def at(context: BrowserContext, studio: Running, file: str) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{studio.url}?file={file}")
    page.wait_for_selector("#totals tbody tr")
    return page


def typed(page: Page, words: str) -> None:
    """Something at the end of the text, kept by the browser."""
    page.evaluate("(words) => studio.edit({ text: studio.text + words })", words)
    page.wait_for_function("(words) => studio.drafts.mine(studio.held.file)?.text.endsWith(words)", arg=words)


def opens(page: Page, file: str) -> None:
    page.evaluate("(file) => { studio.open(file); }", file)


def moves(page: Page, settings: dict[str, str]) -> None:
    page.evaluate("(settings) => studio.edit({ settings })", settings)


def ends(page: Page, words: str) -> None:
    page.wait_for_function("(words) => window.studio?.editor && studio.text.endsWith(words)", arg=words)


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def button(page: Page, words: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=words).click()


def test_a_knob_is_kept_as_default_in_one_step_and_what_the_text_cannot_say_is_said(page: Page) -> None:
    keep = page.get_by_role("button", name="Keep width as default")
    expect(keep).to_be_hidden()
    moves(page, {"width": "0.5", "classes": "10", "rows.2.exp": "96"})
    expect(page.get_by_label("Other settings")).to_contain_text("rows.2.exp = 96")
    keep.click()
    said(page, "width: in the text now, as its default.")
    now = page.evaluate("() => [studio.text, studio.held.settings]")
    assert yaml.safe_load(now[0])["knobs"]["width"]["default"] == 0.5
    assert now[1] == {"classes": "10", "rows.2.exp": "96"}
    page.get_by_role("button", name="Keep all").click()
    page.wait_for_function("() => !Object.keys(studio.held.settings).length")
    wanted = archdsl.load("dpnet", **{"width": 0.5, "classes": 10, "rows.2.exp": 96}).cost()
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{wanted.macs:,}")
    expect(page.locator("#knob-width-number")).to_have_value("0.5")
    page.evaluate("() => { studio.commands.get('undo').run(); studio.commands.get('undo').run(); }")
    assert page.evaluate("() => [studio.text, studio.held.settings]") == [
        SHORT,
        {"width": "0.5", "classes": "10", "rows.2.exp": "96"},
    ]
    page.get_by_role("button", name="Reset all").click()
    assert page.evaluate("() => studio.held.settings") == {}
    expect(page.get_by_role("button", name="Keep all")).to_be_disabled()
    classes = page.get_by_role("spinbutton", name="classes")  # a range of 100,000 places is no slider
    expect(classes).to_have_value("1000")
    classes.press("ArrowUp")
    classes.press("Enter")
    assert page.evaluate("() => studio.held.settings") == {"classes": "1001"}
    opens(page, "zoo:mobilenet_v3_small")
    page.wait_for_function("() => studio.held.file === 'zoo:mobilenet_v3_small'")
    moves(page, {"blocks.squeeze_excite.hidden": "8", "classes": "10"})
    page.get_by_role("button", name="Keep all").click()
    said(page, "neither has nor calls the block 'squeeze_excite'")
    assert page.evaluate("() => studio.held.settings") == {"blocks.squeeze_excite.hidden": "8"}


def test_saving_offers_to_keep_what_was_moved_and_aligns_tables_that_can_be_read(page: Page, folder: Path) -> None:
    crooked = SHORT.replace("[dp_b,             64,", "[dp_b, 64, ") + "# mine\n"
    page.evaluate("(text) => studio.edit({ text, settings: { width: '0.5' } })", crooked)
    page.keyboard.press("Control+s")
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("width = 0.5")
    asked.get_by_role("button", name="Cancel").click()
    assert (folder / "mine.yaml").read_text() == SHORT
    page.keyboard.press("Control+s")
    button(page, "Save the text alone")
    said(page, "moved knobs are not in its text (width)")
    assert (folder / "mine.yaml").read_text() == SHORT + "# mine\n"  # its comments kept
    page.keyboard.press("Control+s")  # nobody is asked twice
    said(page, "is saved")
    moves(page, {"width": "0.75"})
    page.keyboard.press("Control+s")
    button(page, "Write them into the file")
    page.wait_for_function("() => !Object.keys(studio.held.settings).length && !studio.unsaved()")
    expect(page.locator("#file")).to_have_text("mine.yaml")
    wanted = SHORT.replace("width:      {default: 1,", "width:      {default: 0.75,") + "# mine\n"
    assert (folder / "mine.yaml").read_text() == wanted
    broken = SHORT.replace("[dp_b,             64,", "[dp_b, 64, ") + "knobs: [\n"
    page.evaluate("(text) => studio.edit({ text })", broken)
    page.keyboard.press("Control+s")
    said(page, "mine.yaml is saved. Its tables are not aligned: line")
    assert (folder / "mine.yaml").read_text() == broken


def test_undo_across_open_and_a_draft_for_each_file_of_a_tab(page: Page) -> None:
    typed(page, "# one\n")
    opens(page, "other.yaml")
    expect(page.locator("#file")).to_have_text("other.yaml")
    page.evaluate("() => studio.commands.get('undo').run()")
    expect(page.locator("#file")).to_have_text("mine.yaml •")
    assert page.evaluate("() => [studio.saved.file, studio.saved.text, studio.text]") == ["mine.yaml", SHORT, SHORT + "# one\n"]
    page.evaluate("() => studio.commands.get('undo').run()")
    expect(page.locator("#file")).to_have_text("mine.yaml")
    assert "file=mine.yaml" in page.url
    typed(page, "# one\n")
    opens(page, "other.yaml")
    page.wait_for_function("() => studio.held.file === 'other.yaml'")
    typed(page, "# two\n")
    opens(page, "mine.yaml")
    expect(page.get_by_role("dialog", name="mine.yaml has an unsaved draft")).to_be_visible()
    button(page, "Go on with the draft")
    ends(page, "# one\n")
    expect(page.locator("#file")).to_have_text("mine.yaml •")
    opens(page, "other.yaml")
    button(page, "Open the file")
    page.wait_for_function("(text) => studio.text === text", arg=OTHER)
    page.evaluate("() => { studio.commands.get('drafts').run(); }")
    button(page, "Open the draft of other.yaml")
    ends(page, "# two\n")
    page.reload()
    ends(page, "# two\n")
    said(page, "What you typed and did not save is here again.")


def test_two_tabs_with_one_file_and_a_tab_that_was_closed(context: BrowserContext, studio: Running, page: Page) -> None:
    typed(page, "# one\n")
    second = at(context, studio, "mine.yaml")
    assert second.evaluate("() => studio.text") == SHORT
    assert second.get_by_role("dialog").count() == 0
    typed(second, "# two\n")
    page.reload()
    ends(page, "# one\n")
    second.close()
    third = at(context, studio, "mine.yaml")
    button(third, "Go on with the draft")
    ends(third, "# two\n")
    assert page.evaluate("() => studio.text").endswith("# one\n")


def test_a_copy_of_a_tab_has_its_own_drafts(context: BrowserContext, studio: Running, page: Page) -> None:
    typed(page, "# one\n")
    with context.expect_page() as opening:  # a window that a page opens begins with a copy of what the page holds for its tab
        page.evaluate("() => window.open(location.href)")
    copy = opening.value
    ends(copy, "# one\n")
    typed(copy, "# two\n")
    page.reload()
    ends(page, "# one\n")
    copy.reload()
    ends(copy, "# one\n# two\n")


def test_designs_without_a_file_do_not_replace_each_other_and_sending_tells_how_far_it_is(page: Page) -> None:
    for words in ("# one", "# two"):
        page.locator("input[type=file]").set_input_files(
            {"name": "x.yaml", "mimeType": "", "buffer": f"input: [3, 8, 8]\nnet: [conv3x3: 4]\n{words}\n".encode()}
        )
        ends(page, f"{words}\n")
        page.wait_for_function("() => studio.drafts.mine('')")
    page.reload()
    ends(page, "# two\n")
    page.evaluate("() => { studio.commands.get('drafts').run(); }")
    button(page, "Open the draft of untitled")
    ends(page, "# one\n")
    page.evaluate("() => { studio.commands.get('drafts').run(); }")
    button(page, "Delete the draft of untitled")
    button(page, "Delete the draft of untitled")
    expect(page.get_by_role("dialog")).to_contain_text("None but what is open")
    button(page, "Close")
    page.evaluate(
        """() => { window.told = [];
          const look = () => { const words = document.querySelector("dialog [role=status]"); if (words) told.push(words.textContent); };
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true }); }"""
    )
    page.evaluate("() => { studio.ask = () => Promise.reject(new Error('not imported')); }")  # the sending alone is of interest
    page.locator("input[type=file]").set_input_files({"name": "x.onnx", "mimeType": "", "buffer": b"0" * 3_000_000})
    page.wait_for_function("() => told.includes('2.9 MiB of 2.9 MiB sent')")
    said(page, "not imported")


def test_a_draft_of_a_file_that_changed_is_merged(page: Page, folder: Path) -> None:
    typed(page, "# mine\n")
    (folder / "mine.yaml").write_text("# theirs\n" + SHORT)
    page.reload()
    expect(page.get_by_role("dialog")).to_contain_text("changed while you edited it")
    button(page, "Keep the text on the right")
    page.wait_for_function("(text) => studio.text === text", arg="# theirs\n" + SHORT + "# mine\n")


def test_the_oldest_go_first_and_none_without_a_word(page: Page) -> None:
    fill = """([name, base, text, time]) => localStorage.setItem(`archdsl-draft:gone:${name}`,
      JSON.stringify({ file: name, settings: {}, text, base, digest: "", time }))"""
    big = "# " + "x" * 1_000_000
    for name, base, time in (("saved.yaml", big, 3), ("first.yaml", "", 1), ("last.yaml", "", 2)):
        page.evaluate(fill, [name, base, big, time])
    names = "() => studio.drafts.all().map((one) => one.file).sort()"
    typed(page, "# more\n")
    assert page.evaluate(names) == ["first.yaml", "last.yaml", "mine.yaml"]
    assert page.locator("#said").text_content() == ""
    typed(page, "# " + "y" * 1_100_000)
    assert page.evaluate(names) == ["last.yaml", "mine.yaml"]
    said(page, "no room for more drafts: that of first.yaml")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }; }")
    page.evaluate("() => studio.edit({ text: studio.text + '# end' })")
    said(page, "no room for this draft")


def test_save_as_shows_folders_and_asks_before_it_replaces(page: Page, folder: Path) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "there.yaml").write_text("# theirs\n")
    page.evaluate("() => studio.edit({ text: studio.text + '# mine\\n' })")
    page.keyboard.press("Control+Shift+s")
    name, says = page.get_by_label("Name of the file"), page.locator("#save-as-says")
    expect(name).to_be_focused()
    expect(page.get_by_role("treeitem", name="other.yaml")).to_be_visible()
    for typed_name, words in (("../x", "No part of a name"), ("a/b", "Makes the folder a and in it b.yaml"), ("", "has a name")):
        name.fill(typed_name)
        expect(says).to_contain_text(words)
    name.fill("there.yaml")
    for key in ("ArrowDown", "Enter"):  # the folder "deep", whose name then stands before
        page.keyboard.press(key)
    expect(name).to_have_value("deep/there.yaml")
    expect(says).to_contain_text("is there already")
    page.keyboard.press("Enter")
    button(page, "Cancel")
    assert (folder / "deep" / "there.yaml").read_text() == "# theirs\n"
    page.keyboard.press("Control+Shift+s")
    page.get_by_role("treeitem", name="deep").click()
    page.get_by_role("treeitem", name="there.yaml").click()
    button(page, "Save")
    button(page, "Replace")
    said(page, "deep/there.yaml is saved")
    assert (folder / "deep" / "there.yaml").read_text() == SHORT + "# mine\n"
    expect(page.locator("#file")).to_have_text("deep/there.yaml")
    page.keyboard.press("Control+Shift+s")
    name.fill("new/er/x")
    page.keyboard.press("Enter")
    said(page, "new/er/x.yaml is saved. The folder new/er was made for it.")
    assert (folder / "new" / "er" / "x.yaml").exists()
    page.keyboard.press("Control+o")
    expect(page.get_by_label("Find a spec")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#open-list")).to_contain_text("there.yaml")
    expect(page.get_by_role("treeitem", name="er", exact=True)).to_have_count(0)  # no spec in it


def test_changes_are_told_against_a_file_a_snapshot_or_a_network_of_the_zoo(page: Page) -> None:
    chooser, change = page.get_by_role("button", name="Choose another baseline"), page.locator("#totals tr:nth-child(2) .change")
    select = page.locator("#against")
    here, other = (archdsl.load(name).cost().macs for name in ("dpnet", "mobilenet_v1"))
    for words, chosen in (("other", "other.yaml"), ("mobilenet_v1", "mobilenet_v1")):
        chooser.click()
        page.get_by_label("Find a design").fill(words)
        page.keyboard.press("Enter")
        expect(select.locator("option:checked")).to_have_text(chosen)
        expect(change).to_have_text(f"{here / other - 1:+.1%}")
    half = archdsl.load("dpnet", width=0.5).cost().macs
    page.evaluate(
        "() => studio.ask('snapshot.add', { draft: { ...studio.draft(), settings: { width: '0.5' } }, note: 'half as wide' })"
    )
    page.evaluate("() => { studio.commands.get('against').run(); }")
    page.get_by_role("treeitem", name="half as wide").click()
    expect(change).to_have_text(f"{here / half - 1:+.1%}")
    page.get_by_label("Changes against", exact=True).select_option("the file as saved")
    expect(change).to_have_text("=")
    measure = """(field) => { const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(field);
      pen.font = style.font;
      return [pen.measureText("the file as saved").width + 2 * parseFloat(style.paddingLeft) + 18, field.clientWidth]; }"""
    words, room = select.evaluate(measure)  # with the arrow beside the words
    assert words <= room


def test_a_browser_that_keeps_nothing_says_so(browser: Browser, studio: Running) -> None:
    page = browser.new_page()
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
          Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } }); }"""
    )
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{studio.url}?file=mine.yaml")
    page.wait_for_selector("#totals tbody tr")
    said(page, "keeps nothing for the studio")
    page.evaluate("() => studio.edit({ text: studio.text + '# end' })")
    page.evaluate("() => { studio.commands.get('open').run(); }")
    page.get_by_label("Find a spec").fill("other")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("the browser keeps no draft of it")
    button(page, "Stay here")
    assert json.loads(page.evaluate("() => JSON.stringify(studio.draft())"))["file"] == "mine.yaml"
    expect(page.locator("#file")).to_have_text(re.compile("mine.yaml •"))
    page.close()
    assert wrong == []
