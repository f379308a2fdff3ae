"""Raw images in several files: "disk.001", "disk.002" …, "disk.00" …, "disk.aa", "disk.ab" … (split(1), FTK Imager).

Finds the further parts of a first one beside it, and checks that together they can be a disk. Blocks on the file
system, so it belongs in a helper thread; opens nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from string import ascii_lowercase

from cutaway.errors import ImageFormatError, ImageNotFound

SECTOR = 512
#: Nobody cuts a disk into more.
PARTS_MAX = 10_000
#: Three letters begin with "a" in the parts that anybody has; others are the kinds of files.
_SUFFIX = re.compile(r"\.(\d{2,4}|a?[a-z]{2})")
_JOIN = "Join the parts with 'cat', in their order, and open what comes out."


def parts_after(path: str) -> tuple[str, ...]:
    """Return the further parts of an image whose first part this is by its name; none if it is alone.

    Raises:
        ImageNotFound: there are later parts, and one before them is missing.
    """
    stem, suffix = _cut(path)
    if not suffix or suffix not in {_first(suffix, 0), _first(suffix, 1)}:
        return ()
    there = _suffixes(stem, len(suffix))
    found: list[str] = []
    for name in _following(suffix):
        if name not in there:
            later = sorted(other for other in there if other > name and other.isdigit() == suffix.isdigit())
            if later and found:
                raise ImageNotFound(
                    f"{stem}.{name} is missing, a part of the image between {found[-1]} and {stem}.{later[0]}",
                    path=path, remedy="Put it beside the others.",
                )  # fmt: skip
            break
        found.append(f"{stem}.{name}")
    return tuple(found)


def first_part(path: str) -> str | None:
    """Return the first part of the image of which a file is a later part by its name, if that is there."""
    stem, suffix = _cut(path)
    if not suffix:
        return None
    firsts = (f"{stem}.{_first(suffix, number)}" for number in (0, 1))
    return next((first for first in firsts if first < path and os.path.exists(first)), None)


def next_part(path: str) -> str:
    """Return what the part after this one would be called; nothing if it is called like no part."""
    stem, suffix = _cut(path)
    return f"{stem}.{name}" if suffix and (name := next(_following(suffix), "")) else ""


def check_sizes(path: str, parts: tuple[str, ...]) -> list[int]:
    """Return the sizes of all parts of an image in bytes: equal ones, but for the last, and whole sectors.

    Raises:
        ImageFormatError: they cannot be cut from one disk, or not be put together here.
        OSError: one cannot be looked at.
    """
    sizes = [os.stat(part).st_size for part in (path, *parts)]
    for part, size in zip((path, *parts)[:-1], sizes[:-1], strict=True):
        if size != sizes[0]:
            raise ImageFormatError(
                f"{part} has {size:,} bytes, but {path} {sizes[0]:,}: all parts of an image but the last are as long",
                path=path, remedy="Copy it again from its source.",
            )  # fmt: skip
        if size % SECTOR:
            raise ImageFormatError(f"{part} ends in the middle of a sector of {SECTOR} bytes", path=path, remedy=_JOIN)
    return sizes


def refuse_what_is_not_raw(path: str, count: int, what: str) -> None:
    """Refuse an image in several files that is no raw one.

    Raises:
        ImageFormatError: always.
    """
    raise ImageFormatError(
        f"{path} is the first of {count} parts of a file of the kind {what}; only raw images are put together",
        path=path, remedy=_JOIN,
    )  # fmt: skip


def _cut(path: str) -> tuple[str, str]:
    """Return what comes before the number of a part, and that number or letters; nothing if it has none."""
    stem, suffix = os.path.splitext(path)
    match = _SUFFIX.fullmatch(suffix)
    return (stem, match.group(1)) if match and suffix.isascii() else (stem, "")


def _first(suffix: str, number: int) -> str:
    """Return what the first part is called where this is a part: counted from 0 or from 1, letters from "a"."""
    return str(number).zfill(len(suffix)) if suffix.isdigit() else "a" * len(suffix)


def _following(suffix: str) -> Iterator[str]:
    if suffix.isdigit():
        for number in range(int(suffix) + 1, min(10 ** len(suffix), PARTS_MAX)):
            yield str(number).zfill(len(suffix))
        return
    here = sum(ascii_lowercase.index(letter) * 26**place for place, letter in enumerate(reversed(suffix)))
    for number in range(here + 1, min(26 ** len(suffix), PARTS_MAX)):
        yield "".join(ascii_lowercase[number // 26**place % 26] for place in reversed(range(len(suffix))))


def _suffixes(stem: str, width: int) -> set[str]:
    """Return what stands behind the last dot of the files beside a part that are called as it is."""
    folder, start = os.path.dirname(stem) or ".", os.path.basename(stem) + "."
    with os.scandir(folder) as entries:
        names = [entry.name[len(start) :] for entry in entries if entry.name.startswith(start)]
    return {name for name in names if len(name) == width and _SUFFIX.fullmatch("." + name)}
