"""Finding and reading the files of specs: beside the spec, then in the shipped zoo, never outside of these roots."""

from __future__ import annotations

import os.path
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

import archdsl.specs
from archdsl.errors import Diagnostic, InputError, Mark, Source, SpecError, clip, near_miss
from archdsl.spec.yaml import TextLimits

SUFFIX = ".yaml"
SPACES = "spaces"
MAX_LISTED = 500  # files of a folder that are looked at for a near miss


def zoo() -> Path:
    """The folder of the shipped specs."""
    return Path(next(iter(archdsl.specs.__path__)))


def is_shipped(source: Source) -> bool:
    """Whether a text is one of those that ship."""
    return source.path is not None and source.path.resolve().is_relative_to(zoo().resolve())


def zoo_names() -> list[str]:
    """Names of the shipped networks, sorted; the libraries in `blocks/` are none."""
    return sorted(path.stem for path in zoo().glob(f"*{SUFFIX}"))


def space_names() -> list[str]:
    """Names of the shipped spaces, sorted: `spaces/mobile`."""
    return sorted(f"{SPACES}/{path.stem}" for path in (zoo() / SPACES).glob(f"*{SUFFIX}"))


def find(target: str) -> Path:
    """The file that a user means: a path, or the name of a shipped network.

    Raises:
        InputError: there is neither; names the near miss.
    """
    path = Path(target)
    if os.path.isfile(path):  # unlike Path.is_file, no error for a name that is too long
        return path
    named = zoo() / f"{target}{SUFFIX}"
    shipped = PurePosixPath(target).name == target or target in space_names()
    if shipped and os.path.isfile(named):
        return named
    if os.path.isdir(path):
        raise InputError(f"{target} is a folder, not a spec")
    if os.path.exists(path):
        raise InputError(f"{target} is no regular file")
    beside = sorted(p.stem for p in islice(path.parent.glob(f"*{SUFFIX}"), MAX_LISTED)) if os.path.isdir(path.parent) else []
    near = near_miss(path.stem, [*zoo_names(), *beside]) or near_miss(target, space_names())
    looks_like_path = path.suffix in (SUFFIX, ".yml") or len(path.parts) > 1
    shown = clip(target)
    what = f"no such file: {shown}" if looks_like_path else f"no spec '{shown}': neither a file nor a network of the zoo"
    raise InputError(what + (f"; {near}" if near else "; `archdsl list` shows the zoo"))


def read(path: Path, limits: TextLimits) -> Source:
    """The text of a file.

    Raises:
        InputError: not a regular file, or it cannot be read.
        SpecError: too large, or not UTF-8 (with line and column).
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is no regular file")
        if status.st_size > limits.bytes:
            message = f"{path} has {status.st_size:,} bytes, a spec has at most {limits.bytes:,}"
            raise InputError(f"{message}; raise the limit with --limits bytes=N")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    return decoded(data, _shown(path), path)


def decoded(data: bytes, name: str, path: Path | None) -> Source:
    """A text from its bytes.

    Raises:
        SpecError: they are not UTF-8 (with line and column).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        source = Source(name, data.decode("utf-8", "replace"), path)
        line = before.count("\n")
        column = len(before) - before.rfind("\n") - 1
        mark = Mark(source, line, column, column + 1)
        raise SpecError(Diagnostic("the file is not UTF-8", mark, "save it with UTF-8 encoding")) from None
    return Source(name, text, path)


def _shown(path: Path) -> str:
    """A path as a person would write it from here; a spec of the zoo by its place in the zoo."""
    resolved = path.resolve()
    for folder, prefix in ((Path.cwd(), ""), (zoo().resolve(), "zoo:")):
        if resolved.is_relative_to(folder):
            return f"{prefix}{resolved.relative_to(folder)}"
    return str(path)


def locate(target: str, beside: Path | None, root: Path | None) -> Path | None:
    """The file of an import: beside the importing file, below the root, then in the zoo. None where there is none.

    Raises:
        ValueError: the target would lead outside of the roots.
    """
    pure = PurePosixPath(target)
    if pure.is_absolute() or ".." in pure.parts or "\\" in target or "\0" in target or ":" in target or not pure.parts:
        raise ValueError("an import is a path below the spec's own folder or the zoo, without '..'")
    name = target if pure.suffix == SUFFIX else f"{target}{SUFFIX}"
    for folder, within in _folders(beside, root):
        path = folder / name
        if os.path.isfile(path):
            if not path.resolve().is_relative_to(within.resolve()):
                raise ValueError(f"{name} is a link that leads outside of {within}")
            return path.resolve()
    return None


def candidates(root: Path | None) -> list[str]:
    """What could have been imported, for the near miss."""
    found: list[str] = []
    for folder in [f for f in (root, zoo()) if f is not None]:
        for pattern in (f"*{SUFFIX}", f"blocks/*{SUFFIX}"):
            found += [str(p.relative_to(folder).with_suffix("")) for p in sorted(islice(folder.glob(pattern), MAX_LISTED))]
    return found


def _folders(beside: Path | None, root: Path | None) -> Iterator[tuple[Path, Path]]:
    if root is not None:
        if beside is not None and beside != root:
            yield beside, root
        yield root, root
    yield zoo(), zoo()
