"""Time of a forward pass in the explorer's page in a browser, against TensorFlow on as many cores.

Needs Chromium with chromedriver, and LiteRT.js from npm.
"""

from __future__ import annotations

import functools
import http.server
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import vggviz
from benchmarks.environments import LeftOutError
from benchmarks.timing import Ratio, seconds

RUNTIME = Path(__file__).parent.parent / "node_modules" / "@litertjs"
TURNS = 5
WANTED = {1: 4.0, 2: 2.2}
"""{threads: largest acceptable time of the page, as a multiple of TensorFlow's}."""


def lack() -> str:
    """Why this part cannot be measured here; empty if it can."""
    is_ready = RUNTIME.is_dir() and shutil.which("chromium") and shutil.which("chromedriver")
    return "" if is_ready else "it needs chromium, chromedriver, and LiteRT.js, which `make book` brings"


def measure() -> Iterator[Ratio]:
    """Yield the ratios of the first block and of all layers, on one thread and on two.

    Raises:
        LeftOutError: Chromium, chromedriver or LiteRT.js is missing.
    """
    if reason := lack():
        raise LeftOutError(reason)
    model = vggviz.load_vgg16("imagenet")
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    layers = list(vggviz.feature_maps(model, batch))
    with tempfile.TemporaryDirectory() as folder:
        page = vggviz.explore(model, "cat").save(Path(folder) / "page", runtime=RUNTIME)
        for threads, at_most in WANTED.items():
            first, whole = _page_seconds(page, threads)
            for name, names, ours in (("block 1", layers[:3], first), ("18 layers", layers, whole)):
                extract = functools.partial(vggviz.feature_maps, model, batch, names)
                extract()
                theirs = min(seconds(extract) for _ in range(TURNS))
                label = "1 thread" if threads == 1 else f"{threads} threads"
                yield Ratio(f"{name} in the page, {label}: TensorFlow", ours, theirs, wanted=1 / at_most)


def _page_seconds(page: Path, threads: int) -> tuple[float, float]:
    """Seconds until the maps of the first block and of all layers are computed, the best of `TURNS`."""
    with _served(page, isolated=threads > 1) as address, _browser() as browser:
        browser.get(f"{address}/index.html")
        browser.set_script_timeout(110)  # Selenium itself waits for two minutes
        times = browser.execute_async_script(PASTE_IMAGES, TURNS)
    if isinstance(times, str):
        raise RuntimeError(times)
    return min(first for first, _ in times) / 1e3, min(whole for _, whole in times) / 1e3


PASTE_IMAGES = """
const [turns, done] = arguments;
const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
const run = async () => {
  for (const button of ["#own", "#live"]) {
    while (!document.querySelector(button)) await wait();
    document.querySelector(button).click();
  }
  const words = document.querySelector("#live-words");
  const times = [];
  const picture = await createImageBitmap(await (await fetch("cat/picture.png")).blob());
  const canvas = Object.assign(document.createElement("canvas"), { width: 224, height: 224 });
  const context = canvas.getContext("2d");
  for (let turn = 0; turn < turns; turn++) {
    context.drawImage(picture, 0, 0);
    context.fillRect(0, 0, 1 + turn, 1);  // another picture, or nothing would be computed anew
    const blob = await new Promise((resolve) => canvas.toBlob(resolve));
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], "cat.png", { type: "image/png" }));
    const seen = [];
    const note = () => seen.push([words.dataset.segment, Number(words.dataset.milliseconds)]);
    const watcher = new MutationObserver(note);
    watcher.observe(words, { attributes: true });
    const pasting = new ClipboardEvent("paste", { bubbles: true });
    Object.defineProperty(pasting, "clipboardData", { value: transfer });  // Firefox would take an empty one
    document.dispatchEvent(pasting);
    while (!seen.some(([segment]) => segment === "4")) await wait();
    watcher.disconnect();
    times.push(["0", "4"].map((segment) => seen.findLast(([each]) => each === segment)[1]));
  }
  return times;
};
run().then(done, (problem) => done(problem.message));
"""


@contextmanager
def _served(folder: Path, isolated: bool) -> Iterator[str]:
    """Serve a folder; `isolated` sends the headers of cross-origin isolation, which threads need.

    Otherwise the service worker, which would add these headers, is not served.
    """

    class Host(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            if isolated:
                self.send_header("Cross-Origin-Opener-Policy", "same-origin")
                self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            super().end_headers()

        def send_head(self) -> object:
            if self.path.endswith("service_worker.js"):
                self.send_error(404)
                return None
            return super().send_head()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Host, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def _browser() -> Iterator[object]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()
