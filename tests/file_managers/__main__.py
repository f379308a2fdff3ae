"""Drag and paste a folder of a real Debian into real file managers, by mouse and keys; print a table.

Every byte is compared. Needs what the end-to-end tests need, and the file managers; one that is missing is said so.
Exits with 1 if anything that was tried failed; pictures and logs of that are kept, and their folder is named.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from images.debian import debian_image
from images.debian_tree import thousand
from support.desktop import FILE_MANAGERS, DesktopError, desktop, missing_tools

from tests.file_managers.trial import MONITOR, Trial, TrialFailed

ALL = (*sorted(FILE_MANAGERS), "caja", "nemo", "pcmanfm-qt", "dolphin", "nautilus")
GESTURES = ("drag", "paste")
ROW = "{:<12} {:<24} {:<8} {:<10} {:>7}"


def main() -> int:
    """Try all that are installed; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.file_managers", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; without: all that are installed"
    )
    parser.add_argument("--only", choices=GESTURES, help="one gesture instead of both")
    options = parser.parse_args()
    names, gestures = options.names or ALL, [options.only] if options.only else GESTURES
    if missing := missing_tools(MONITOR):
        sys.exit(f"not installed: {', '.join(missing)}")
    image, expected = debian_image().path, thousand()
    print(ROW.format("manager", "version", "way", "result", "seconds"))
    failed = 0
    for name in names:
        if shutil.which(name) is None:
            print(ROW.format(name, "-", "-", "missing", "-"))
            continue
        for gesture in gestures:
            failed += not try_one(name, gesture, image, expected)
    return min(failed, 1)


def try_one(name: str, gesture: str, image: Path, expected: dict[bytes, bytes]) -> bool:
    """Try one gesture with one file manager and print a row; return whether all bytes came."""
    pictures = Path(tempfile.mkdtemp(prefix=f"cutaway-{name}-{gesture}-"))
    with desktop(1600, 860) as screen:
        trial = Trial(screen, image, name, pictures)
        try:
            seconds = trial.drag(expected) if gesture == "drag" else trial.paste(expected)
        except (TrialFailed, DesktopError) as error:
            print(ROW.format(name, version(name), gesture, "FAILED", "-"), error, f"(more in {pictures})", flush=True)
            return False
        result = f"all but {len(trial.lost)}" if trial.lost else "ok"
        print(ROW.format(name, version(name), trial.way, result, f"{seconds:.1f}"), flush=True)
    shutil.rmtree(pictures)
    return True


def version(name: str) -> str:
    """Return the version of a file manager's Debian package; not all of them tell it themselves."""
    command = ("dpkg-query", "--show", "--showformat=${Version}", name)
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    return done.stdout or "?"


if __name__ == "__main__":
    sys.exit(main())
