"""The files that come with the program: package data in a wheel, or the folder beside `app/` in the source tree."""

from __future__ import annotations

import functools
import os


@functools.cache
def data_folder() -> str:
    """Return the folder of the program's data files.

    Raises:
        FileNotFoundError: When the program is not completely installed.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    for folder in (os.path.join(package, "_resources"), os.path.join(package, "..", "..", "resources")):
        if os.path.isdir(os.path.join(folder, "icons")):
            return os.path.normpath(folder)
    raise FileNotFoundError("the program's icons are missing: it is not completely installed")


def data_path(*parts: str) -> str:
    """Return the path of a data file."""
    return os.path.join(data_folder(), *parts)
