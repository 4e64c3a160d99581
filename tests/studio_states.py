"""What there is to see of the studio: every pane, view, popup and dialog, each with the way there and back.

The states come one after the other on one page, which holds DP-Net as `mine.yaml` of a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, expect

from archdsl.spec.locate import zoo

TEXT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")


class Seen(NamedTuple):
    """A state: its name, how it is reached, what of the page is new in it, and how it is left."""

    name: str
    reach: Callable[[Page], None]
    where: str
    leave: Callable[[Page], None] | None = None


def command(page: Page, name: str) -> None:
    page.evaluate("(name) => { studio.commands.get(name).run(); }", name)


def edited(page: Page, text: str) -> None:
    page.evaluate("(text) => studio.edit({ text })", text)


def escape(page: Page) -> None:
    page.keyboard.press("Escape")


def as_it_was(page: Page) -> None:
    page.mouse.move(2, 2)
    edited(page, TEXT)
    expect(page.locator("#problems")).to_be_empty()


def heat(page: Page) -> None:
    expect(page.locator("#boxes .box").first).to_be_visible()
    page.get_by_label("Device that latency is predicted on").select_option("raspberry-pi-3b")
    page.get_by_label("Colour boxes by").select_option("macs")
    page.evaluate("() => studio.set('width', '1.5')")
    expect(page.locator("#totals .more").first).to_be_visible()
    page.locator("#boxes .box", has_text="conv3x3").click()
    page.keyboard.press("ArrowRight")  # opens the block
    expect(page.locator("#boxes .title.block")).to_contain_text("conv3x3")
    expect(page.locator("#detail")).to_be_visible()


def kinds(page: Page) -> None:
    page.keyboard.press("ArrowLeft")
    page.get_by_label("Colour boxes by").select_option("kind")
    page.evaluate("() => studio.set('width', undefined)")


def row_menu(page: Page) -> None:
    page.locator("#boxes .box", has_text="conv3x3").first.click(button="right")
    expect(page.locator(".row-menu")).to_be_visible()


def palette(page: Page) -> None:
    command(page, "palette")
    page.locator("#palette .word").first.focus()


def mistake(page: Page) -> None:
    edited(page, TEXT.replace("conv3x3,    ", "conv3x4,    "))
    expect(page.locator("#problems .fix")).to_be_visible()
    page.locator(".cm-lintRange-error").hover()
    expect(page.locator(".cm-tooltip .cm-diagnosticAction")).to_be_visible()


def empty(page: Page) -> None:
    edited(page, "")
    expect(page.locator("#problems")).to_contain_text("the file is empty")


def completion(page: Page) -> None:
    page.evaluate(
        """() => {
          const anchor = studio.text.indexOf("- [conv3x3") + 7;
          studio.editor.dispatch({ selection: { anchor }, scrollIntoView: true });
          studio.editor.focus();
        }"""
    )
    page.keyboard.press("Control+Space")
    expect(page.locator(".cm-tooltip-autocomplete")).to_be_visible()


def dialog(name: str) -> Callable[[Page], None]:
    def reach(page: Page) -> None:
        command(page, name)
        expect(page.locator("dialog[open]")).to_be_visible()

    return reach


def conflict(folder: Path) -> Callable[[Page], None]:
    def reach(page: Page) -> None:
        (folder / "mine.yaml").write_text("# theirs\n" + TEXT.replace("name: DP-Net", "name: Theirs"), encoding="utf-8")
        edited(page, TEXT.replace("name: DP-Net", "name: Mine") + "# mine\n")
        command(page, "save")
        expect(page.locator("dialog[open] .merge")).to_be_visible()

    return reach


def merged(page: Page) -> None:
    escape(page)
    as_it_was(page)


def snapshots(page: Page) -> None:
    command(page, "snapshots")
    page.get_by_label("Note of the new snapshot").fill("before it was pruned")
    page.keyboard.press("Enter")
    expect(page.locator(".snapshot")).to_be_visible()


def snapshot_dialog(name: str) -> Callable[[Page], None]:
    def reach(page: Page) -> None:
        page.locator("#snapshots").get_by_role("button", name=name, exact=True).click()
        expect(page.locator("dialog[open]")).to_be_visible()

    return reach


def snapshots_closed(page: Page) -> None:
    escape(page)
    command(page, "snapshots")


def plotted(name: str) -> Callable[[Page], None]:
    def reach(page: Page) -> None:
        command(page, name)
        expect(page.locator(f"#{name} .plot .main-svg").first).to_be_visible()

    return reach


def contour(page: Page) -> None:
    plotted("whatif-curve")(page)
    page.get_by_label("And over which knob", exact=True).select_option("expansion")
    expect(page.locator("#whatif-curve .plot .contour").first).to_be_attached()


def front(page: Page) -> None:
    plotted("whatif-front")(page)
    page.get_by_label("Only variants for which this holds").fill("params<=600K")
    page.locator("#whatif-front .listing summary").click()
    page.wait_for_function(
        "() => { const { length } = document.querySelectorAll('.listing tbody tr'); return length && length < 50; }"
    )


def solved(page: Page) -> None:
    command(page, "whatif-solve")
    page.get_by_role("button", name="Solve", exact=True).click()
    expect(page.locator(".found tbody tr").first).to_be_visible()


def compared(page: Page) -> None:
    command(page, "compare-table")
    expect(page.locator(".adders")).to_be_visible()
    page.evaluate("() => studio.emit('compare.add', { zoo: 'mobilenet_v3' })")
    expect(page.locator(".compared th", has_text="MobileNetV3")).to_be_visible()


def rows_compared(page: Page) -> None:
    command(page, "compare-rows")
    page.get_by_label("To", exact=True).select_option(index=2)
    expect(page.locator("#compare-rows .picture img")).to_be_visible()


def gallery(page: Page) -> None:
    command(page, "gallery-networks")
    page.get_by_label("Find a network").fill("dp")
    page.locator(".zoo button.name", has_text="DP-Net").click()
    expect(page.locator(".about .picture svg")).to_be_visible()


def figures(page: Page) -> None:
    command(page, "gallery-figures")
    expect(page.locator(".figures figure svg").first).to_be_visible()


def enlarged(page: Page) -> None:
    page.locator(".figures .enlarge button").first.click()
    expect(page.locator("dialog[open] svg")).to_be_visible()


def states(folder: Path) -> tuple[Seen, ...]:
    """All of them, in an order in which the page grows late: what is hidden takes time to look through, too."""
    return (
        Seen("heat", heat, "html", kinds),
        Seen("row menu", row_menu, ".row-menu", escape),
        Seen("completion", completion, "#editor", escape),
        Seen("mistake", mistake, "#left", as_it_was),
        Seen("empty", empty, "#left", as_it_was),
        *(Seen(name, dialog(name), "dialog", escape) for name in ("open", "save-as", "commands", "share", "export")),
        Seen("conflict", conflict(folder), "dialog", merged),
        Seen("snapshots", snapshots, "#snapshots"),
        Seen("snapshot compared", snapshot_dialog("Compare"), "dialog", escape),
        Seen("snapshot deleted", snapshot_dialog("Delete"), "dialog", snapshots_closed),
        Seen("palette", palette, "#middle", escape),
        Seen("compare", compared, "#middle"),
        Seen("compare rows", rows_compared, "#middle"),
        Seen("compare plot", plotted("compare-plot"), "#middle"),
        Seen("contour", contour, "#middle"),
        Seen("tornado", plotted("whatif-tornado"), "#middle"),
        Seen("solve", solved, "#middle"),
        Seen("gallery", gallery, "#middle"),
        Seen("figures", figures, "#middle"),
        Seen("enlarged", enlarged, "dialog", escape),
        Seen("front", front, "#middle"),
    )


@contextmanager
def seen(page: Page, state: Seen) -> Iterator[str]:
    """Go there, and back afterwards; the selector of what is new."""
    state.reach(page)
    yield state.where
    if state.leave:
        state.leave(page)
