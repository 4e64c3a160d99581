"""Plots as files: a page that asks the network for nothing, figures that are the same each time, whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from archdsl.errors import BackendError, InputError
from archdsl.viz.plots import (
    ENDINGS,
    Bar,
    Contour,
    Curves,
    Dot,
    Dots,
    Parallel,
    Plot,
    Points,
    Scatter,
    Tornado,
    check_ending,
    write_plot,
)
from archdsl.viz.plots.figure import OnPage, layout
from archdsl.viz.plots.kinds import KINDS, PlotKind
from archdsl.viz.plots.page import content, page
from archdsl.viz.plots.paper import paper
from archdsl.viz.plots.paper_axes import OnPaper

ROWS = tuple({"w<b>": i / 4, "kernels": [3, 5 + i % 2], "a": 10**6 + i, "b": 40 - i} for i in range(20))
POINTS = Points("</script><img src=x>", ("w<b>", "kernels"), ("a", "b"), ROWS, (0, 5, 19), 3, "20 of 40 variants", {"b": "bytes"})
TORNADO = Tornado("Net", "a", 3e6, "bytes", (Bar("w$1$", "1 → 0.5", "1 → 2", -1e5, 2e5), Bar("k", "3 → 1", "", None, None)))
DOTS = Dots("Times", "time / time of a$1$", (Dot("g<b>", "a$1$", 1, 1, 1, "1 ms"), Dot("g<b>", "b", 2, 1.5, 2.5, "2 ms")))
PLANE = Points(
    "Net", ("x", "y"), ("a", "b"), tuple({"x": i, "y": j / 2, "a": i * j, "b": i} for i in range(3) for j in range(3)), (), 4
)
CURVES, CONTOUR = (
    Curves(POINTS, "w<b>", ("a", "b"), "kernels", ({"w<b>": 0.1, "kernels": [3, 5]},)),
    Contour(PLANE, "x", "y", "a"),
)
PLOTS: list[Plot] = [Scatter(POINTS, "a", "b", "kernels"), Parallel(POINTS, "w<b>"), TORNADO, DOTS, CURVES, CONTOUR]


class Reader(HTMLParser):
    """Tags, and what stands in scripts, as a browser parts them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def read() -> Reader:
    reader = Reader()
    reader.feed(page("<i>Plots</i>", PLOTS))
    return reader


def test_the_page_names_no_address(read: Reader) -> None:
    assert [tag for tag, _ in read.tags].count("script") == 3
    assert not [tag for tag, _ in read.tags if tag in ("img", "iframe", "object", "embed", "base")]
    attributes = [
        (tag, name, value) for tag, found in read.tags for name, value in found.items() if name in ("src", "href", "srcset")
    ]
    assert attributes == [("link", "href", "data:,")]
    policy = next(found["content"] for tag, found in read.tags if found.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"https?:|\*|connect-src", policy)


def test_the_page_holds_its_data_once(read: Reader) -> None:
    data = json.loads(read.scripts[0])
    assert len(data["tables"]) == 1
    assert [plot["table"] for plot in data["plots"]] == [0, 0, None, None, None, None]
    assert [plot["colour"] for plot in data["plots"][:2]] == ["kernels", "w<b>"]
    assert [plot["note"] for plot in data["plots"]] == ["20 of 40 variants", "20 of 40 variants", "", "", "20 of 40 variants", ""]
    assert data["plots"][0]["title"] == "</script><img src=x>: b against a"
    table = {column["name"]: column for column in data["tables"][0]}
    assert [table["kernels"]["words"][word] for word in table["kernels"]["word"][:2]] == ["[3, 5]", "[3, 6]"]
    assert table["a"]["places"][3] == 1_000_003


