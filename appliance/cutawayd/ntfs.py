"""NTFS looked at and resized, by the programs of ntfs-3g."""

from __future__ import annotations

from cutawayd.children import run, status
from cutawayd.words import number_word
from cutawayd.work import Work


def ntfs_3g_probe(work: Work, rw: bool, device: str) -> int:
    """Return whether a volume could be mounted."""
    return status(work, ["ntfs-3g.probe", "--readwrite" if rw else "--readonly", device])


def ntfsfix(work: Work, device: str, clearbadsectors: bool) -> None:
    """Correct the simplest."""
    run(work, ["ntfsfix", *(["-b"] if clearbadsectors else []), device])


def ntfsresize(work: Work, device: str, size: int | None, force: bool) -> None:
    """Resize a volume. It asks before it begins; "y" is the answer."""
    options = ["--size", number_word(size, "the size", 1)] if size is not None else []
    run(work, ["ntfsresize", "-P", *(["--force"] if force else []), *options, device], script=b"y\n")
