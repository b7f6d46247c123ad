"""`make binder`: run all chapters as on Binder, without Docker and in a fresh environment.

The files that git tracks are copied, and an environment is made from `.binder/` alone with the steps of
repo2docker: the Python of runtime.txt, requirements.txt, postBuild. JupyterLab starts in it behind a URL
prefix, as behind Binder's hub; each chapter is opened as a notebook and run by a kernel of that server, while
its memory is measured. The exit status is 1 if a chapter fails or exceeds the limit of memory.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client import BlockingKernelClient
from tqdm import tqdm

import memory

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1.5e9
"""Bytes. mybinder.org guarantees 1 GB and kills above 2 GB, which includes the server."""
TIMEOUT = 600
"""Seconds for one cell, as in `_config.yml`."""
PREFIX = "/user/someone/"
NOT_INHERITED = ("VGGVIZ", "JUPYTER", "PYTHON", "KERAS", "VIRTUAL_ENV", "IPYTHON")
"""Prefixes of environment variables that do not exist on Binder."""
FRAME = re.compile(r'<iframe[^>]* src="(/[^"]*)"')


@dataclass
class Result:
    """The run of a chapter: cells, seconds, peak memory in bytes, and the error, or ""."""

    chapter: str
    cells: int = 0
    seconds: float = 0.0
    peak: int = 0
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return not self.problem and self.peak < LIMIT

    def __str__(self) -> str:
        verdict = self.problem or ("" if self.is_good else f"more than {LIMIT / 1e9:.1f} GB")
        return (
            f"{self.chapter:32}{self.cells:6}{self.seconds:10.1f}{self.peak / 1e9:9.2f}  {verdict}".rstrip()
        )


class Machine:
    """A folder that replaces Binder's machine: a copy of the checkout, a home, and an environment."""

    def __init__(self, folder: Path) -> None:
        self.repository, self.home, self.env = folder / "repository", folder / "home", folder / "env"
        self.home.mkdir()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        self.environ = inherited | {
            "HOME": str(self.home),
            "PATH": f"{self.env / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
        }
        self.runtime = folder / "runtime"

    def copy_checkout(self) -> None:
        """Copy the files that git tracks from the working tree, as Binder has no others."""
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            target = self.repository / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)

    def install(self) -> None:
        """Make the environment as repo2docker does; only pip uses this machine's settings and cache."""
        binder = self.repository / ".binder"
        subprocess.run([interpreter(binder), "-m", "venv", self.env], check=True)
        pip = [
            self.env / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "-r",
            ".binder/requirements.txt",
        ]
        own = self.environ | {"HOME": os.environ.get("HOME", "")}
        subprocess.run(pip, cwd=self.repository, env=own, check=True)
        (binder / "postBuild").chmod(0o755)
        subprocess.run(["./.binder/postBuild"], cwd=self.repository, env=self.environ, check=True)

    @contextlib.contextmanager
    def serve(self) -> Iterator[Server]:
        """Run JupyterLab, started as on Binder, while the block runs."""
        port, token = free_port(), secrets.token_hex(16)
        start = self.repository / ".binder" / "start"
        command = [str(start)] if start.is_file() else []
        command += ["jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
        command += [f"--IdentityProvider.token={token}", f"--ServerApp.base_url={PREFIX}"]
        with (self.home / "server.log").open("w") as log:
            process = subprocess.Popen(
                command, cwd=self.repository, env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                server = Server(f"http://127.0.0.1:{port}", token, process, self.runtime)
                server.wait()
                yield server
            finally:
                process.terminate()
                process.wait(60)


class Server:
    """A Jupyter server, used through its HTTP interface."""

    def __init__(self, address: str, token: str, process: subprocess.Popen[bytes], runtime: Path) -> None:
        self.address, self.token, self.process, self.runtime = address, token, process, runtime

    def request(self, path: str, method: str = "GET", content: Any = None) -> bytes:
        """Send a request; returns the body of the response.

        Raises:
            OSError: no response, or an HTTP error.
        """
        data = json.dumps(content).encode() if content else None
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        message = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(message, timeout=60) as answer:
            return bytes(answer.read())

    def wait(self) -> None:
        """Wait until the server responds."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                self.request(f"{PREFIX}api/status")
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise SystemExit("JupyterLab did not start.")

    def run_chapter(self, chapter: str) -> Result:
        """Open a chapter as a notebook, and run it to its end or the first error."""
        result = Result(chapter)
        started = time.monotonic()
        try:
            opened = json.loads(self.request(f"{PREFIX}api/contents/book/{chapter}.md?type=notebook"))
            code = ["".join(c["source"]) for c in opened["content"]["cells"] if c["cell_type"] == "code"]
            self.run(result, code)
        except (OSError, RuntimeError, TimeoutError) as error:
            result.problem = " ".join(str(error).split()) or type(error).__name__
        result.seconds = time.monotonic() - started
        return result

    def run(self, result: Result, code: list[str]) -> None:
        """Run cells in a new kernel of this server, in the chapter's folder.

        Raises:
            RuntimeError: a cell failed.
            OSError: a frame that a cell shows cannot be loaded.
            TimeoutError: a cell took longer than `TIMEOUT`.
        """
        wanted = {"path": f"book/{result.chapter}.md", "name": result.chapter, "type": "notebook"}
        wanted |= {"kernel": {"name": "python3"}}
        session = json.loads(self.request(f"{PREFIX}api/sessions", "POST", wanted))
        connection = self.runtime / f"kernel-{session['kernel']['id']}.json"
        client = BlockingKernelClient(connection_file=str(connection))
        client.load_connection_file()
        client.start_channels()
        peak = memory.Peak()
        try:
            client.wait_for_ready(TIMEOUT)
            with memory.watched(kernel_process(self.process, connection.name), peak):
                for source in code:
                    result.cells += 1
                    self.run_cell(client, source)
        finally:
            result.peak = peak.bytes
            client.stop_channels()
            self.request(f"{PREFIX}api/sessions/{session['id']}", "DELETE")

    def run_cell(self, client: BlockingKernelClient, source: str) -> None:
        """Run a cell, and load the frames in its output."""
        shown: list[str] = []

        def collect(message: dict[str, Any]) -> None:
            shown.append(message["content"].get("data", {}).get("text/html", ""))

        reply = client.execute_interactive(source, timeout=TIMEOUT, output_hook=collect)["content"]
        if reply["status"] != "ok":
            first = source.strip().splitlines()[0]
            raise RuntimeError(f"{reply.get('ename')}: {reply.get('evalue')} (in the cell {first!r})")
        for address in FRAME.findall("".join(shown)):
            self.request(address)


def kernel_process(server: psutil.Process | subprocess.Popen[bytes], name: str) -> psutil.Process:
    """The child process of a server whose connection file has this name."""
    for child in psutil.Process(server.pid).children(recursive=True):
        if any(name in argument for argument in child.cmdline()):
            return child
    raise RuntimeError("the kernel died")


def interpreter(binder: Path) -> str:
    """This machine's Python of the version in runtime.txt."""
    name = (binder / "runtime.txt").read_text().strip().replace("-", "")
    if f"python{sys.version_info.major}.{sys.version_info.minor}" == name:
        return sys.executable
    if found := shutil.which(name):
        return found
    raise SystemExit(f"Binder's Python, {name}, is not on this machine; install it, or name it in PATH.")


def free_port() -> int:
    """A free port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def chapters() -> list[str]:
    """Names of the pages with code cells."""
    return [
        page.stem for page in sorted((ROOT / "book").glob("*.md")) if "{code-cell}" in page.read_text("utf-8")
    ]


def main() -> int:
    """Run the given chapters, or all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="all by default")
    wanted = parser.parse_args().chapters or chapters()
    with tempfile.TemporaryDirectory(prefix="binder-") as folder:
        machine = Machine(Path(folder))
        machine.copy_checkout()
        print(
            "Making an environment from .binder/ alone: some minutes, 3 GB of disk for as long.", flush=True
        )
        machine.install()
        with machine.serve() as server:
            results = [server.run_chapter(chapter) for chapter in tqdm(wanted, unit="chapter")]
            own = psutil.Process(server.process.pid).memory_info().rss
    print(f"{'chapter':32}{'cells':>6}{'seconds':>10}{'peak GB':>9}")
    print(*results, sep="\n")
    print(f"{'the server':32}{own / 1e9:25.2f}")
    return 0 if all(result.is_good for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
