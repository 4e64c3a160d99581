"""The report of a run in Chromium: nothing is complained of, nothing is wider than the window, no word of a picture is cut."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_records import epochs, evaluation, record, right

from archdsl.train.data.digits import digits
from archdsl.train.record import Record, Worst
from archdsl.train.report import report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (1600, 1280, 800)

MEASURE = """
const told = {};
const loaded = [...document.querySelectorAll("iframe")].map(frame => new Promise(done => {
  if (frame.contentDocument && frame.contentDocument.readyState === "complete" && frame.contentDocument.querySelector("main")) done();
  else frame.addEventListener("load", done);
}));
Promise.all(loaded).then(() => {
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, root = page.documentElement;
    page.querySelectorAll("details").forEach(details => { details.open = true; });
    const beyond = [];
    for (const picture of page.querySelectorAll("main svg[viewBox]")) {
      const frame = picture.getBoundingClientRect();
      for (const word of picture.querySelectorAll("text")) {
        const box = word.getBoundingClientRect();
        if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
          beyond.push(word.textContent);
      }
    }
    told[frame.name] = { over: root.scrollWidth - root.clientWidth, beyond,
      sizes: [...page.querySelectorAll(".chart text")].map(word => word.getBoundingClientRect().height),
      pictures: [...page.images].map(image => image.complete && image.naturalWidth > 0),
      paper: getComputedStyle(page.body).backgroundColor };
  }
  const pre = document.createElement("pre");
  pre.id = "told"; pre.textContent = JSON.stringify(told); document.body.append(pre);
});
"""


def long_names(classes: int) -> Record:
    """Names as long as those of ImageNet, some of a single word."""
    word = "Lilliputianwithoutanyspaceinitsname"
    names = tuple(f"black-and-tan coonhound, number {n}" if n % 3 else word + "x" * n for n in range(classes))
    counts = right(classes, 6)
    counts[0][0], counts[0][1] = 5, 1
    return record(classes=names, final=evaluation(counts, (Worst(0, 0, 1, 0.9999),)))


def reports() -> dict[str, str]:
    test = digits().test
    whole = record()
    assert whole.final is not None
    image = [np.full((3, 300, 500), 90, np.uint8)]
    return {
        "digits": report(whole, [test.image(one.index) for one in whole.final.worst]),
        "one epoch": report(record(epochs=epochs(1), final=None), ()),
        "many epochs": report(record(epochs=epochs(300), data="a stand-in for CIFAR-100 " + "x" * 50), ()),
        "small rates": report(record(epochs=tuple(replace(one, rate=one.rate / 400) for one in epochs(30))), ()),
        "untested": report(record(epochs=epochs(3, tested=False), final=None), ()),
        "one class": report(record(classes=("only",), final=evaluation([[7]])), ()),
        "two classes": report(long_names(2), image),
        "twenty": report(long_names(20), image),
        "fifty": report(long_names(50), ()),
        "hundred": report(long_names(100), image),
        "thousand": report(long_names(1000), image),
    }


def measured(path: Path, pages: dict[str, str], dark: bool) -> tuple[dict[str, Any], list[str]]:
    """What each page is at each width, and what the console says."""
    frames = [
        f'<iframe name="{name} at {width}" style="width: {width}px; height: 900px" srcdoc="{escape(text)}"></iframe>'
        for name, text in pages.items()
        for width in WIDTHS
    ]
    content = "\n".join(frames)
    path.write_text(f'<!doctype html><meta charset="utf-8"><body>{content}<script>{MEASURE}</script></body>', encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    flags += [f"--user-data-dir={path.parent / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=20000"]
    flags += [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    done = subprocess.run(
        [str(CHROMIUM), *flags, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    told = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return told, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")
@pytest.mark.parametrize("dark", [False, True])
def test_reports_of_all_kinds_fit_their_window(tmp_path: Path, dark: bool) -> None:
    pages = reports()
    told, console = measured(tmp_path / "pages.html", pages, dark)
    assert console == []
    assert len(told) == len(pages) * len(WIDTHS)
    assert {name: page["over"] for name, page in told.items() if page["over"] > 0} == {}
    assert {name: page["beyond"] for name, page in told.items() if page["beyond"]} == {}
    assert all(all(page["pictures"]) for page in told.values())
    assert len(told["digits at 800"]["pictures"]) == 3
    assert min(height for page in told.values() for height in page["sizes"]) > 13  # lines of type of twelve pixels
    assert {page["paper"] for page in told.values()} == {"rgb(20, 23, 28)" if dark else "rgb(255, 255, 255)"}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")
def test_the_measurement_sees_what_does_not_fit(tmp_path: Path) -> None:
    """A page that is too wide, with a script that its policy forbids, is told."""
    wide = report(record(), ()).replace("<main>", '<main><script>0</script><div style="width: 2000px">wide</div>')
    told, console = measured(tmp_path / "pages.html", {"wide": wide}, dark=False)
    assert all(page["over"] > 300 for page in told.values())
    assert len(console) >= 1
