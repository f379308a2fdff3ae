"""A file system for tests that takes names that differ only by case for one: `python folding_mount.py BASE DIR`.

Keeps the case in which a name was made, as vfat and NTFS do; everything else is the folder BASE. By FUSE: not every
kernel has such a file system of its own.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("FUSE_LIBRARY_NAME", "fuse3")
import mfusepy


class FoldingFileSystem(mfusepy.Operations):  # type: ignore[misc] the library has no types
    """Passes everything on to a folder, by whichever name something has there."""

    use_ns = True

    def __init__(self, base: str) -> None:
        self._base = base

    def _real(self, path: str) -> str:
        """Return the path of what is meant; a new name as it is written."""
        real = self._base
        for name in path.split("/"):
            there = [] if os.path.lexists(os.path.join(real, name)) else _names(real)
            real = os.path.join(real, next((other for other in there if other.casefold() == name.casefold()), name))
        return real

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        status = os.lstat(self._real(path))
        fields = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino", "st_blocks", "st_rdev")
        times = {f"st_{name}time": getattr(status, f"st_{name}time_ns") for name in "amc"}
        return {field: getattr(status, field) for field in fields} | times

    def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
        with os.scandir(self._real(path)) as entries:
            found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        return [(name, {"st_ino": one.st_ino, "st_mode": one.st_mode}, 0) for name, one in found.items()]

    def mkdir(self, path: str, mode: int) -> int:
        os.mkdir(self._real(path), mode)
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return os.open(self._real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open(self, path: str, flags: int) -> int:
        return os.open(self._real(path), flags & ~os.O_NOFOLLOW)

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        os.truncate(self._real(path), length)
        return 0

    def unlink(self, path: str) -> int:
        os.unlink(self._real(path))
        return 0

    def rmdir(self, path: str) -> int:
        os.rmdir(self._real(path))
        return 0

    def rename(self, old: str, new: str) -> int:
        os.rename(self._real(old), self._real(new))
        return 0

    def chmod(self, path: str, mode: int) -> int:
        os.chmod(self._real(path), mode)
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        os.utime(self._real(path), ns=times, follow_symlinks=False)
        return 0

    def symlink(self, target: str, source: str) -> int:
        raise OSError(errno.EPERM, "vfat has no links")

    def link(self, target: str, source: str) -> int:
        raise OSError(errno.EPERM, "vfat has no links")

    def statfs(self, path: str) -> dict[str, int]:
        use = os.statvfs(self._base)
        fields = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_frsize", "f_namemax")
        return {field: getattr(use, field) for field in fields}


def _names(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []


@contextmanager
def folding_folder(base: Path, folder: Path) -> Iterator[Path]:
    """Give a folder that folds case, whose content lies in `base`."""
    for path in (base, folder):
        path.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, __file__, base, folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise AssertionError(process.communicate(timeout=10)[0])
        yield folder
    finally:
        subprocess.run(["fusermount3", "-u", "-z", folder], check=False, capture_output=True)
        process.communicate(timeout=10)


class _Ready(FoldingFileSystem):
    """Says when it is mounted."""

    def init(self, path: str) -> None:
        print("ready", flush=True)


if __name__ == "__main__":
    mfusepy.FUSE(_Ready(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True, use_ino=True)
