"""Layout: DOT to SVG or PNG by the `dot` program. The system's is taken when it is there, otherwise the one that pip installs.

docs/drawing.md says why these two. The program is a process of its own, so a layout can be ended and cannot bring the interpreter down.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import NamedTuple

from archdsl.errors import BackendError
from archdsl.extras import Missing, install

TIMEOUT = 15.0  # seconds; the zoo's largest drawing takes less than one
MISSING = f"no layout engine was found: {install('viz')} brings one, or install Graphviz so that `dot` is on the PATH"


class TooSlow(BackendError):
    """An engine was not done in time."""


class Engine(NamedTuple):
    """A program that takes the options of `dot`."""

    name: str
    path: str


def find_engine() -> Engine:
    """The layout engine of this machine.

    Raises:
        BackendError: there is none; says what to install.
    """
    system = shutil.which("dot")
    if system is not None:
        return Engine("dot", system)
    # The folder of this interpreter's scripts comes first: it is not on the PATH when a virtual environment is not activated.
    script = Path(sysconfig.get_path("scripts")) / ("graphviz-pure.exe" if os.name == "nt" else "graphviz-pure")
    installed = str(script) if script.is_file() else shutil.which("graphviz-pure")
    if installed is None:
        raise Missing(MISSING)
    return Engine("graphviz-pure", installed)


def lay_out(dot: str, form: str, timeout: float = TIMEOUT) -> bytes:
    """What the engine makes of a DOT source.

    Args:
        form: svg, png, or another form that the engine can write.
        timeout: seconds.

    Raises:
        BackendError: no engine, or the engine cannot write that form.
        TooSlow: it took too long.
    """
    engine = find_engine()
    try:
        done = subprocess.run([engine.path, f"-T{form}"], input=dot.encode(), capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise TooSlow(f"the layout was not done after {timeout:g} s ({engine.name})") from None
    except OSError as error:
        raise BackendError(f"the layout engine {engine.path} could not be run: {error.strerror}") from None
    if b"not recognized" in done.stderr and form not in ("svg", "png"):
        raise BackendError(f"{engine.name} cannot write {form}: install Graphviz, whose `dot` can, or convert the SVG")
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackendError(f"{engine.name} could not draw {form}: {said[0][:200] if said else 'it wrote nothing'}")
    return done.stdout
