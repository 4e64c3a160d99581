"""Work on other processes: one function mapped over items, wherever they run.

`Workers` is what the local processes and the Ray cluster have in common. An item that fails is `Finished` with its error; it never
stops the others. A worker that dies is replaced, and its item runs again, up to the number of retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from archdsl.errors import ArchdslError, BackendError

Function = Callable[[Any], Any]
"""What runs: a function of a module, so that other processes can import it."""


@dataclass(frozen=True)
class Finished:
    """What became of one item.

    Attributes:
        key: the number that it was submitted under.
        value: what the function gave.
        error: or what went wrong.
    """

    key: int
    value: Any = None
    error: ArchdslError | None = None


class Workers(Protocol):
    """Processes that run one function on the items that they are given."""

    @property
    def slots(self) -> int:
        """Items that can run at once; 1 or more."""

    def submit(self, key: int, item: Any) -> None:
        """Give an item to the next worker that is free."""

    def wait(self, seconds: float) -> list[Finished]:
        """What has been done since the last call. Waits for the first item, but no longer than the time; it may be none."""

    def close(self) -> None:
        """End all work."""


def attempt(function: Function, item: Any) -> tuple[Any, ArchdslError | None]:
    """The value of a function and no error, or no value and the error. Runs inside a worker."""
    try:
        return function(item), None
    except ArchdslError as error:
        return None, error
    except Exception as error:  # of a library; the text travels, since the exception itself might not
        return None, BackendError(f"{type(error).__name__}: {error}")


def results(workers: Workers, items: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The function's value for every item, in the order in which they come in: the number of the item, from 0, and the value.

    Items are taken as workers become free, so the iterator may have any length.

    Raises:
        ArchdslError: the first that an item raised, or its workers were lost.
    """
    waiting = enumerate(items)
    running = 0
    more = True
    while more or running:
        while more and running < workers.slots + 1:  # one item waits, so that no worker has to
            following = next(waiting, None)
            if following is None:
                more = False
                break
            workers.submit(*following)
            running += 1
        for outcome in workers.wait(1.0) if running else []:
            running -= 1
            if outcome.error is not None:
                raise outcome.error
            yield outcome.key, outcome.value
