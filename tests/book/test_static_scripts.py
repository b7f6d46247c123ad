"""The scripts of the book's pages: their tests in Node (static/*.test.js)."""

import subprocess
from pathlib import Path

from vggviz_book import npm

TESTS = sorted((Path(__file__).parent / "static").glob("*.test.js"))


def test_the_scripts_pass_their_tests():
    assert TESTS
    command = [*npm.node(), "--test", *map(str, TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
