"""A browser, and a studio whose folder is empty at first: one of each for the tests of a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from studios import Running, chromium, opened, running

from archdsl.spec.locate import zoo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("specs")


@pytest.fixture(scope="module")
def studio(folder: Path) -> Iterator[Running]:
    with running(folder) as found:
        yield found


@pytest.fixture
def page(browser: Browser, studio: Running, folder: Path) -> Iterator[Page]:
    """A page with a copy of DP-Net, `mine.yaml`, in which nothing may go wrong."""
    shutil.copy(zoo() / "dpnet.yaml", folder / "mine.yaml")
    found, wrong = opened(browser, f"{studio.url}?file=mine.yaml")
    yield found
    found.close()
    assert wrong == []
