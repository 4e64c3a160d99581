"""Whether a run that is gone on with is still of the network and the images that it began with; and that one program alone is at it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.ir.canonical import canonical_hash

if TYPE_CHECKING:
    from archdsl.train.data.sets import DataSet


def fingerprint(net: Design, data: DataSet) -> dict[str, str]:
    """What a run is of: the hash of the graph, and of the labels of both splits, in their order."""
    labels = zlib.crc32(data.test.labels.tobytes(), zlib.crc32(data.train.labels.tobytes()))
    return {"network": canonical_hash(net.graph()), "images": f"{len(data.train.labels)}+{len(data.test.labels)}-{labels:08x}"}


def check_same(folder: Path, began: dict[str, Any], now: dict[str, str]) -> None:
    """Raise InputError where a spec or a set has changed since a run began."""
    for what, words in (("network", "its spec was changed"), ("images", "other images lie where its data were")):
        if began.get(what) != now[what]:
            raise InputError(f"{folder} holds a run of {_other(what)}: {words}; begin a new run with -o")


def _other(what: str) -> str:
    return "another network" if what == "network" else "other images"


@contextmanager
def alone(path: Path | None) -> Iterator[None]:
    """While the block runs no other program of this machine can be in such a block with the same file. None is no file.

    Raises:
        InputError: another program is.
    """
    try:
        import fcntl
    except ImportError:  # a system without locks of files
        yield
        return
    if path is None:
        yield
        return
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"another program trains in {path.parent}") from None
        yield
