"""Headless Chromium as a machine has it, driven by Playwright; tests that need it say plainly when it is not there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_QUIETLY: Final = (
    "--no-sandbox",  # CI runs as root, and the page is our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1280, "height": 800}


def find_chromium() -> str | None:
    """Where this machine has it."""
    return next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own; skips the test where there is none."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="not looked at in a browser: the package playwright is not installed"
    )
    path = find_chromium()
    if path is None:
        pytest.skip("not looked at in a browser: there is no Chromium (apt-get install chromium)")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIETLY))
        try:
            yield browser
        finally:
            browser.close()
