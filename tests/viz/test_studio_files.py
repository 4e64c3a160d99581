"""What the studio shows in a browser, as files: the bundle is made from what stands beside it, and nothing is fetched from elsewhere."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

STUDIO = Path(__file__).parents[2] / "viz" / "studio"
OWN = sorted(path for path in STUDIO.glob("*.*") if path.suffix in (".js", ".css", ".html") and path.name != "codemirror.min.js")


def test_the_bundle_is_made_from_what_stands_beside_it() -> None:
    made_from = sha256(b"".join((STUDIO / "npm" / name).read_bytes() for name in ("codemirror.js", "package-lock.json")))
    head = (STUDIO / "codemirror.min.js").read_text(encoding="utf-8").splitlines()[0]
    assert head.endswith(made_from.hexdigest()), "run: cd viz/studio/npm && npm ci && npm run build"


def test_every_package_of_the_bundle_has_its_licence() -> None:
    locked = json.loads((STUDIO / "npm" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    told = (STUDIO / "codemirror.LICENSE.txt").read_text(encoding="utf-8")
    for path, package in locked.items():
        if path and not package.get("dev"):
            assert f"{path.removeprefix('node_modules/')} {package['version']}\n" in told


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    found = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'`]*", path.read_text(encoding="utf-8"))
    assert [address for address in found if not address.startswith("http://www.w3.org/")] == []


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".js"], ids=lambda path: path.name)
def test_what_a_script_imports_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for names, module in re.findall(r"import (?:\{([^}]*)\} from )?[\"']\./([\w.-]+)[\"']", text):
        target = STUDIO / module
        assert target.is_file()
        exported = target.read_text(encoding="utf-8")
        for name in filter(None, (part.split(" as ")[0].strip() for part in names.split(","))):
            assert re.search(
                rf"export (?:async )?(?:const|function|class|let) {re.escape(name)}\b|[{{,]\s*(?:[\w$]+ as )?{re.escape(name)}\s*[,}}]",
                exported,
            )


def test_plots_have_the_colours_of_the_page_of_plots() -> None:
    page = (STUDIO.parent / "plots" / "page.css").read_text(encoding="utf-8")
    plot = (STUDIO / "whatif.css").read_text(encoding="utf-8").partition(".plot {")[2]
    shared = ["--grid", "--pale", "--start", "--down", "--up", "--accent"] + [f"--scale-{step}" for step in range(7)]
    for name in shared:
        light_and_dark = re.findall(rf"{name}: (#\w+)", page)
        assert len(light_and_dark) == 2
        assert re.findall(rf"{name}: (#\w+)", plot) == light_and_dark
