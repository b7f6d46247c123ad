"""`make links`: check the book's external links, without executing any chapter."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

ROOT = Path(__file__).resolve().parents[2]
FOUND = ROOT / "_build" / "links"


def main() -> int:
    """Check all links; return the exit status, 1 if one is broken."""
    status = build_sphinx(
        ROOT,
        FOUND,
        path_config=ROOT / "_config.yml",
        noconfig=True,  # no conf.py of Sphinx beside it
        confoverrides={
            "latex_individualpages": False,
            "nb_execution_mode": "off",
            "linkcheck_report_timeouts_as_broken": False,
        },
        doctreedir=ROOT / "_build" / ".links",
        builder="linkcheck",
        freshenv=True,
        really_quiet=True,
    )
    if isinstance(status, Exception):
        print(f"The links were not checked: {status}", file=sys.stderr)
        return 1
    answers = [json.loads(line) for line in (FOUND / "output.json").read_text("utf-8").splitlines()]
    checked = [answer for answer in answers if answer["status"] not in {"unchecked", "local", "ignored"}]
    lost, late = ([a for a in checked if a["status"] == status] for status in ("broken", "timeout"))
    for answer in sorted(lost + late, key=lambda answer: (answer["filename"], answer["lineno"])):
        print(f"{answer['filename']}:{answer['lineno']}: {answer['uri']} ({answer['info']})")
    print(f"Links: {len(checked)}; lost: {len(lost)}; without an answer in time: {len(late)}.")
    return 1 if lost or status else 0


if __name__ == "__main__":
    sys.exit(main())
