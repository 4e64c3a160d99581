"""How quickly the studio follows: measured in a browser against a server of this machine.

    python benchmarks/studio.py [--spec dpnet] [--edits 60] [--sessions 30]

first page      from opening the address to the first totals, and to the first diagram, in a fresh browser profile
keystroke       from a key in the editor to totals that are those of the new text, and to a diagram that is drawn
slider          diagrams and totals that are drawn in a second while a knob is moved all the time
sessions        the same keystroke in the browser while other sessions change a design each, every two seconds

Medians, and in brackets what nine in ten stay below.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from studios import Running, chromium, running

from archdsl.spec.locate import zoo

PAUSE = 2.0
"""Seconds between two changes of a session: a person who types and looks."""

EDIT = """async ({ edits, from, to }) => {
  const { editor } = studio, found = { totals: [], diagram: [] };
  const once = (event) => new Promise((resolve) => { const off = studio.on(event, () => { off(); resolve(); }); });
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
  for (let i = 0; i < edits; i++) {
    const at = studio.text.search(new RegExp(from)) + to;
    const totals = once("bill").then(painted), diagram = once("picture").then(painted), begin = performance.now();
    editor.dispatch({ changes: { from: at, to: at + 1, insert: `${(i % 4) + 2}` }, userEvent: "input.type" });
    found.totals.push((await totals) - begin);
    found.diagram.push((await diagram) - begin);
    await new Promise((resolve) => setTimeout(resolve, 120 + 60 * Math.random()));
  }
  return found;
}"""

SLIDE = """async (seconds) => {
  const count = { bill: 0, picture: 0 }, drawn = [];
  const off = Object.keys(count).map((event) => studio.on(event, () => { count[event] += 1; }));
  const begin = performance.now();
  let step = 0;
  while (performance.now() - begin < 1000 * seconds) {
    step += 1;
    studio.set("width", `${(0.25 + 0.05 * (step % 60)).toFixed(2)}`, { live: true });
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  const took = (performance.now() - begin) / 1000;
  off.forEach((stop) => stop());
  studio.set("width", undefined);
  return { totals: count.bill / took, diagrams: count.picture / took };
}"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--spec", default="dpnet")
    asked.add_argument("--edits", type=int, default=60)
    asked.add_argument("--sessions", type=int, default=30)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), options.spec) as studio:
        measure(studio, options)


def measure(studio: Running, options: argparse.Namespace) -> None:
    """Print everything that is measured."""
    with chromium() as browser:
        starts = [first(browser, studio.url) for _ in range(5)]
        show("first page, totals", [totals for totals, _ in starts])
        show("first page, diagram", [diagram for _, diagram in starts])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(studio.url)
        page.wait_for_function("() => studio.answer?.picture")
        time.sleep(1)
        given = {"edits": options.edits, "from": r"\d80,  112", "to": 0}
        page.evaluate(EDIT, given | {"edits": 10})
        found = page.evaluate(EDIT, given)
        show("keystroke to totals", found["totals"])
        show("keystroke to diagram", found["diagram"])
        speed = page.evaluate(SLIDE, 5)
        print(f"{'slider':<32} {speed['totals']:5.1f} totals and {speed['diagrams']:5.1f} diagrams a second")
        text = (zoo() / f"{options.spec}.yaml").read_text(encoding="utf-8")
        with Others(studio, text, options.sessions - 1) as others:
            time.sleep(PAUSE * 2)
            found = page.evaluate(EDIT, given)
        show(f"{options.sessions} sessions, totals", found["totals"])
        show(f"{options.sessions} sessions, diagram", found["diagram"])
        show("  of the others, totals", others.totals)
        show("  of the others, diagram", others.pictures)


def first(browser: Any, url: str) -> tuple[float, float]:
    """Milliseconds from opening the page to totals and to a diagram, with nothing in the cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("#totals tbody tr")
    totals = time.perf_counter()
    page.wait_for_selector("#boxes .box")
    drawn = time.perf_counter()
    context.close()
    return 1000 * (totals - begin), 1000 * (drawn - begin)


class Others:
    """Sessions that change a design each, without a browser: what a server has to do for them is the same."""

    def __init__(self, studio: Running, text: str, number: int):
        self.url = studio.url.replace("http", "ws", 1) + "live"
        self.origin = studio.url.rstrip("/")
        self.text, self.number = text, number
        self.totals: list[float] = []
        self.pictures: list[float] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self) -> Others:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(number) for number in range(self.number)))

    async def _one(self, number: int) -> None:
        from websockets.asyncio.client import connect

        draw = random.Random(number)
        async with connect(self.url, origin=self.origin, max_size=None) as line:  # type: ignore[arg-type]
            await asyncio.sleep(PAUSE * draw.random())
            asked = 0
            while not self.over.is_set():
                asked += 1
                text = self.text.replace("480,  112", f"{draw.randrange(200, 900, 8)},  112")
                given = {"draft": {"text": text, "file": "", "settings": {}}, "baseline": {"text": self.text, "settings": {}}}
                begin = time.perf_counter()
                await line.send(json.dumps({"id": asked, "ask": "answer", "given": given, "key": "answer"}))
                while True:
                    said = str(await line.recv())
                    took = 1000 * (time.perf_counter() - begin)
                    if '"part":"bill"' in said[:60]:
                        self.totals.append(took)
                    elif '"part":"picture"' in said[:60]:
                        self.pictures.append(took)
                    elif '"done"' in said[:60] or '"failed"' in said[:60]:
                        break
                await asyncio.sleep(max(0.0, PAUSE * draw.uniform(0.5, 1.5) - took / 1000))


def show(what: str, milliseconds: list[float]) -> None:
    """One line of the table."""
    tenth = quantiles(milliseconds, n=10)[-1] if len(milliseconds) > 1 else milliseconds[0]
    print(f"{what:<32} {median(milliseconds):6.0f} ms  ({tenth:.0f} ms)")


if __name__ == "__main__":
    main()
