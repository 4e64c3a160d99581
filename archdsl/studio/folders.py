"""The folders that a studio was started with: which files are below them, and which file a name stands for.

Names come from outside. One leads to a file below its folder, however links lie, or is refused.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from archdsl.errors import InputError, clip
from archdsl.spec.locate import SUFFIX, zoo

ENDINGS = (SUFFIX, ".yml")
LONGEST = 400
"""Letters of a name."""

DEEPEST, MOST_FOLDERS, MOST_FILES = 8, 2000, 2000
"""How far a list looks: levels below a folder, folders, and specs."""

NO_SPECS = ("node_modules", "__pycache__")
"""Folders of programs, in which nobody keeps specs."""

ZOO = "zoo:"
"""Stands before the name of a shipped spec where others have a file."""


class Listed(NamedTuple):
    """A spec below the folders.

    Attributes:
        file: its name for a page.
        changed: seconds since 1970.
    """

    file: str
    bytes: int
    changed: float


class Walked(NamedTuple):
    """What is below the folders.

    Attributes:
        folders: names of folders, in which there need not be specs; not that of a folder that stands alone.
        more: whether there may be more than are listed.
    """

    files: list[Listed]
    folders: list[str]
    more: bool


class Folders:
    """Folders that are read and written below.

    A file is named by its path below the folder, with `/`. Where there are several folders, the name of the folder stands before it.

    Raises:
        InputError: one of them is no folder.
    """

    def __init__(self, roots: Iterable[str | os.PathLike[str]]):
        self.roots = tuple(dict.fromkeys(Path(root).resolve() for root in roots))
        for root in self.roots:
            if not root.is_dir():
                raise InputError(f"{root} is no folder")
        self._labels = dict(zip(_labels(self.roots), self.roots, strict=True))

    def resolve(self, file: str) -> Path:
        """The file that a name stands for, which need not be there. It is no link, and nothing but a file or nothing is at its place.

        Raises:
            InputError: it lies outside of the folders, is hidden, is no spec by its ending, or something else is there.
        """
        root, parts = self._place(file)
        if not parts[-1].lower().endswith(ENDINGS):
            raise InputError(f"'{clip(file)}' is no spec by its name: it ends in {' or '.join(ENDINGS)}")
        return _inside(root, parts, file)

    def name_of(self, path: Path) -> str:
        """What a page calls a file.

        Raises:
            InputError: it lies outside of the folders.
        """
        found = path.resolve()
        for label, root in self._labels.items():
            if found.is_relative_to(root):
                return "/".join([*([label] if label else []), *found.relative_to(root).parts])
        raise InputError(f"{path} is not below {' or '.join(map(str, self.roots))}")

    def specs(self) -> tuple[list[Listed], bool]:
        """The specs below the folders, those of upper levels first, and whether there may be more than are listed."""
        found = self.walk()
        return found.files, found.more

    def walk(self) -> Walked:
        """What is below the folders, upper levels first, as far as a list looks."""
        found: list[Listed] = []
        folders = [label for label in self._labels if label]
        left = MOST_FOLDERS
        whole = True
        for label, root in self._labels.items():
            waiting = deque([(root, label, 0)])
            while waiting and left and len(found) < MOST_FILES:
                folder, name, depth = waiting.popleft()
                left -= 1
                for entry in _entries(folder):
                    below = f"{name}/{entry.name}" if name else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if depth < DEEPEST:
                            waiting.append((Path(entry.path), below, depth + 1))
                            folders += [below] if _is_name(below) else []
                        else:
                            whole = False
                    elif (listed := _listed(entry, root, below)) is not None:
                        found.append(listed)
            whole = whole and not waiting
        return Walked(found[:MOST_FILES], folders, not whole or len(found) > MOST_FILES)

    def _place(self, file: str) -> tuple[Path, list[str]]:
        """The folder that a name begins with, and the parts of the path below it."""
        parts = _parts(file)
        if "" in self._labels:
            return self._labels[""], parts
        if len(parts) < 2 or parts[0] not in self._labels:
            raise InputError(f"'{clip(file)}' does not begin with one of the folders: {', '.join(self._labels)}")
        return self._labels[parts[0]], parts[1:]


def shipped(name: str) -> Path:
    """The file of a spec that ships, by its name in the zoo: `dpnet`, `blocks/partial`.

    Raises:
        InputError: there is none.
    """
    parts = _parts(f"{name}{SUFFIX}")
    root = zoo().resolve()
    path = _inside(root, parts, name)
    if not path.is_file():
        raise InputError(f"no spec '{clip(name)}' in the zoo")
    return path


def ships(path: Path) -> bool:
    """Whether a file is one of those that ship, which are not written."""
    return path.is_relative_to(zoo().resolve())


def _labels(roots: tuple[Path, ...]) -> list[str]:
    """What stands before names of files: nothing where there is one folder, else what folders are called, each once."""
    if len(roots) == 1:
        return [""]
    labels: list[str] = []
    for root in roots:
        name, label, number = root.name or "root", root.name or "root", 1
        while label in labels:
            number += 1
            label = f"{name} {number}"
        labels.append(label)
    return labels


def _parts(file: str) -> list[str]:
    """The parts of a name. Raises InputError for one that may lead elsewhere or that no file should have."""
    if not isinstance(file, str) or not file or len(file) > LONGEST:
        raise InputError("a file has a name, of at most 400 letters")
    if file.startswith("/") or any(letter in '\\:*?"<>|' or not letter.isprintable() for letter in file):
        raise InputError(f"'{clip(file)}': a file is named by its path below the folder, with / between its parts")
    parts = file.split("/")
    for part in parts:
        if not part or part.startswith(".") or part.endswith((".", " ")):
            raise InputError(f"'{clip(file)}' is out of reach: no part of a name is empty, '..' or hidden")
    return parts


def _is_name(file: str) -> bool:
    try:
        return bool(_parts(file))
    except InputError:
        return False


def _inside(root: Path, parts: list[str], file: str) -> Path:
    try:
        path = root.joinpath(*parts).resolve()
        if not path.is_relative_to(root):
            raise InputError(f"'{clip(file)}' is a link that leads out of the folder")
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"'{clip(file)}' is no regular file")
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, a circle of links
        raise InputError(f"'{clip(file)}' cannot be reached: {getattr(error, 'strerror', None) or error}") from None
    return path


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What may be looked at in a folder, in the order of names; nothing where it cannot be read, or holds a Python of its own."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    if any(entry.name == "pyvenv.cfg" for entry in found):
        return
    yield from (entry for entry in found if not entry.name.startswith(".") and entry.name not in NO_SPECS)


def _listed(entry: os.DirEntry[str], root: Path, name: str) -> Listed | None:
    """A spec of a list; None for what is none, or could not be opened by this name."""
    if not entry.name.lower().endswith(ENDINGS):
        return None
    try:
        _parts(name)
        if not Path(entry.path).resolve().is_relative_to(root):
            return None
        status = entry.stat()
    except (InputError, OSError, RuntimeError):
        return None
    return Listed(name, status.st_size, status.st_mtime) if stat.S_ISREG(status.st_mode) else None
