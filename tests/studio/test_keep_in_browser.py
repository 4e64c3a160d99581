"""What is kept: files, drafts, snapshots, links, and files that are made and dropped."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from studios import browser_needed, opened

import archdsl
from archdsl.spec.locate import zoo

pytestmark = browser_needed
SHORT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")


def edited(page: Page, text: str) -> None:
    page.evaluate("(text) => studio.edit({ text })", text)


def command(page: Page, name: str) -> None:
    page.evaluate("(name) => { studio.commands.get(name).run(); }", name)


def test_saving_writes_the_file_and_takes_the_mark_away(page: Page, folder: Path) -> None:
    edited(page, SHORT + "# mine\n")
    expect(page.locator("#file")).to_have_text("mine.yaml •")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("mine.yaml is saved")
    expect(page.locator("#file")).to_have_text("mine.yaml")
    assert (folder / "mine.yaml").read_text() == SHORT + "# mine\n"


def test_a_file_that_changed_on_disk_is_merged(page: Page, folder: Path) -> None:
    theirs = "# theirs\n" + SHORT
    (folder / "mine.yaml").write_text(theirs)
    edited(page, SHORT + "# mine\n")
    page.keyboard.press("Control+s")
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("changed while you edited it")
    assert (folder / "mine.yaml").read_text() == theirs
    asked.get_by_role("button", name="Keep the text on the right").click()
    expect(page.locator("#said")).to_contain_text("is saved")
    assert (folder / "mine.yaml").read_text() == "# theirs\n" + SHORT + "# mine\n"


def test_where_both_changed_a_line_it_is_said_and_either_can_be_taken(page: Page, folder: Path) -> None:
    theirs = SHORT.replace("name: DP-Net", "name: Theirs")
    (folder / "mine.yaml").write_text(theirs)
    edited(page, SHORT.replace("name: DP-Net", "name: Mine"))
    page.keyboard.press("Control+s")
    asked = page.get_by_role("dialog")
    line = SHORT.splitlines().index("name: DP-Net") + 1
    expect(asked).to_contain_text(f"Both changed line {line}")
    asked.get_by_role("button", name="Take the file").click()
    page.wait_for_function("(text) => studio.text === text", arg=theirs)
    assert (folder / "mine.yaml").read_text() == theirs
    page.keyboard.press("Control+z")
    page.wait_for_function("() => studio.text.includes('name: Mine')")


def test_a_reload_loses_nothing(page: Page) -> None:
    edited(page, SHORT + "# not saved\n")
    page.evaluate("() => studio.edit({ settings: { width: '0.5' } })")
    page.wait_for_timeout(400)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_function("() => window.studio?.text?.endsWith('# not saved\\n')")
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{archdsl.load('dpnet', width=0.5).cost().macs:,}")


def test_a_link_carries_text_and_settings(browser: Browser, page: Page) -> None:
    page.evaluate("() => studio.edit({ settings: { width: '0.5' } })")
    command(page, "share")
    link = page.get_by_role("textbox", name="Link").input_value()
    other, wrong = opened(browser, link)
    assert other.evaluate("() => [studio.text, studio.held.settings]") == [SHORT, {"width": "0.5"}]
    assert "#" not in other.url
    other.goto("about:blank")
    other.goto(link[:-40])
    expect(other.locator("#said")).to_contain_text("may have been cut")
    other.close()
    assert wrong == []


def test_snapshots_are_kept_compared_and_loaded(page: Page, folder: Path) -> None:
    command(page, "snapshots")
    page.get_by_label("Note of the new snapshot").fill("<b>first</b>")
    page.keyboard.press("Enter")
    note = page.get_by_label("Note of DP-Net")
    expect(note).to_have_value("<b>first</b>")
    edited(page, SHORT + "# later\n")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("# later")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.locator("#snapshots").get_by_role("button", name="Load").click()
    page.wait_for_function("(text) => studio.text === text", arg=SHORT)
    page.locator("#snapshots").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(note).to_have_count(0)
    assert list((folder / ".archdsl" / "snapshots").iterdir()) == []


def test_an_export_is_downloaded(page: Page) -> None:
    command(page, "export")
    with page.expect_download() as downloading:
        page.get_by_role("dialog").get_by_role("button", name=re.compile("CSV")).click()
    assert downloading.value.suggested_filename == "mine.csv"
    assert Path(downloading.value.path()).read_text(encoding="utf-8").startswith("layer,")


def test_a_spec_is_opened_from_the_list_and_from_this_computer(page: Page, tmp_path: Path) -> None:
    command(page, "open")
    expect(page.get_by_label("Find a spec")).to_be_focused()
    page.keyboard.type("alexnet")
    page.keyboard.press("Enter")
    expect(page.locator("#file")).to_contain_text("alexnet.yaml, a copy of the zoo's")
    mine = tmp_path / "tiny.yaml"
    mine.write_text("input: [3, 8, 8]\nnet: [conv3x3: 4]\n")
    page.locator("input[type=file]").set_input_files(mine)
    page.wait_for_function("() => studio.text.includes('conv3x3')")
    page.locator("input[type=file]").set_input_files({"name": "x.exe", "mimeType": "", "buffer": b"1"})
    expect(page.locator("#said")).to_contain_text("cannot be read")
