"""Fixtures for tests in a browser: the built book behind a static server, and headless Chromium."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

import firefox

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "_build" / "html"

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".map", ".ttf"}


@functools.cache
def compressed(path: Path, _: int) -> bytes:
    """A file as the host sends it; what never changes is compressed once."""
    return gzip.compress(path.read_bytes(), 6)


class StaticHost(http.server.SimpleHTTPRequestHandler):
    """Serves files like a static host, with text compressed."""

    def send_head(self) -> Any:
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            return super().send_head()
        body = compressed(path, path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a page that is left does not wait
            self.wfile.write(body)
        return None

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the built book, below the path of its published address."""
    if not (BUILT / "404.html").is_file():
        pytest.skip("there is no built book: run `make book` first")
    start = re.search(r'href="(/.*?)search.html"', (BUILT / "404.html").read_text("utf-8"))
    assert start
    root = tmp_path_factory.mktemp("host") / "root"
    place = root / start[1].strip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(BUILT, target_is_directory=True)
    handler = functools.partial(StaticHost, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{start[1].rstrip('/')}"
        server.shutdown()


def start_chromium(profiles: pytest.TempPathFactory, logs: dict[str, str]) -> webdriver.Chrome:
    """Headless Chromium with a profile of its own, which keeps the logs that are named."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no chromium and chromedriver here: `apt-get install chromium chromium-driver`")
    for attempt in range(3):
        options = Options()
        options.binary_location = chromium
        for flag in [*FLAGS, f"--user-data-dir={profiles.mktemp('profile')}", "--window-size=1440,900"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", logs)
        try:
            chrome = webdriver.Chrome(options=options, service=Service(driver))
            break
        except WebDriverException:  # Chromium may start too slowly on a busy machine
            if attempt == 2:
                raise
    chrome.set_page_load_timeout(120)
    return chrome


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium, or Firefox, where VGGVIZ_BROWSER says so: one for all tests of a process."""
    if os.environ.get("VGGVIZ_BROWSER") == "firefox":
        started: Any = firefox.start()
        started.set_page_load_timeout(120)
    else:
        started = start_chromium(tmp_path_factory, {"browser": "ALL"})
    yield started
    started.quit()


@pytest.fixture(scope="module")
def browser(one_browser: Any) -> Any:
    """The browser with a new tab, on which no other module has emulated anything."""
    before = one_browser.current_window_handle
    one_browser.switch_to.new_window("tab")
    new = one_browser.current_window_handle
    one_browser.switch_to.window(before)
    one_browser.close()
    one_browser.switch_to.window(new)
    return one_browser


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser that records each request in its log "performance", which costs time at each."""
    if os.environ.get("VGGVIZ_BROWSER") == "firefox":
        pytest.skip("Firefox keeps no log of its requests")
    chrome = start_chromium(tmp_path_factory, {"performance": "ALL", "browser": "ALL"})
    chrome.get("about:blank")
    chrome.get_log("performance")  # what the browser's own first page is made of
    yield chrome
    chrome.quit()


def show_on(browser: webdriver.Chrome, width: int, height: int, theme: str) -> None:
    """Emulate the size of a screen and a preference for a "light" or "dark" theme."""
    size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    preference = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": preference})


def until(browser: webdriver.Chrome, condition: str | Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until a condition, JavaScript or a function, is true; returns its value."""
    check = (lambda: browser.execute_script(condition)) if isinstance(condition, str) else condition
    return WebDriverWait(browser, seconds, poll_frequency=0.05).until(lambda _: check())


def wait_for_formulas(browser: webdriver.Chrome) -> None:
    """Wait until the page is loaded and its formulas, if any, are rendered by MathJax."""
    until(browser, "return document.readyState === 'complete'")
    if browser.execute_script("return document.querySelector('.math') !== null"):
        until(browser, "return Boolean(window.MathJax?.startup?.promise)")
        browser.execute_async_script("MathJax.startup.promise.then(arguments[0])")
