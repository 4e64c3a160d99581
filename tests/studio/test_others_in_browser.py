"""What comes from others, in Chromium: models and specs that are dropped, and names that are meant to do harm."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from studios import Running, browser_needed, opened

import archdsl
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.studio.server import LONGEST

pytestmark = browser_needed
TINY = "archdsl: 1\nname: Tiny\nimport: [blocks/mobile]\ninput: [3, 8, 8]\nnet:\n  - conv3x3: 4\n  - pool\n  - classifier: 10\n"
BAD = """<img src=x onerror="harmed=1">'"""
QUOTED = json.dumps(BAD)
HOSTILE = f"""archdsl: 1
name: {QUOTED}
source: {QUOTED}
import: [blocks/mobile]
input: [3, 8, 8]
knobs:
  out: {{default: 4, range: [1, 8], doc: {QUOTED}}}
  word: {{default: {QUOTED}, choices: [{QUOTED}, b]}}
blocks:
  unit:
    doc: {QUOTED}
    title: {QUOTED}
    args: {{out: 4}}
    body: [conv: {{kernel: 3, out: $out}}]
net:
  - stage: {QUOTED}
    body: [unit: $out]
  - pool
  - classifier: 10
reported: [{{params: 1K, source: {QUOTED}}}]
titles: {{classifier: {QUOTED}}}
"""
DROP = """async ([name, data, type]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)), transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  const place = document.getElementById("drawing");
  const fire = (type) => place.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  fire("dragenter");
  const veil = document.getElementById("drop-veil").hidden;
  const taken = !fire("dragover");
  fire("drop");
  return [veil, taken, document.getElementById("drop-veil").hidden];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("specs")
    (found / "tiny.yaml").write_text(TINY)
    (found / "it's <b>.yaml").write_text(HOSTILE)
    (found / "it's & that.yaml").write_text(HOSTILE)
    return found


@pytest.fixture(scope="module")
def page(browser: Browser, studio: Running) -> Iterator[Page]:
    found, wrong = opened(browser, f"{studio.url}?file=tiny.yaml")
    yield found
    found.close()
    assert wrong == []


def dropped(page: Page, name: str, data: bytes) -> None:
    """A file that the mouse brings from elsewhere and drops on the diagram."""
    assert page.evaluate(DROP, [name, base64.b64encode(data).decode(), ""]) == [False, True, True]


def imported(page: Page, name: str, data: bytes, macs: int) -> None:
    before = page.evaluate("studio.text")
    dropped(page, name, data)
    asked = page.get_by_role("dialog", name=f"{name} is imported")
    expect(asked.locator(".proof")).to_contain_text("equal")
    asked.get_by_role("button", name="Close").click()
    assert page.evaluate("studio.text") != before
    expect(page.locator("[data-cost=macs]")).to_have_text(f"{macs:,}")
    page.get_by_label("Undo").click()
    page.wait_for_function("(text) => studio.text === text", arg=before)


def test_a_spec_is_dropped(page: Page) -> None:
    text = TINY.replace("conv3x3: 4", "conv3x3: 6")
    dropped(page, "mine.yaml", text.encode())
    page.wait_for_function("(text) => studio.text === text", arg=text)
    expect(page.locator("#said")).to_contain_text("mine.yaml is open as a new design")
    page.get_by_label("Undo").click()
    page.wait_for_function("(text) => studio.text === text", arg=TINY)


def test_models_are_dropped(page: Page, tmp_path: Path) -> None:
    net = archdsl.loads(TINY)
    imported(page, "tiny.onnx", onnx_model(net.graph()).SerializeToString(), net.cost().macs)
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU())
    torch.export.save(torch.export.export(module, (torch.zeros(1, 3, 8, 8),)), tmp_path / "two.pt2")
    imported(page, "two.pt2", (tmp_path / "two.pt2").read_bytes(), 36 * 4 * 27)


def test_a_damaged_model_changes_nothing(page: Page) -> None:
    data = onnx_model(archdsl.loads(TINY).graph()).SerializeToString()
    for name, damaged in (("cut.onnx", data[: len(data) // 2]), ("noise.onnx", bytes(range(256))), ("none.pt2", b"")):
        page.evaluate("studio.say('')")
        dropped(page, name, damaged)
        expect(page.locator("#said.error")).to_contain_text(name)
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("[studio.text, studio.held.file]") == [TINY, "tiny.yaml"]


def test_a_question_that_is_too_long_is_refused_and_others_are_answered(page: Page) -> None:
    """The line that it ended comes back, and it is not asked again."""
    refused = """async (size) => {
      const asked = () => studio.ask("answer", { draft: { text: " ".repeat(size) } }).catch((error) => error.message);
      return [await asked(), await asked(), (await studio.ask("choices", {})).dtypes.length > 0];
    }"""
    words = "This is more text than the server takes at once."
    assert page.evaluate(refused, LONGEST) == [words, words, True]
    expect(page.locator("#state")).to_be_empty()


def harmless(page: Page) -> None:
    """Nothing that a text says became an element, in any pane."""
    assert page.evaluate("[document.querySelectorAll('img[src=x]').length, typeof harmed]") == [0, "undefined"]


def test_names_are_shown_as_they_are_written(browser: Browser, studio: Running) -> None:
    page, wrong = opened(browser, f"{studio.url}?file=" + quote("it's & that.yaml"))
    expect(page.locator("#title")).to_have_text(BAD)
    expect(page.locator("#file")).to_have_text("it's & that.yaml")
    expect(page.locator("#boxes .title", has_text=BAD)).to_have_count(1)
    expect(page.locator("#reported")).to_contain_text(BAD)
    expect(page.get_by_label("word", exact=True).locator("option").first).to_have_text(BAD)
    page.get_by_role("button", name="Blocks", exact=True).click()
    page.get_by_label("Find a block or operator").fill("unit")
    page.locator("#palette .word").first.focus()
    expect(page.locator("#palette .doc")).to_contain_text(BAD)
    harmless(page)
    # docs under the pointer, and completion
    page.locator(".cm-line", has_text="body: [unit").locator("text=unit").first.hover()
    expect(page.locator(".cm-tooltip")).to_contain_text(BAD)
    harmless(page)
    # the other views
    page.click("#tab-compare")
    expect(page.locator("#compare-table th", has_text=BAD)).not_to_have_count(0)
    page.click("#compare-tab-plot")
    expect(
        page.locator("#compare-plot .plot .annotation-text, #compare-plot .plot text").filter(has_text="<img")
    ).not_to_have_count(0)
    page.click("#tab-whatif")
    expect(page.locator("#whatif-curve .plot .trace").first).to_be_visible()
    harmless(page)
    # what is kept
    page.get_by_role("button", name="Snapshots").click()
    page.get_by_label("Note of the new snapshot").fill(BAD)
    page.keyboard.press("Enter")
    expect(page.locator(".snapshot .note")).to_have_value(BAD)
    page.locator(".snapshot").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text(BAD)
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("treeitem", name="it's & that.yaml")).to_have_count(1)
    expect(page.get_by_role("treeitem", name="it's <b>.yaml")).to_have_count(0)  # a name that no file of the studio has
    page.keyboard.press("Escape")
    dropped(page, f"{BAD}.exe", b"1")
    expect(page.locator("#said")).to_contain_text(f"{BAD}.exe cannot be read")
    # a box, and a mistake, that name it
    page.evaluate("(text) => studio.edit({ text })", HOSTILE.replace("- pool", f"- opaque: {{what: {QUOTED}, gives: [8]}}"))
    page.click("#tab-diagram")
    page.locator("#boxes .box.opaque").click()
    expect(page.locator("#detail")).to_contain_text(BAD)
    page.evaluate("(text) => studio.edit({ text })", HOSTILE.replace("  unit:", f"  {QUOTED}:"))
    expect(page.locator("#problems")).to_contain_text(BAD)
    page.locator(".cm-lintRange-error").first.hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text(BAD)
    harmless(page)
    page.close()
    assert wrong == []


def test_every_key_is_one_command(page: Page) -> None:
    keys = page.evaluate("[...studio.commands.values()].map(({ keys }) => keys).filter(Boolean)")
    assert len(keys) > 15
    assert sorted(set(keys)) == sorted(keys)
