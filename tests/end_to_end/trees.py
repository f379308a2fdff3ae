"""Folders of this computer, to compare with those of the image."""

from __future__ import annotations

import os
from pathlib import Path


def read_tree(folder: Path) -> dict[bytes, bytes]:
    """Return the relative paths of all ordinary files below a folder with their content."""
    root, found = os.fsencode(folder), {}
    for place, _, names in os.walk(root):
        for path in (os.path.join(place, name) for name in names):
            if not os.path.islink(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, root)] = file.read()
    return found
