"""The files of an evidence image of EnCase (EWF): "case.E01", "case.E02" … "case.E99", "case.EAA" … "case.ZZZ".

Finds those that follow a first one beside it. Blocks on the file system, so it belongs in a helper thread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from string import ascii_uppercase

from cutaway.errors import ImageFormatError, ImageUnreadable
from cutaway.image_magic import EVIDENCE

#: qemu gets a descriptor for each, and a process may have a thousand.
FILES_MAX = 400
_FIRST = re.compile(r".*\.[es]01", re.IGNORECASE | re.DOTALL)
_EXPORT = "Make a raw image of it: 'ewfexport -t NAME -f raw' (Debian: apt install ewf-tools)."


def is_evidence(path: str) -> bool:
    """Tell whether a file is a part of an evidence image; what cannot be read is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError):
        return False
    try:
        return os.pread(descriptor, len(EVIDENCE), 0) == EVIDENCE
    except OSError:
        return False
    finally:
        os.close(descriptor)


def evidence_files(path: str) -> dict[str, int]:
    """Return all files of an image by its first one, and how long they are.

    Raises:
        ImageFormatError: it is not the first, or there are too many.
        ImageUnreadable: one cannot be looked at.
    """
    if _FIRST.fullmatch(path) is None:
        raise ImageFormatError(
            f"{path} is a later file of an evidence image", path=path, remedy=f"Open its first: {path[:-3]}E01."
        )
    found: dict[str, int] = {}
    try:
        for name in names(path):
            if found and not os.path.exists(name):
                break
            found[name] = os.stat(name).st_size
            if len(found) > FILES_MAX:
                raise ImageFormatError(
                    f"{path} is the first of more than {FILES_MAX} files, which cannot be opened",
                    path=path, remedy=_EXPORT,
                )  # fmt: skip
    except OSError as error:
        if isinstance(error, ImageFormatError):
            raise
        raise ImageUnreadable(f"{error.filename} cannot be read: {error.strerror}", path=path) from error
    return found


def names(path: str) -> Iterator[str]:
    """Give what the files of an image are called, by the first."""
    stem, letter = path[:-3], path[-3]
    for number in range(1, 100):
        yield f"{stem}{letter}{number:02d}"
    for first in ascii_uppercase[ascii_uppercase.index(letter.upper()) :]:
        for second in ascii_uppercase:
            for third in ascii_uppercase:
                name = first + second + third
                yield stem + (name if letter.isupper() else name.lower())