def test_colours_are_in_the_style_sheet() -> None:
    text = page("Plots", PLOTS)
    style = text[text.index("<style>") : text.index("</style>")]
    light, dark = (set(re.findall(r"(--[\w-]+):", part)) for part in style.split("@media (prefers-color-scheme: dark)", 1))
    named = set(re.findall(r'"var\((--[\w-]+)\)"', text))
    assert len(named) > 10
    assert named <= light
    assert {name for name in light if name != "--paper"} <= dark | {"--paper"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_chooses(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending.upper()}"
    write_plot(path, PLOTS)
    start = {".html": b"<!doctype html>", ".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[ending]
    assert path.read_bytes().startswith(start)
    assert os.listdir(tmp_path) == [path.name]
    assert path.stat().st_mode & 0o777 == 0o644


def test_width_of_a_column() -> None:
    def millimetres(plot: Plot, **more: Any) -> float:
        width: int = struct.unpack(">I", paper([plot], "png", **more)[16:20])[0]
        return width / 300 * 25.4

    assert [millimetres(plot) for plot in PLOTS] == pytest.approx([84, 174, 84, 174, 84, 84], abs=0.2)
    assert millimetres(PLOTS[0], column="double") == pytest.approx(174, abs=0.2)
    long = Tornado("Net", "a", 1, "", (Bar("rows.15.expansion.of.everything", "1 → 2", "", 1, None),))
    assert millimetres(long) == pytest.approx(174, abs=0.2)


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_plots_give_the_same_bytes(form: Any) -> None:
    assert paper(PLOTS, form) == paper(PLOTS, form)


def test_the_last_digits_of_a_layout_are_not_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver of the layout keeps to no fixed order, so its last digits differ from run to run."""
    from matplotlib import layout_engine

    before, solve = paper(PLOTS, "svg"), layout_engine.do_constrained_layout

    def noisy(fig: Any, **more: Any) -> Any:
        found = solve(fig, **more)
        for part in fig.subfigs:
            part.bbox_relative.set_points(part.bbox_relative.get_points() * (1 + 1e-14))
        for axes in fig.axes:
            box = axes.get_position(original=True)
            axes.set_position(type(box)(box.get_points() * (1 + 1e-14)))
        return found

    monkeypatch.setattr(layout_engine, "do_constrained_layout", noisy)
    assert paper(PLOTS, "svg") == before


@dataclass(frozen=True)
class Steps:
    """A kind of plot that is made up here: a number for each step."""

    title: str
    heights: tuple[float, ...]
    note: str = ""


def test_a_plot_is_one_row_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Steps("Net, step by step", (1, 4, 2), "three steps")
    with pytest.raises(
        InputError, match=r"^Steps is no kind of plot; known: Scatter, Parallel, Tornado, Dots, Named, Curves, Contour$"
    ):
        write_plot(tmp_path / "a.html", made)

    def on_page(plot: Steps) -> OnPage:
        return OnPage(plot.title, {"data": [{"type": "bar", "y": plot.heights}], "layout": layout()}, plot.note)

    def on_paper(plot: Steps, width: float) -> OnPaper:
        return OnPaper(width / 2, lambda part: part.subplots().bar(range(len(plot.heights)), plot.heights))

    monkeypatch.setitem(KINDS, Steps, PlotKind(on_page, on_paper, wide=lambda plot: len(plot.heights) > 10))
    for ending in ENDINGS:
        write_plot(tmp_path / f"alone{ending}", made)
        write_plot(tmp_path / f"beside{ending}", [*PLOTS, made])
    shown = content([*PLOTS, made])["plots"][-1]
    assert (shown["title"], shown["note"], shown["table"]) == ("Net, step by step", "three steps", None)
    assert "<title>Net, step by step</title>" in (tmp_path / "alone.html").read_text(encoding="utf-8")
    assert "three steps" in (tmp_path / "beside.svg").read_text(encoding="utf-8")
    size = struct.unpack(">II", (tmp_path / "alone.png").read_bytes()[16:24])
    assert [round(side / 300 * 25.4) for side in size] == [84, 42]


def test_svg_stands_alone() -> None:
    text = paper(PLOTS, "svg").decode()
    root = ElementTree.fromstring(text)
    title, description = (root.find(f".//{{http://purl.org/dc/elements/1.1/}}{name}") for name in ("title", "description"))
    assert title is not None
    assert title.text == "</script><img src=x>, Net, Times"
    assert description is not None
    assert description.text == "20 of 40 variants"
    assert "<dc:date>" not in text
    assert not re.search(r'href="(?!#|data:)', text)


def test_a_reader_s_own_style_changes_nothing() -> None:
    import matplotlib

    before = paper([PLOTS[0]], "svg")
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        assert paper([PLOTS[0]], "svg") == before
        assert matplotlib.rcParams["font.size"] == 20


@pytest.mark.parametrize(
    "plot",
    [
        Scatter(Points("one", (), ("a",), ({"a": 5},)), "a", "a"),
        Scatter(Points("one", (), ("a",), ({"a": 5},), (0,), 0), "a", "a", "a"),
        Scatter(Points("wide", (), ("a", "b"), tuple({"a": 10**i, "b": 0} for i in range(6)), (2,)), "a", "b", "b"),
        Parallel(Points("one", ("k",), ("a",), ({"a": 0, "k": "x"},), (0,)), "k"),
        Tornado("nothing", "a", 0, "", ()),
        Dots("one", "ratio", (Dot("g", "a", 1.0, 1.0, 1.0, ""),)),
        Tornado("still", "a", 0, "", (Bar("k", "", "1 → 2", None, 0.0),)),
    ],
)
@pytest.mark.filterwarnings("error")
def test_the_smallest_plots(tmp_path: Path, plot: Plot) -> None:
    write_plot(tmp_path / "a.png", plot)
    write_plot(tmp_path / "a.html", plot)


def test_mistakes_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"out\.jpg: a plot ends in \.html, \.png, \.svg, \.pdf$"):
        write_plot(tmp_path / "out.jpg", PLOTS)
    with pytest.raises(InputError, match=r"out: a plot ends in"):
        check_ending("out")
    with pytest.raises(InputError, match=r"out\.html: there is no plot to write$"):
        write_plot(tmp_path / "out.html", [])
    with pytest.raises(InputError, match=r"cannot be written: No such file or directory$"):
        write_plot(tmp_path / "none" / "out.png", PLOTS[0])
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match=r"folder\.svg is a folder; name a file$"):
        write_plot(tmp_path / "folder.svg", PLOTS[0])
    bad = Scatter(Points("Net", (), ("a",), ({"a": float("inf")},)), "a", "a")
    for ending in ENDINGS:
        with pytest.raises(InputError, match="Net: a of row 0 is no finite number but inf"):
            write_plot(tmp_path / f"out{ending}", bad)
    assert os.listdir(tmp_path) == ["folder.svg"]


@pytest.mark.parametrize(("library", "ending"), [("plotly", ".html"), ("matplotlib", ".png"), ("matplotlib", ".svg")])
def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, ending: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BackendError, match=rf"needs {library}, which is not installed: pip install 'archdsl\[plot\]'$"):
        write_plot(tmp_path / f"out{ending}", PLOTS)
    assert os.listdir(tmp_path) == []


def test_importing_the_plots_brings_no_library(tmp_path: Path) -> None:
    code = "import sys, archdsl.viz.plots; found = {'plotly', 'matplotlib', 'numpy'} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=tmp_path)


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def browse(page: Path) -> tuple[str, set[str]]:
    """The page as a browser made it, without its scripts, and the origins of pages that asked for an address.

    No name is resolved, so nothing is ever asked. What the browser wants for itself has no origin.
    """
    folder = page.parent
    flags = "--headless --no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --disable-background-networking --no-first-run"
    more = [
        f"--user-data-dir={folder / 'profile'}",
        f"--log-net-log={folder / 'net.json'}",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    command = [str(BROWSER), *flags.split(), *more, "--virtual-time-budget=20000", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    origins = set(re.findall(r'"initiator":"([^"]*)"', (folder / "net.json").read_text(encoding="utf-8")))
    return re.sub(r"<script.*?</script>", "", shown, flags=re.DOTALL), origins - {"not an origin"}


@pytest.mark.skipif(BROWSER is None, reason="no browser is installed")
def test_a_browser_draws_the_page_and_loads_nothing(tmp_path: Path) -> None:
    write_plot(tmp_path / "a.html", PLOTS, title="<i>Plots</i>")
    shown, origins = browse(tmp_path / "a.html")
    assert f'data-drawn="{len(PLOTS)}"' in shown
    assert "<h1>&lt;i&gt;Plots&lt;/i&gt;</h1>" in shown
    assert "<h2>&lt;/script&gt;&lt;img src=x&gt;: b against a</h2>" in shown
    assert not re.search(r"<img|WebGL is not supported|draws no WebGL", shown)
    assert shown.count("data-unformatted=") > 20
    assert not origins


@pytest.mark.skipif(BROWSER is None, reason="no browser is installed")
def test_a_page_that_loads_something_is_noticed(tmp_path: Path) -> None:
    """Otherwise the test above says nothing."""
    (tmp_path / "b.html").write_text('<img src="http://plots.invalid/a.png">', encoding="utf-8")
    assert browse(tmp_path / "b.html")[1]
