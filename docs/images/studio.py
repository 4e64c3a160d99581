"""The pictures of the studio in docs/studio.md, taken anew in Chromium: python docs/images/studio.py [NAME...]

Each shows the studio at 1440x900 with DP-Net, brought into a state of `tests/studio_states.py`. The pictures have 128 colours, so that they
are small; which fonts they show depends on the machine.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import studio_states as states
from PIL import Image
from playwright.sync_api import Page, expect
from studios import chromium, running

from archdsl.spec.locate import zoo

HERE = Path(__file__).resolve().parent
SIZE = 1440, 900
COLOURS = 128
LARGEST = 150_000
"""Bytes of a picture."""


class Shot(NamedTuple):
    """A picture: what is done before it is taken, and in which colours."""

    reach: Callable[[Page], None]
    scheme: str = "light"


def heat(page: Page) -> None:
    states.heat(page)
    page.mouse.move(2, 2)


def conflict(page: Page) -> None:
    page.evaluate("() => studio.show('diagram')")
    states.conflict(Path(page.evaluate("() => studio.folder")))(page)


def gallery(page: Page) -> None:
    states.gallery(page)
    page.get_by_label("Find a network").fill("")
    page.locator(".zoo tr.open").scroll_into_view_if_needed()


SHOTS = {
    "studio": Shot(heat),
    "studio_mistake": Shot(states.mistake),
    "studio_completion": Shot(states.completion, "dark"),
    "studio_contour": Shot(states.contour),
    "studio_front": Shot(states.plotted("whatif-front"), "dark"),
    "studio_compare": Shot(states.compared),
    "studio_gallery": Shot(gallery),
    "studio_conflict": Shot(conflict),
}


def taken(page: Page) -> bytes:
    """The page as a PNG of few colours."""
    page.evaluate("() => { if (document.activeElement.role === 'tab') document.activeElement.blur(); }")
    page.wait_for_timeout(700)  # what moves has come to rest
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    found = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(found, "PNG", optimize=True)
    return found.getvalue()


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        folder = Path(made) / "designs"
        folder.mkdir()
        with running(folder) as studio:
            for name in names or SHOTS:
                shutil.copy(zoo() / "dpnet.yaml", folder / "mine.yaml")
                shot = SHOTS[name]
                page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme=shot.scheme)
                page.goto(f"{studio.url}?file=mine.yaml")
                expect(page.locator("#boxes .box").first).to_be_visible()
                page.evaluate("(folder) => { studio.folder = folder; }", str(folder))
                shot.reach(page)
                picture = taken(page)
                assert len(picture) <= LARGEST, f"{name}: {len(picture)} bytes"
                (HERE / f"{name}.png").write_bytes(picture)
                page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
