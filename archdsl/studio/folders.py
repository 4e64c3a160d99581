from __future__ import annotations

from pathlib import Path


class Folders:
    def __init__(self, roots):
        self.roots = tuple(Path(r).resolve() for r in roots)

    def resolve(self, file):
        return self.roots[0] / file

    def name_of(self, path):
        return str(path.resolve().relative_to(self.roots[0]))
