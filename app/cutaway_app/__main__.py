"""`python -m cutaway_app`: the window."""

from __future__ import annotations

import sys

from cutaway_app.application import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
