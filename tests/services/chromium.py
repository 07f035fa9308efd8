# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Chromium without a screen, driven as a reader does it: by clicks and keys."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

PROGRAMS = ("chromium", "chromedriver")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # as root there is none
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1440,1000",
)


@contextlib.contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser with a profile of its own; without the programs the test fails, and says so."""
    chrome, driver = (shutil.which(name) for name in PROGRAMS)
    if chrome is None or driver is None:
        pytest.fail("chromium or chromedriver is missing: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = chrome
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with tempfile.TemporaryDirectory(prefix="hil-chromium-", ignore_cleanup_errors=True) as profile:
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        browser = Chrome(options=options, service=Service(driver))
        try:
            browser.set_page_load_timeout(60)
            yield browser
        finally:
            browser.quit()


def requested(browser: Chrome) -> list[str]:
    """The URLs that pages asked for since this was called last."""
    messages = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
    return [
        one["params"]["request"]["url"]
        for one in messages
        if one["method"] == "Network.requestWillBeSent"
    ]


def complaints(browser: Chrome) -> list[str]:
    """What the browser's console holds against the page, since this was called last."""
    return [one["message"] for one in browser.get_log("browser")]


def emulate(browser: Chrome, *, media: str = "", **features: str) -> None:
    """Show pages as for `print`, or for a reader who prefers something."""
    wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    command: dict[str, Any] = {"media": media, "features": wanted}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", command)
