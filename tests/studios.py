"""A studio that runs in a process of its own, and a browser that looks at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SECONDS = 30.0
expect.set_options(timeout=SECONDS * 1000)  # a machine that is busy with other tests is slow

browser_needed = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")


@dataclass
class Running:
    """A server that was started: the address of its page, and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.url)[1])  # type: ignore[index]

    def stop(self) -> str:
        """End it as Ctrl-C does; what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        try:
            _, said = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return said


def start(folder: Path, *args: str) -> Running:
    """A studio for a folder, on a port that is free unless one is given."""
    port = () if "--port" in args else ("--port", "0")
    command = [sys.executable, "-m", "archdsl", "studio", *args, *port, "--no-browser"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("studio at "):
        process.kill()
        raise AssertionError(f"{line}{process.communicate()[1]}")
    return Running(line.removeprefix("studio at ").strip(), process)


@contextmanager
def running(folder: Path, *args: str) -> Iterator[Running]:
    """The same, stopped at the end."""
    found = start(folder, *args)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, url: str, width: int = 1280, height: int = 720) -> tuple[Page, list[str]]:
    """The page of a studio once its totals are there, and what goes wrong in it."""
    page = browser.new_page(viewport={"width": width, "height": height})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(SECONDS * 1000)
    page.goto(url)
    page.wait_for_selector("#totals tbody tr")
    return page, wrong
