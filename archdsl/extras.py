"""What extras of archdsl bring: packages that a part of it needs, and the error where one of them is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from archdsl.errors import BackendError

EXTRAS: dict[str, tuple[str, ...]] = {
    "torch": ("torch", "safetensors"),
    "viz": ("graphviz", "graphviz_pure", "PIL", "pypdfium2", "svglib", "reportlab"),
    "plot": ("plotly", "matplotlib"),
    "studio": ("starlette", "uvicorn", "websockets"),
    "notebook": ("ipywidgets",),
    "parquet": ("pyarrow",),
    "search": ("optuna", "optuna_dashboard", "sqlalchemy"),
    "cluster": ("ray", "grpc"),
    "solve": ("highspy",),
    "train": ("lightning_fabric", "tensorboardX", "PIL"),
    "onnx": ("onnx", "onnxruntime", "onnxscript"),
    "openvino": ("openvino",),
    "int8": ("nncf",),
    "executorch": ("executorch",),
}
"""Packages by the extra that brings them, as they are imported."""

NAMES = {
    "PIL": "pillow",
    "graphviz_pure": "graphviz-pure",
    "grpc": "grpcio",
    "optuna": "Optuna",
    "optuna_dashboard": "optuna-dashboard",
    "lightning_fabric": "lightning-fabric",
    "ray": "Ray",
    "sqlalchemy": "SQLAlchemy",
}
"""What packages are called, where they are imported by another name."""


class Missing(BackendError):
    """A package that is not installed."""


def install(*extras: str) -> str:
    """The command that installs extras."""
    return f"pip install 'archdsl[{','.join(extras)}]'"


def missing(what: str, packages: Iterable[str], *extras: str) -> Missing:
    """The error of packages that are not installed.

    Args:
        what: needs them.
        packages: as they are imported.
        extras: that bring them all, and what else is needed.
    """
    named = [NAMES.get(package, package) for package in packages]
    return Missing(
        f"{what} needs {', '.join(named)}, which {'is' if len(named) == 1 else 'are'} not installed: {install(*extras)}"
    )


@contextmanager
def needed_by(what: str, *extras: str) -> Iterator[None]:
    """Imports for a part of archdsl.

    Args:
        what: the part, as the subject of a sentence.
        extras: to install; the one that brings the missing package if not given.

    Raises:
        Missing: a package of an extra is not installed.
        BackendError: a package is there and cannot be imported.
    """
    try:
        yield
    except ImportError as error:
        package = _package(error)
        if isinstance(error, ModuleNotFoundError) and (extras or extra_of(error)):
            raise missing(what, [package], *(extras or [extra_of(error)])) from None
        raise BackendError(
            f"{what} needs {NAMES.get(package, package) or 'a package'}, which cannot be imported: {error}"
        ) from None


def extra_of(error: ImportError) -> str:
    """The extra that brings what could not be imported; "" where none does."""
    return next((extra for extra, packages in EXTRAS.items() if _package(error) in packages), "")


def _package(error: ImportError) -> str:
    return (error.name or "").partition(".")[0]
