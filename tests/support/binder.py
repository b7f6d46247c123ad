"""`make binder`: what a reader of Binder gets, proved without Docker and in nothing that this machine has.

What git has of the checkout is copied, and an environment is made from `.binder/` alone, with the commands of
repo2docker: the Python of runtime.txt, requirements.txt, postBuild. JupyterLab then starts in it behind a
prefix, as behind Binder's hub; each chapter is opened as a notebook and run to its end by a kernel of that
server, whose memory is watched. A table is printed; a chapter that fails, or needs too much, fails the whole.
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
"""Bytes. mybinder.org gives 1 GB for sure and ends what takes more than 2; the server wants its share."""
TIMEOUT = 600
"""Seconds for one cell, as in `_config.yml`."""
PREFIX = "/user/someone/"
NOT_OURS = ("VGGVIZ", "JUPYTER", "PYTHON", "KERAS", "VIRTUAL_ENV", "IPYTHON")
"""Beginnings of the names of variables that Binder's machine does not have."""
FRAME = re.compile(r'<iframe[^>]* src="(/[^"]*)"')


@dataclass
class Visit:
    """What became of a chapter: how long it took, how much memory, and what went wrong, "" if nothing did."""

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
    """A folder in the place of Binder's machine: a copy of the checkout, a home, an environment."""

    def __init__(self, folder: Path) -> None:
        self.repository, self.home, self.env = folder / "repository", folder / "home", folder / "env"
        self.home.mkdir()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
        self.environ = inherited | {
            "HOME": str(self.home),
            "PATH": f"{self.env / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
        }
        self.runtime = folder / "runtime"

    def copy_checkout(self) -> None:
        """Copy what git has, as it lies in the working tree: what was never added will not be on Binder."""
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            target = self.repository / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)

    def install(self) -> None:
        """Make the environment as repo2docker does; pip alone keeps this machine's settings and cache."""
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
        """JupyterLab, started as Binder starts it, until the block ends."""
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
    """A Jupyter server, asked as a browser asks it."""

    def __init__(self, address: str, token: str, process: subprocess.Popen[bytes], runtime: Path) -> None:
        self.address, self.token, self.process, self.runtime = address, token, process, runtime

    def ask(self, path: str, method: str = "GET", content: Any = None) -> bytes:
        """The answer to a request.

        Raises:
            OSError: there is none, or it is an error.
        """
        data = json.dumps(content).encode() if content else None
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def wait(self) -> None:
        """Until the server answers."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                self.ask(f"{PREFIX}api/status")
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise SystemExit("JupyterLab did not start.")

    def visit(self, chapter: str) -> Visit:
        """Open a chapter as a notebook, and run it to its end or to the first cell that fails."""
        visit = Visit(chapter)
        started = time.monotonic()
        try:
            opened = json.loads(self.ask(f"{PREFIX}api/contents/book/{chapter}.md?type=notebook"))
            code = ["".join(c["source"]) for c in opened["content"]["cells"] if c["cell_type"] == "code"]
            self.run(visit, code)
        except (OSError, RuntimeError, TimeoutError) as error:
            visit.problem = " ".join(str(error).split()) or type(error).__name__
        visit.seconds = time.monotonic() - started
        return visit

    def run(self, visit: Visit, code: list[str]) -> None:
        """Run cells in a new kernel of this server, in the chapter's folder.

        Raises:
            RuntimeError: a cell failed, or a frame that it shows is empty; TimeoutError, OSError.
        """
        wanted = {"path": f"book/{visit.chapter}.md", "name": visit.chapter, "type": "notebook"}
        wanted |= {"kernel": {"name": "python3"}}
        session = json.loads(self.ask(f"{PREFIX}api/sessions", "POST", wanted))
        connection = self.runtime / f"kernel-{session['kernel']['id']}.json"
        client = BlockingKernelClient(connection_file=str(connection))
        client.load_connection_file()
        client.start_channels()
        most = memory.Most()
        try:
            client.wait_for_ready(TIMEOUT)
            with memory.watched(kernel_process(self.process, connection.name), most):
                for source in code:
                    visit.cells += 1
                    self.run_cell(client, source)
        finally:
            visit.peak = most.bytes
            client.stop_channels()
            self.ask(f"{PREFIX}api/sessions/{session['id']}", "DELETE")

    def run_cell(self, client: BlockingKernelClient, source: str) -> None:
        shown: list[str] = []

        def keep(message: dict[str, Any]) -> None:
            shown.append(message["content"].get("data", {}).get("text/html", ""))

        reply = client.execute_interactive(source, timeout=TIMEOUT, output_hook=keep)["content"]
        if reply["status"] != "ok":
            first = source.strip().splitlines()[0]
            raise RuntimeError(f"{reply.get('ename')}: {reply.get('evalue')} (in the cell {first!r})")
        for address in FRAME.findall("".join(shown)):
            self.ask(address)


def kernel_process(server: psutil.Process | subprocess.Popen[bytes], name: str) -> psutil.Process:
    """The child of a server that was started with a connection file of this name."""
    for child in psutil.Process(server.pid).children(recursive=True):
        if any(name in argument for argument in child.cmdline()):
            return child
    raise RuntimeError("the kernel died")


def interpreter(binder: Path) -> str:
    """The Python that runtime.txt names, on this machine."""
    name = (binder / "runtime.txt").read_text().strip().replace("-", "")
    if f"python{sys.version_info.major}.{sys.version_info.minor}" == name:
        return sys.executable
    if found := shutil.which(name):
        return found
    raise SystemExit(f"Binder's Python, {name}, is not on this machine; install it, or name it in PATH.")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def chapters() -> list[str]:
    """Names of the pages with cells to run."""
    return [
        page.stem for page in sorted((ROOT / "book").glob("*.md")) if "{code-cell}" in page.read_text("utf-8")
    ]


def main() -> int:
    """Try the chapters that are named, or all; return the exit status."""
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
            visits = [server.visit(chapter) for chapter in tqdm(wanted, unit="chapter")]
            own = psutil.Process(server.process.pid).memory_info().rss
    print(f"{'chapter':32}{'cells':>6}{'seconds':>10}{'peak GB':>9}")
    print(*visits, sep="\n")
    print(f"{'the server':32}{own / 1e9:25.2f}")
    return 0 if all(visit.is_good for visit in visits) else 1


if __name__ == "__main__":
    sys.exit(main())
