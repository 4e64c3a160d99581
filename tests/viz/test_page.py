"""The page of a network: what it holds, that it stands alone, and what it does in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.net import Net
from archdsl.viz import page as pages
from archdsl.viz.page.data import page_data as data_of
from archdsl.viz.page.outline import PagePart, outline


def page_data(net: Net, block: str | None = None, **options: Any) -> dict[str, Any]:
    scene = net.diagram(block, **options).scene
    assert scene is not None
    return json.loads(json.dumps(data_of(scene)))


def page(net: Net, block: str | None = None, **options: Any) -> str:
    scene = net.diagram(block, **options).scene
    assert scene is not None
    return pages.page(scene)


def children(parts: tuple[PagePart, ...], around: int) -> list[tuple[str, str]]:
    return [(part.kind, " | ".join(part.lines)) for part in parts if part.around == around]


# -- structure ---------------------------------------------------------------------------------------------------------------


def test_the_outermost_level_is_the_table_with_its_stages() -> None:
    parts = outline(archdsl.load("dpnet").graph()).parts
    assert children(parts, -1) == [
        ("input", "input"),
        ("block", "conv3x3 | out 16, s 2, hswish"),
        *[("stage", name) for name in ("stage1", "stage2", "stage3", "stage4", "stage5")],
        ("block", "conv1x1 | out 960, s 1, hswish"),
        ("block", "pool"),
        ("block", "fc | out 1280, hswish"),
        ("block", "classifier | out 1000"),
        ("output", "output"),
    ]


def test_a_repeat_opens_to_each_of_its_parts() -> None:
    parts = outline(archdsl.load("dpnet").graph()).parts
    number = next(n for n, part in enumerate(parts) if part.kind == "repeat")
    assert parts[number].lines == ("dp_a x 2", "exp 120, out 40, s 1, se, relu")
    assert parts[number].name == "dp_a_3 to dp_a_4"
    inside = [part for part in parts if part.around == number]
    assert [part.name for part in inside] == ["dp_a_3", "dp_a_4"]
    assert parts[number].nodes == inside[0].nodes + inside[1].nodes


def test_a_block_has_its_paths_and_what_joins_them() -> None:
    parts = outline(archdsl.load("dpnet").graph()).parts
    number = next(n for n, part in enumerate(parts) if part.name == "dp_a_2")
    assert children(parts, number) == [
        ("split", "split"),
        ("block", "k3: partial | split 1/2"),
        ("block", "k5: partial | split 1/2"),
        ("join", "concat"),
        ("operator", "transition | 1x1 conv | norm"),
    ]


@pytest.mark.parametrize("name", ["dpnet", "resnet101", "randwire", "googlenet", "vit_small", "densenet121"])
def test_every_operator_is_in_one_box_and_every_tensor_arrives(name: str) -> None:
    graph = archdsl.load(name).graph()
    found = outline(graph)
    boxes = [part for part in found.parts if not part.opens]
    assert Counter(node.name for part in boxes for node in part.nodes) == Counter(list(graph.nodes))
    place = {node.name: number for number, part in enumerate(found.parts) if not part.opens for node in part.nodes}
    wanted = {(place[s], place[n.name], s) for n in graph for s in n.inputs if place[s] != place[n.name]}
    output = len(found.parts) - 1
    assert {(x.source, x.target, x.tensor) for x in found.links if x.target != output} == wanted
    assert all(part.around < number for number, part in enumerate(found.parts))


def test_costs_add_up_on_every_level() -> None:
    net = archdsl.load("dpnet")
    parts = page_data(net)["parts"]
    for key, total in (("params", net.cost().params), ("macs", net.cost().macs)):
        assert sum(part.get(key, 0) for part in parts if part["around"] == -1) == total
        for number, part in enumerate(parts):
            if "open" in part:
                assert sum(inner[key] for inner in parts if inner["around"] == number) == part[key]


def test_a_part_knows_its_line_and_the_calls_around_it() -> None:
    data = page_data(archdsl.load("dpnet"))
    assert [source["name"] for source in data["sources"]] == ["dpnet.yaml", "blocks/mobile.yaml", "blocks/partial.yaml"]
    part = next(part for part in data["parts"] if part["name"] == "dp_b_1.k5.depthwise")

    def text(number: int) -> tuple[str, str]:
        source, line, column, end = data["marks"][number]
        return data["sources"][source]["name"], data["sources"][source]["text"].splitlines()[line][column:end]

    assert text(part["shown"]) == ("dpnet.yaml", "dp_b")
    assert [text(number) for number in part["marks"]] == [
        ("blocks/mobile.yaml", "conv"),
        ("blocks/mobile.yaml", "conv_norm"),
        ("blocks/partial.yaml", "path"),
        ("blocks/partial.yaml", "{"),
        ("dpnet.yaml", "dp_b"),
        ("dpnet.yaml", "stage1"),
    ]


def test_a_spec_that_only_extends_shows_the_lines_of_its_base() -> None:
    data = page_data(archdsl.load("resnet101"))
    part = next(part for part in data["parts"] if part["kind"] == "repeat")
    source, line, *_ = data["marks"][part["shown"]]
    assert data["sources"][source]["name"] == "resnet18.yaml"
    assert "$block: {width:" in data["sources"][source]["text"].splitlines()[line]


@pytest.mark.parametrize(
    ("depth", "kinds"), [(0, set()), (1, {"stage"}), (2, {"stage", "block"}), ("all", {"stage", "block", "repeat"})]
)
def test_depth_says_what_is_open_at_first(depth: int | str, kinds: set[str]) -> None:
    parts = page_data(archdsl.load("dpnet"), depth=depth)["parts"]
    assert {part["kind"] for part in parts if part.get("open")} == kinds


def test_no_path_of_the_machine_is_told(spec_file: Any) -> None:
    path = spec_file(
        "import: [parts/mine]\ninput: [3, 8, 8]\nnet:\n  - mine\n", parts__mine="blocks:\n  mine:\n    body:\n      - relu\n"
    )
    data = page_data(archdsl.load(path))
    assert [source["name"] for source in data["sources"]] == ["net.yaml", "parts/mine.yaml"]
    assert str(path.parent) not in page(archdsl.load(path))


def test_a_block_alone_has_its_input_and_output() -> None:
    net = archdsl.load("resnet18")
    data = page_data(net, block="basic")
    assert data["name"] == "basic of ResNet18"
    parts = [part for part in data["parts"] if part["around"] == -1]
    assert [part["lines"][0] for part in parts] == ["input", "learned: two_convs", "+", "relu", "output"]
    assert "params" not in parts[0]
    assert parts[0]["out"] == "56²×64"
    inside = [layer for layer in net.cost() if layer.node.name.startswith("stage0.basic_1.")]
    assert sum(part.get("macs", 0) for part in parts) == sum(layer.macs for layer in inside)
    with pytest.raises(InputError, match=r"unknown block 'basicc'; did you mean 'basic'\?"):
        page(net, block="basicc")


def test_a_grid_of_networks_has_no_page() -> None:
    with pytest.raises(InputError, match="a page shows one network, but a knob of DP-Net holds several values; choose one"):
        page(archdsl.load("dpnet", width=np.array([0.5, 1.0])))


# -- the file ----------------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Tags with their attributes, and the text of scripts."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def dpnet() -> str:
    return page(archdsl.load("dpnet"))


def test_the_page_stands_alone(dpnet: str) -> None:
    reader = Reader(dpnet)
    assert not [tag for tag, attrs in reader.tags if {"src", "href", "data", "action"} & set(attrs)]
    assert not [tag for tag, _ in reader.tags if tag in ("link", "iframe", "img", "object", "embed", "base")]
    assert not re.search(r"@import|url\((?!#)", dpnet[: dpnet.index("<script")])
    own = "".join(reader.scripts[2:])
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon", own)
    assert set(re.findall(r"https?://[^\"'\s]+", own)) == {"http://www.w3.org/2000/svg"}
    policy = next(attrs["content"] for tag, attrs in reader.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_the_page_is_small_and_keeps_the_licence(dpnet: str) -> None:
    assert len(dpnet.encode()) < 400_000
    assert "Copyright (c) 2012-2014 Chris Pettitt" in dpnet
    assert json.loads(Reader(dpnet).scripts[0])["name"] == "DP-Net"


HOSTILE = "</script><script>document.title='owned'</script><!-- <b>&amp; @@DATA@@"


@pytest.fixture
def hostile(spec_file: Any) -> Path:
    stage = f"  - stage: {json.dumps('<i>s</i>')}\n    body: [sigmoid]\n"
    path: Path = spec_file(f"name: {json.dumps(HOSTILE)}\ninput: [3, 8, 8]\nnet:\n  - {{relu: {{}}, name: a}}\n{stage}")
    return path


def test_the_style_is_balanced(dpnet: str) -> None:
    style = dpnet[dpnet.index("<style>") : dpnet.index("</style>")]
    assert style.count("{") == style.count("}")


def test_names_cannot_become_part_of_the_page(hostile: Path) -> None:
    text = page(archdsl.load(hostile))
    reader = Reader(text)
    assert json.loads(reader.scripts[0])["name"] == HOSTILE
    assert len(reader.scripts) == 1 + 6
    assert "<title>&lt;/script&gt;" in text


# -- in a browser ------------------------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PLAY = """
const q = (s) => document.querySelector(s), all = (s) => [...document.querySelectorAll(s)];
const named = (name) => all("#boxes [data-id]").find((g) => g.getAttribute("aria-label").endsWith(", " + name));
const names = () => all("#boxes [role=treeitem]").map((g) => g.getAttribute("aria-label").split(", ").pop());
const click = (e) => e.dispatchEvent(new MouseEvent("click", { bubbles: true }));
const press = (e, key) => e.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const marked = () => q("#source .marked")?.innerText.trim();
const boxesOverlap = () => {
  const rects = all(".box").map((g) => g.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return rects.some((a, i) => rects.some((b, j) => i < j && meet(a, b)));
};
const told = {};
addEventListener("error", (event) => { told.error = event.message; });
"""


def played(path: Path, text: str, script: str) -> dict[str, Any]:
    """What a script that uses the page writes into `told`."""
    end = 'const pre = document.createElement("pre"); pre.id = "told"; pre.textContent = JSON.stringify(told); document.body.append(pre);'
    path.write_text(
        text.replace(
            "</body>", f"<script>{{{PLAY}try {{{script}}} catch (error) {{ told.error = `${{error}}`; }}\n{end}}}</script></body>"
        ),
        encoding="utf-8",
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    profile = f"--user-data-dir={path.parent / 'profile'}"
    command = [str(CHROMIUM), *flags, profile, "--window-size=1400,900", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert "error" not in told, told["error"]
    return told


browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")


@browser
def test_fold_click_search_and_keys(dpnet: str, tmp_path: Path) -> None:
    told = played(
        tmp_path / "dpnet.html",
        dpnet,
        """
        told.first = names();
        click(named("dp_a_1"));
        told.clicked = [marked(), q("#details h2").textContent, q("#details td").textContent];
        told.selected = named("dp_a_1").getAttribute("aria-selected");
        click(named("dp_a_1").querySelector(".knob"));
        told.opened = names().filter((name) => name.startsWith("dp_a_1"));
        told.expanded = named("dp_a_1").getAttribute("aria-expanded");
        told.overlap = boxesOverlap();
        click(named("dp_a_1").querySelector(".knob"));
        told.closed = names();
        q("#query").value = "dp_a_4 k5 depthwise";
        q("#query").dispatchEvent(new Event("input"));
        told.found = all("#found [role=option] span").map((e) => e.textContent);
        press(q("#query"), "Enter");
        told.reached = [q("#boxes .selected").getAttribute("aria-label"), marked(), q("#count").textContent];
        told.places = all("#places button").map((e) => e.textContent);
        const box = q("#boxes .selected").getBoundingClientRect(), view = q("#drawing").getBoundingClientRect();
        told.inside = box.top > view.top && box.bottom < view.bottom && box.left > view.left && box.right < view.right;
        click(q("#fold"));
        told.folded = names().length;
        q("#boxes [tabindex='0']").focus();
        press(document.activeElement, "End");
        press(document.activeElement, "ArrowUp");
        told.focused = document.activeElement.getAttribute("aria-label");
        press(document.activeElement, "ArrowRight");
        told.unfolded = names().length;
        press(document.activeElement, "ArrowLeft");
        told.back = names().length;
        press(document.activeElement, "/");
        told.searching = document.activeElement.id;
        click(q("#unfold"));
        told.all = names().length;
        told.lines = all("#edges path").every((path) => !/NaN|undefined/.test(path.getAttribute("d")));
        told.overlapAll = boxesOverlap();
        """,
    )
    first = told["first"]
    assert first[:4] == ["input", "conv3x3", "stage1", "dp_a_1"]
    assert told["clicked"][0].split(None, 1) == ["33", "- [dp_a,             16,   16,  false, relu,   1]"]
    assert told["clicked"][1:] == ["dp_a", "112²×16"]
    assert told["selected"] == "true"
    inside = ["split", "k3", "k5", "concat", "transition"]
    assert told["opened"] == ["dp_a_1", "dp_a_1", *[f"dp_a_1.{name}" for name in inside[1:]]]
    assert told["expanded"] == "true"
    assert told["closed"] == first
    assert told["found"] == ["dp_a_4.k5.depthwise"]
    assert told["reached"][0].endswith(", dp_a_4.k5.depthwise")
    assert told["reached"][1].startswith("40")
    assert told["reached"][2] == "1 / 1"
    assert told["places"][:2] == ["dpnet.yaml:38", "dpnet.yaml:40"]
    assert told["places"][-1] == "blocks/mobile.yaml:17"
    assert told["inside"]
    assert told["folded"] == told["back"] == 12
    assert told["focused"] == "classifier, out 1000, classifier"
    assert told["unfolded"] == 13
    assert told["searching"] == "query"
    assert told["all"] == len(page_data(archdsl.load("dpnet"))["parts"])
    assert told["lines"]
    assert not told["overlap"]
    assert not told["overlapAll"]


@browser
def test_pointer_wheel_and_lines(dpnet: str, tmp_path: Path) -> None:
    told = played(
        tmp_path / "dpnet.html",
        dpnet,
        """
        const svg = q("#drawing"), world = () => q("#world").getAttribute("transform");
        const event = (type, x, y, more) => new PointerEvent(type, { bubbles: true, clientX: x, clientY: y, ...more });
        const at = (name, ...rest) => named(name).dispatchEvent(event(...rest));
        at("dp_a_1", "pointermove", 300, 300);
        told.tip = [...q("#tip").children].map((e) => e.textContent);
        const before = world();
        at("dp_a_1", "pointerdown", 300, 300, { pointerId: 1, buttons: 1 });
        svg.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, buttons: 1, clientX: 340, clientY: 310 }));
        svg.dispatchEvent(new PointerEvent("pointerup", { pointerId: 1 }));
        click(named("dp_a_1"));
        const numbers = (t) => t.match(/-?[0-9.]+/g).map(Number);
        told.moved = numbers(world()).map((value, index) => Math.round(value - numbers(before)[index]));
        told.draggedIsNoClick = q("#details h2") === null;
        svg.dispatchEvent(new WheelEvent("wheel", { deltaY: -300, clientX: 300, clientY: 300, bubbles: true, cancelable: true }));
        told.closer = numbers(world())[2] > numbers(before)[2];
        click(all("#source [data-line]")[39]);
        told.made = [q("#boxes .selected").getAttribute("aria-label"), q("#source .marked .number").textContent, all(".hit").length > 0];
        click(all("#files button")[2]);
        const row = () => all("#source [data-line]").find((e) => e.textContent.includes("floor($exp*$split*$share_a/len"));
        click(row());
        told.first = q("#boxes .selected").getAttribute("aria-label").split(", ").pop();
        click(row());
        told.marked = row().classList.contains("marked");
        told.second = q("#boxes .selected").getAttribute("aria-label").split(", ").pop();
        told.unmade = all("#source [data-line]").filter((e) => !e.classList.contains("live")).length > 0;
        """,
    )
    assert told["tip"] == ["dp_a_1", "112²×16", "488 parameters (0.0 %)", "5.32M MACs (5.0 %)"]
    assert told["moved"] == [40, 10, 0]
    assert told["draggedIsNoClick"]
    assert told["closer"]
    assert told["made"] == ["dp_a, exp 120, out 40, s 1, se, relu, dp_a_4", "40", True]
    assert told["first"].startswith("dp_a_1.k3")
    assert told["marked"]
    assert told["second"] != told["first"]
    assert told["second"].startswith("dp_a_")
    assert told["unmade"]


@browser
@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_a_wired_network_in_both_directions(rankdir: str, tmp_path: Path) -> None:
    told = played(
        tmp_path / "randwire.html",
        page(archdsl.load("randwire"), depth=2, rankdir=rankdir, heat="macs"),
        """
        told.overlap = boxesOverlap();
        told.lines = all("#edges path").every((path) => !/NaN|undefined/.test(path.getAttribute("d")));
        told.scale = q("#scale").textContent;
        const box = (name) => all(".box").find((g) => g.getAttribute("aria-label").endsWith(", " + name));
        const fill = (name) => getComputedStyle(box(name).querySelector(".shape")).fill;
        told.fills = [fill("relu_1"), fill("conv2")];
        q("#colour").value = "kind";
        q("#colour").dispatchEvent(new Event("change"));
        told.plain = [fill("conv2"), q("#scale").hidden];
        """,
    )
    assert not told["overlap"]
    assert told["lines"]
    assert told["fills"] == ["rgb(255, 255, 212)", "rgb(140, 45, 4)"]  # below 1 %, and from 20 %
    assert told["plain"] == ["rgb(219, 234, 254)", True]
    assert told["scale"].startswith("share of 257,713,268 multiply-accumulates")
    assert told["scale"].endswith("below 1%1% to 2%2% to 5%5% to 10%10% to 20%from 20%")


@browser
def test_names_are_shown_as_they_are_written_in_the_browser(hostile: Path, tmp_path: Path) -> None:
    told = played(
        tmp_path / "hostile.html",
        page(archdsl.load(hostile)),
        'told.title = document.title; told.head = q("h1").textContent; told.stage = all("#boxes .title tspan")[0].textContent;',
    )
    assert told["head"].startswith("</script><script>document.title='owned'</script><!--")
    assert told["title"] == told["head"]
    assert told["stage"] == "<i>s</i>"
