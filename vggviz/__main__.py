"""`python -m vggviz`."""

import sys

from vggviz.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
