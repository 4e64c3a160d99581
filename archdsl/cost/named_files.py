"""Data files that go by a name: conventions and devices. Some are shipped; a user's own lie beside a spec or in the working folder."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from archdsl.errors import InputError, clip, near_miss

SUFFIXES = (".yaml", ".yml")
T = TypeVar("T")


@dataclass(eq=False)
class NamedFiles(Generic[T]):
    """The files of one kind.

    Attributes:
        kind: what one is, in a word.
        shipped: the folder of those that are shipped.
        own: the name of a user's folder of them, which is looked for beside a spec.
        working: folders below the working folder that are looked in too.
        read: one file to what it holds. Raises InputError and SpecError.
        help: what to do where no name is near; shown after the shipped names.
    """

    kind: str
    shipped: Path
    own: str
    read: Callable[[Path], T]
    working: tuple[str, ...] = ()
    help: str = ""
    loaded: dict[str, T] = field(default_factory=dict, init=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of those that are shipped, sorted."""
        return tuple(sorted(path.stem for path in self.shipped.glob(f"*{SUFFIXES[0]}")))

    def load(self, target: str | Path, beside: Path | None = None) -> T:
        """One by the path of its file, or by its name.

        A shipped file is read once; a user's file is read anew each time.

        Args:
            beside: folder of the spec.

        Raises:
            InputError: there is none; names the near miss. Or a file in a user's folder has the name of a shipped one.
            SpecError: mistakes in the file.
        """
        name = str(target)
        if "/" in name or "\\" in name or name in ("", ".", "..") or name.endswith(SUFFIXES):
            if not os.path.isfile(name):  # unlike Path.is_file, no error for a name that is too long
                raise InputError(f"no such file: {clip(name)}; {self._hint(Path(name).stem, beside)}")
            return self.read(Path(name))
        own = next((path for path in self._files(beside) if path.stem == name), None)
        if name in self.names:
            if own is not None and own.parent.name == self.own:
                raise InputError(f"{own}: '{name}' is the name of a shipped {self.kind}; give the file another, or its path")
            if name not in self.loaded:
                self.loaded[name] = self.read(self.shipped / f"{name}{SUFFIXES[0]}")
            return self.loaded[name]
        if own is None:
            raise InputError(f"no {self.kind} '{clip(name)}'; {self._hint(name, beside)}")
        return self.read(own)

    def _hint(self, name: str, beside: Path | None) -> str:
        files = list(self._files(beside))
        own = [path.stem for path in files if path.parent.name == self.own]  # other files of the working folder may be anything
        known = ", ".join(dict.fromkeys([*self.names, *own]))
        return near_miss(name, [*self.names, *(path.stem for path in files)]) or f"known: {known}{self.help}"

    def _files(self, beside: Path | None) -> Iterator[Path]:
        """A user's files: those beside the spec first."""
        for folder in [*([beside / self.own] if beside else []), *map(Path, self.working)]:
            if folder.is_dir():
                yield from sorted(folder.glob(f"*{SUFFIXES[0]}"))
