"""The package as it is installed."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import archdsl

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAPPED = {"compilers": "archdsl.compilers", "specs": "archdsl.specs", "viz": "archdsl.viz"}


def tree() -> set[str]:
    """Every folder with Python files, by the name under which it installs."""
    found = set()
    for top in ("archdsl", *MAPPED):
        for init in (ROOT / top).rglob("__init__.py"):
            parts = init.parent.relative_to(ROOT).parts
            found.add(".".join([MAPPED.get(parts[0], parts[0]), *parts[1:]]))
    return found


def test_package_list_is_the_tree() -> None:
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == tree()


def test_every_folder_of_python_files_is_a_package() -> None:
    for top in ("archdsl", *MAPPED):
        for path in (ROOT / top).rglob("*.py"):
            assert (path.parent / "__init__.py").is_file(), path


@pytest.mark.parametrize("name", sorted(tree()))
def test_every_package_imports(name: str) -> None:
    assert importlib.import_module(name).__doc__


def test_public_names() -> None:
    assert set(archdsl.__all__) == {
        "ArchdslError",
        "BackendError",
        "InputError",
        "Limits",
        "Net",
        "SpecError",
        "from_module",
        "load",
        "loads",
        "reproduce",
    }
    assert all(hasattr(archdsl, name) for name in archdsl.__all__)


def test_version_is_said_once() -> None:
    assert archdsl.__version__ == PROJECT["project"]["version"]


def test_mapped_folders_are_imported_by_their_installed_names() -> None:
    for path in [p for top in ("archdsl", *MAPPED, "tests") for p in (ROOT / top).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert not [n for n in names if n.split(".")[0] in MAPPED], path


def test_importing_archdsl_brings_no_heavy_library(tmp_path: Path) -> None:
    heavy = "{'torch', 'numpy', 'networkx', 'rich', 'graphviz'}"
    code = f"import sys, archdsl; archdsl.load('dpnet').cost().macs; found = {heavy} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=tmp_path)
