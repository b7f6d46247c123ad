"""Print HTML as PDF by headless Chromium."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--allow-file-access-from-files",
    "--no-pdf-header-footer",
    "--virtual-time-budget=60000",  # for the formulas
)


def find() -> str | None:
    """Chromium's program, None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def to_pdf(chromium: str, sheet: Path) -> Path:
    """Print a file; returns the PDF beside it.

    Raises:
        RuntimeError: Chromium wrote no PDF.
    """
    target = sheet.with_suffix(".pdf")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = [*OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={target}", sheet.as_uri()]
        done = subprocess.run([chromium, *words], capture_output=True, text=True, timeout=600, check=False)
    if not target.is_file():
        raise RuntimeError(f"Chromium did not print {sheet.name}: {done.stderr.strip()[-500:]}")
    return target
