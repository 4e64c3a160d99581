"""Where studies are kept: a journal file, or a database by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.errors import BackendError, InputError
from archdsl.extras import needed_by

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_GOES_ON = "the same command goes on where it stopped"


def need_optuna() -> Any:
    """Optuna, with its messages below errors silenced. Raises BackendError where it is not installed."""
    with needed_by("a search"):
        import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def open_storage(place: str, *, new: bool = True) -> BaseStorage:
    """A storage by the path of its journal file or the URL of its database (`postgresql://`, `mysql://`, `sqlite:///`).

    Args:
        new: whether a file that does not exist is made.

    Raises:
        BackendError: Optuna or the database's driver is not installed.
        InputError: it cannot be reached or written, or the file is no journal.
    """
    need_optuna()
    return _database(place) if "://" in place else _journal(Path(place), new)


def memory() -> BaseStorage:
    """A storage in memory, which ends with the program."""
    from optuna.storages import InMemoryStorage

    return InMemoryStorage()


def shown(place: str) -> str:
    """The place of a storage without its password."""
    if "://" not in place:
        return place
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(place).render_as_string(hide_password=True)
    except ArgumentError:
        return place.partition("://")[0] + "://…"


@contextmanager
def kept(place: str) -> Iterator[None]:
    """Turns the loss of the storage in the middle of the work into an InputError."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        raise InputError(f"the storage {shown(place)} failed: {_brief(error.__cause__ or error)}; {_GOES_ON}") from None
    except OSError as error:
        raise InputError(f"the storage {shown(place)} failed: {error.strerror or error}; {_GOES_ON}") from None


def _journal(path: Path, new: bool) -> BaseStorage:
    from optuna.storages import JournalStorage

    from archdsl.explore.search.journal import Journal

    if not new and not path.exists():
        raise InputError(f"no such file: {path}")
    if path.is_dir():
        raise InputError(f"{path} is a folder; --storage takes a file or the URL of a database")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}")
    try:
        return JournalStorage(Journal(path))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path} is no journal of a search; choose another file with --storage") from None


def _database(url: str) -> BaseStorage:
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        return RDBStorage(url)
    except ImportError as error:
        module = _missing_module(error)
        how = f": pip install '{_DRIVERS.get(module, module)}'" if module else f": {_brief(error)}"
        raise BackendError(f"the storage {shown(url)} needs a driver that is not installed{how}") from None
    except (ArgumentError, NoSuchModuleError):
        known = "postgresql://, mysql://, sqlite:/// or the path of a journal file"
        raise InputError(f"'{shown(url)}' is no URL of a storage; write {known}") from None
    except (SQLAlchemyError, RuntimeError, OSError) as error:
        raise InputError(f"the storage {shown(url)} cannot be reached: {_brief(error)}") from None


_DRIVERS = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""Packages of the modules that SQLAlchemy imports, where they have other names."""


def _missing_module(error: BaseException | None) -> str:
    """The module that was missing in an import, found through the errors that came of it."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name
        error = error.__cause__ or error.__context__
    return ""


def _brief(error: BaseException) -> str:
    """The first line of what a database says."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
