"""Output that no chapter means to show: stderr, tracebacks, log lines, progress bars."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

STRAY = re.compile(
    r"^(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL)\b[:\s]"  # logging, absl
    r"|[IWEF]\d{4,8} \d\d:\d\d:\d\d"  # glog
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"  # TensorFlow's own
    r"|Traceback \(most recent call last\)"
    r"|.*\b[A-Z]\w*Warning\b"
    r"|.*(?:Assets written to|Saved artifact at|oneDNN|computation_placer|[Cc]uda|XLA service)"
    r"|.*(?:\d+/\d+ ━|\d+%\|))",  # progress bars
    re.MULTILINE,
)
"""Lines that libraries log, and that no chapter means to show."""


def stray_output(page: str) -> list[str]:
    """Find the stray outputs in the HTML of a page."""
    outputs = BeautifulSoup(page, "html.parser").select(".cell_output .output")
    errors = [output for output in outputs if {"stderr", "traceback"} & set(output.get("class") or ())]
    lines = [found for output in outputs for found in STRAY.findall(output.get_text())]
    return [output.get_text() for output in errors] + lines
