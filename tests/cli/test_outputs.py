"""What a command writes: found out before its work, whole or not at all, and what is said where it cannot be."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.cli.main import run

SPEC = """\
import: [blocks/mobile]
input: [3, 8, 8]
knobs:
  width: {default: 64, range: [8, 256]}
net:
  - conv3x3: {out: $width}
  - conv: {out: 256, kernel: 3}
  - pool
  - linear: 10
"""
BYTES = 64 << 10
"""That a file may have in these tests: more than source and pictures of the network, less than its weights."""

LIMITED = [sys.executable, "-m", "archdsl"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def small_files() -> None:
    """A file that would be longer cannot be written (EFBIG), as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES, BYTES))


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


UNREACHED = ("bench.bench", "calibrate.run.calibrate")
LINES = [
    "build net.yaml -o FILE",
    "build net.yaml -o FILE/net",
    "build net.yaml -o /sys/net",
    "bench net.yaml -o FILE/a.json",
    "bench net.yaml -o FILE/a.html",
    "calibrate -o FILE/a.yaml",
    "calibrate -o /sys/a.yaml",
    "cost net.yaml -o FILE/a.csv",
    "diff net.yaml net.yaml --render -o FILE/a.svg",
    "export net.yaml -o FILE/a.onnx",
    "export net.yaml -o /sys/a.py",
    "featuremaps net.yaml --image a.png -o FILE/a.png",
    "figures -o FILE",
    "figures -o /sys/figures",
    "new FILE/a",
    "render net.yaml -o FILE/a.svg",
    "render net.yaml -o /sys/a.svg",
    "search net.yaml width=8:256:8 --minimize params --storage FILE/a.log",
    "search net.yaml width=8:256:8 --minimize params --storage /sys/a.log",
    "sweep net.yaml width=8:256:8 -o FILE/a.csv",
    "sweep net.yaml width=8:256:8 --plot FILE/a.html",
    "table net.yaml -o FILE/a.md",
    "whatif net.yaml --plot FILE/a.html",
]


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="there is no folder that nobody can write into")
@pytest.mark.parametrize("line", LINES)
def test_where_nothing_can_be_written(
    line: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "FILE").write_text("", encoding="utf-8")

    def worked(*_: object, **__: object) -> None:
        raise AssertionError("work was done first")

    for name in UNREACHED:
        monkeypatch.setattr(f"archdsl.measure.{name}", worked)
    for name in ("archdsl.net.Net.module", "archdsl.viz.picture.Picture.save", "archdsl.explore.sweep.Sweep.run"):
        monkeypatch.setattr(name, worked)
    assert run(line.split()) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert any(text in err for text in ("cannot be written", "is a file", "there is no folder")), err
    assert names(folder) == ["FILE", "net.yaml"]


@pytest.mark.parametrize("to", ["python", "onnx", "pt2", "openvino", "executorch"])
def test_an_export_to_a_full_disk(to: str, folder: Path) -> None:
    if to in ("openvino", "executorch"):
        pytest.importorskip(to)
    line = ["export", "net.yaml", "--to", to, "-o", "new/net" + {"openvino": ".xml"}.get(to, ".out")]
    done = subprocess.run([*LIMITED, *line], preexec_fn=small_files, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert names(folder) == ["net.yaml"]


def test_a_build_on_a_full_disk(folder: Path) -> None:
    done = subprocess.run([*LIMITED, "build", "net.yaml"], preexec_fn=small_files, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert names(folder) == ["net.yaml"]


def test_a_module_on_a_full_disk(tmp_path: Path) -> None:
    text = f"""
import sys, torch
from pathlib import Path
from archdsl.errors import InputError
from archdsl.measure.files import _save
try:
    _save(torch.nn.Linear(300, 300), Path({str(tmp_path / "a.pt")!r}))
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", text], preexec_fn=small_files, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("a.pt cannot be written: File too large\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "line", ["cost net.yaml", "cost net.yaml --json", "check net.yaml", "schema", "table net.yaml", "--help"]
)
@pytest.mark.parametrize(
    ("to", "why"), [("> /dev/full", "No space left on device"), (">&-", "it is closed")], ids=["full", "closed"]
)
def test_standard_output_that_takes_nothing(line: str, to: str, why: str, folder: Path) -> None:
    done = subprocess.run(f"{sys.executable} -m archdsl {line} {to}", shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"the output cannot be written: {why}\n")


def test_other_streams_that_are_closed(folder: Path) -> None:
    def code(line: str) -> int:
        return subprocess.run(
            f"{sys.executable} -m archdsl {line}", shell=True, stdout=subprocess.DEVNULL, check=False
        ).returncode

    assert code("cost net.yaml 2>&-") == 0
    assert code("cost none.yaml 2>&-") == 1
    assert code("cost net.yaml <&-") == 0
    assert code("cost - <&- 2>&-") == 1
    assert code("cost net.yaml | head -1") == 0
