"""Fixtures for tests of the explorer's page: a server that can interrupt downloads, and the page's actions.

They use the explorer of the built book; without it the tests are skipped.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from pages import BUILT, StaticHost, show_on, until

FOLDERS = sorted((BUILT / "explorers").glob("vgg16-*")) or [BUILT / "explorers" / "no-explorer-is-built"]
FOLDER = FOLDERS[0]


MAP = "#maps figure:nth-child(2) .stage"
PHOTOGRAPH = "#maps figure:nth-child(1) .stage"
SHEET = ".paint-sheet"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The explorer's files take longest, so they begin first: at the end all processes have short ones."""
    items.sort(key=lambda item: not item.path.name.startswith("test_explorer"))


def first_id() -> str:
    """Id of the first picture, which the page begins with."""
    return json.loads((FOLDER / "manifest.json").read_text("utf-8"))["pictures"][0]["id"]


class Host(StaticHost):
    """Serves byte ranges, stores the bodies of POST requests, and can interrupt downloads."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012  # path and Range of each request
    taken: dict[str, bytes] = {}  # noqa: RUF012
    cut_after: int | None = None  # bytes of a file after which the connection is closed
    cut_files: str = ".packed"  # how the names of files end that are cut: the weights
    wait: float = 0  # seconds of delay of a large weights file
    worker_wait: float = 0  # seconds of delay of the service worker's script
    page_wait: float = 0  # seconds of delay of the page's main script
    stored: bool = (
        False  # whether the browser may keep what it got, and show a page again by Back as it was left
    )
    keeps: bool = True  # whether the service worker is the explorer's, or one that does nothing

    @classmethod
    def begin(cls, *, keeps: bool) -> None:
        """As no test has changed it."""
        cls.asked.clear()
        cls.taken.clear()
        cls.cut_after, cls.wait, cls.worker_wait, cls.page_wait = None, 0, 0, 0
        cls.stored, cls.keeps = False, keeps
        cls.cut_files = ".packed"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache" if self.stored else "no-store")
        super().end_headers()

    def send_head(self) -> Any:
        wanted = self.headers.get("Range", "")
        self.asked.append((urlparse(self.path).path, wanted))
        path = Path(self.translate_path(self.path))
        if path.name == "service_worker.js":
            time.sleep(self.worker_wait)
        if path.name == "main.js":
            time.sleep(self.page_wait)
        if path.name == "service_worker.js" and not self.keeps:
            return self.send_nothing()
        if path.suffix not in (".gz", ".packed") or not path.is_file():
            return super().send_head()
        body = path.read_bytes()
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body) - start))
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        if path.suffix == ".packed" and len(body) > 1_000_000:
            time.sleep(Host.wait)
        cut = Host.cut_after if path.name.endswith(Host.cut_files) else None
        self.wfile.write(body[start : None if cut is None else start + cut])
        if cut is not None and start + cut < len(body):
            self.wfile.flush()
            time.sleep(1)  # browsers discard data that the page has not yet read
            self.close_connection = True
        return None

    def send_nothing(self) -> None:
        """A script without a word in it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:  # noqa: N802
        self.taken[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        super(StaticHost, self).end_headers()


class Server:
    """A server of the explorer's folder that can be shut down."""

    def __init__(self) -> None:
        handler = functools.partial(Host, directory=str(FOLDER))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        # It looks that often whether it is to end.
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    if not (FOLDER / "manifest.json").is_file():
        pytest.skip("there is no built explorer: run `make book` first")
    return json.loads((FOLDER / "manifest.json").read_text("utf-8"))


@pytest.fixture
def published() -> None:
    """For tests of the page as a host shows it, with a service worker, which isolates it for threads.

    That loads each file once more, and the page too. Without it the page works as well, on one thread.
    """


@pytest.fixture
def server(manifest: dict[str, Any], request: pytest.FixtureRequest) -> Iterator[Server]:
    """A port of its own for each test, so that tests share no storage and no service worker."""
    Host.begin(keeps="published" in request.fixturenames)
    made = Server()
    yield made
    made.close()


class Page:
    """The explorer's page and the actions of a reader."""

    def __init__(self, browser: webdriver.Chrome, server: Server) -> None:
        self.browser, self.server = browser, server
        show_on(browser, 1440, 1000, "light")

    def open(self, view: str = "") -> Page:
        self.browser.get("about:blank")
        self.browser.get_log("browser")
        self.browser.get(f"{self.server.address}/index.html{view}")
        if Host.keeps:  # a first visit is loaded again at once, to be isolated
            self.until(
                lambda: self.js("return crossOriginIsolated || navigator.userAgent.includes('Firefox')")
            )
        self.until(lambda: self.find("#grid [role=option][aria-selected=true]"))
        return self

    def find(self, selector: str) -> Any:
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found else None

    def text(self, selector: str) -> str:
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def js(self, code: str, *arguments: Any) -> Any:
        return self.browser.execute_script(code, *arguments)

    def until(self, condition: Any, seconds: float = 60) -> Any:
        """As `pages.until`; what the page and its console say stands in the error."""
        try:
            return until(self.browser, condition, seconds)
        except TimeoutException as error:
            told = "['problem', 'notice', 'lack', 'panel']"
            said = self.js(
                f"return {told}.map((id) => document.getElementById(id)?.innerText.slice(0, 2000))"
            )
            raise AssertionError(f"{said}, {severe(self)}, {self.js('return location.href')}") from error

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    @property
    def state(self) -> dict[str, Any]:
        return self.js("return explorer.state()")

    def dispatch(self, **action: Any) -> None:
        self.js("return explorer.dispatch(arguments[0])", action)

    def exact(self) -> None:
        """Wait until the exact map has replaced its thumbnail."""
        ready = "const s = explorer.state(); return Boolean(explorer.data.mapsAtHand(s.picture, s.layer))"
        self.until(lambda: self.js(ready))
        self.until(lambda: "at row" in self.text("#facts") or "ilent" in self.text("#facts"))

    def give(self, *files: Path) -> None:
        self.browser.find_element(By.ID, "file").send_keys("\n".join(map(str, files)))

    def click(self, selector: str) -> None:
        """Click in the page: what lies in a panel that is shut is not to be seen."""
        self.js("document.querySelector(arguments[0]).click()", selector)

    def box(self, selector: str) -> dict[str, float]:
        return self.js(
            "return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector
        )

    def live(self) -> None:
        self.until(lambda: self.find("#live"))
        self.click("#own")
        self.click("#live")
        self.until(lambda: self.js("return document.querySelector('#live')?.hidden"))

    def computed(self) -> None:
        self.until(lambda: self.text("#live-words").startswith("Computed in this page. All layers"), 120)
        self.exact()

    def numbers(self, image: str, layer: str, shape: tuple[int, ...]) -> np.ndarray:
        """The maps in the page's memory, (c, h, w)."""
        send = """
        const [picture, layer, done] = arguments;
        explorer.data.maps(picture, layer)
          .then(({ data }) => fetch("/taken", { method: "POST", body: new Blob([data]) }))
          .then(() => done(null), (problem) => done(problem.message));
        """
        self.browser.set_script_timeout(120)
        assert self.browser.execute_async_script(send, image, layer) is None
        return np.frombuffer(Host.taken["/taken"], "<f4").reshape(shape)


@pytest.fixture
def unopened(browser: webdriver.Chrome, server: Server) -> Page:
    """The page before it is loaded, which takes two seconds, for tests with an address of their own."""
    return Page(browser, server)


@pytest.fixture
def page(unopened: Page) -> Page:
    return unopened.open()


def stored(image: str, layer: dict[str, Any]) -> np.ndarray:
    """The maps in the file, float64 (c, h, w)."""
    raw = gzip.decompress((FOLDER / image / f"{layer['name']}.maps.gz").read_bytes())
    return (
        np.frombuffer(raw, "<f2")
        .reshape(layer["channels"], layer["rows"], layer["columns"])
        .astype(np.float64)
    )


def layer_of(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    return next(layer for layer in manifest["layers"] if layer["name"] == name)


def pixels(page: Page, selector: str) -> np.ndarray:
    """RGBA of a canvas, uint8 (h, w, 4)."""
    code = """
    const canvas = document.querySelector(arguments[0]);
    const { width, height } = canvas;
    return [height, width, ...canvas.getContext("2d").getImageData(0, 0, width, height).data];
    """
    height, width, *values = page.js(code, selector)
    return np.array(values, np.uint8).reshape(height, width, 4)


def equal_neighbours(page: Page, selector: str) -> float:
    """Share of the pixels of a square picture, as it is seen, that have the colour of the one beside them."""
    seen = Image.open(io.BytesIO(page.find(selector).screenshot_as_png)).convert("RGB")
    left, side = (seen.width - min(seen.size)) // 2, min(seen.size)
    levels = np.asarray(seen.crop((left, 0, left + side, side))).astype(int)
    return float((np.diff(levels, axis=1) == 0).all(axis=-1).mean())


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def severe(page: Page) -> list[str]:
    return [entry["message"] for entry in page.browser.get_log("browser") if entry["level"] == "SEVERE"]


def in_hand(page: Page) -> bool:
    """Whether there is a brush, which is loaded when it is taken."""
    sheet = page.find(SHEET)
    return sheet is not None and sheet.is_displayed()


def take_brush(page: Page) -> None:
    page.click("#paint-open")
    page.until(lambda: in_hand(page))


def stroke(page: Page, start: tuple[int, int], move: tuple[int, int], steps: int = 4) -> None:
    """Draw from a place in pixels of the picture, down and across, by so many pixels."""
    box = page.box(SHEET)
    scale = box["width"] / 224
    down, across = (round(scale * (place - 112)) for place in start)
    pen = ActionChains(page.browser, duration=20).move_to_element_with_offset(page.find(SHEET), across, down)
    pen = pen.click_and_hold()
    for _ in range(steps):
        pen = pen.move_by_offset(round(scale * move[1] / steps), round(scale * move[0] / steps))
    pen.release().perform()
