"""The layout engine: which is taken, and what is said when it is missing or fails."""

import shutil
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from graphs import chain

from archdsl.errors import BackendError
from archdsl.viz import diagram, layout

GRAPH = chain((3, 8, 8), ("conv", {"out": 4}), "relu")


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
    """No dot and no graphviz-pure."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(layout.sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    return tmp_path


def program(folder: Path, name: str, body: str) -> Path:
    """A script that stands for an engine."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_no_engine(nothing_installed):
    picture = diagram(GRAPH)
    with pytest.raises(BackendError, match=r"pip install 'archdsl\[viz\]'.*Graphviz"):
        _ = picture.svg
    target = nothing_installed / "net.svg"
    with pytest.raises(BackendError):
        picture.save(target)
    assert not list(nothing_installed.iterdir())


def test_no_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(BackendError, match=r"a drawing needs graphviz, which is not installed: pip install 'archdsl\[viz\]'"):
        _ = diagram(GRAPH).dot


def test_the_system_is_asked_first(nothing_installed):
    pip = program(nothing_installed / "scripts", "graphviz-pure", "")
    assert layout.find_engine() == ("graphviz-pure", str(pip))
    system = program(nothing_installed, "dot", "")
    assert layout.find_engine() == ("dot", str(system))


def test_the_folder_of_scripts_need_not_be_on_the_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert layout.find_engine().name == "graphviz-pure"
    assert diagram(GRAPH).svg.startswith("<svg")


def test_a_layout_that_takes_too_long(nothing_installed):
    program(nothing_installed, "dot", "time.sleep(30)")
    begin = time.perf_counter()
    with pytest.raises(BackendError, match=r"not done after 0\.2 s \(dot\)"):
        layout.lay_out("digraph {}", "svg", timeout=0.2)
    assert time.perf_counter() - begin < 10


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("sys.exit('syntax error in line 3')", "dot could not draw svg: syntax error in line 3"),
        ("", "dot could not draw svg: it wrote nothing"),
    ],
)
def test_an_engine_that_fails(nothing_installed, body, message):
    program(nothing_installed, "dot", body)
    with pytest.raises(BackendError, match=message):
        _ = diagram(GRAPH).svg


@pytest.mark.skipif(shutil.which("dot") is not None, reason="the system's Graphviz writes it")
def test_a_form_that_the_engine_has_not():
    with pytest.raises(BackendError, match="graphviz-pure cannot write pdf"):
        layout.lay_out("digraph {}", "pdf")


def test_threads():
    expected, found = diagram(GRAPH).svg, []
    threads = [threading.Thread(target=lambda: found.append(diagram(GRAPH).svg)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
