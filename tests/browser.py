"""
Fixtures for tests in a real browser: the system's Chromium, driven by Playwright against the live server.

Where Chromium is missing these tests are skipped, and the last lines of the run say so; CHROMIUM names another program.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
WHY_SKIPPED = "Chromium not found; install it (apt install chromium) or set CHROMIUM to its path"
DESKTOP = {"width": 1280, "height": 900}


def chromium_path() -> str | None:
    """Return Chromium's program, or None when this machine has none."""
    wanted = os.environ.get("CHROMIUM")
    if wanted:
        return wanted if Path(wanted).is_file() else None
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses a page, and skip it where there is no browser."""
    missing = chromium_path() is None
    for item in items:
        if not {"browser", "browser_page", "no_js_page", "new_page"} & set(getattr(item, "fixturenames", ())):
            continue
        item.add_marker(pytest.mark.browser)
        if missing:
            item.add_marker(pytest.mark.skip(reason=WHY_SKIPPED))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line how many browser tests were skipped and how to have them run."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if WHY_SKIPPED in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests were SKIPPED: {WHY_SKIPPED}.", yellow=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    # Playwright keeps an event loop in this thread, and Django would then refuse the tests' own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def browser_page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of an own session; relative addresses lead to the live server. Script errors fail the test."""
    yield from _page(browser, base_url=live_server.url, javascript=True)


@pytest.fixture
def no_js_page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """The same with JavaScript switched off."""
    yield from _page(browser, base_url=live_server.url, javascript=False)


def _page(browser: Browser, *, base_url: str, javascript: bool) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=base_url, java_script_enabled=javascript, viewport=DESKTOP, locale="fr-FR"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    # A refused script or style is a mistake of the page, not a detail.
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert errors == [], f"the page had errors: {errors}"
