"""Archives for the kernel's initramfs: cpio in its "newc" form (Documentation/driver-api/early-userspace), zstd.

The same files give the same bytes: sorted, owned by root, one fixed time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cutaway_appliance.tools import run

#: All files have this time (SOURCE_DATE_EPOCH): 2024-01-01.
EPOCH = 1704067200
TRAILER = "TRAILER!!!"
ZSTD = ("zstd", "-q", "-f", "-T1", "-12", "--no-progress")


def pack(root: Path, archive: Path) -> None:
    """Pack everything below a folder into a compressed archive."""
    plain = archive.with_name(archive.name + ".plain")
    with plain.open("wb") as out:
        for number, path in enumerate(_walk(root), start=1):
            _write_entry(out, path, path.relative_to(root).as_posix(), number)
        _write_header(out, TRAILER, mode=0, number=0, size=0)
    run([*ZSTD, str(plain), "-o", str(archive)])
    plain.unlink()


def _walk(root: Path) -> Iterator[Path]:
    yield from sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix())


def _write_entry(out: BinaryIO, path: Path, name: str, number: int) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        content, mode = os.fsencode(path.readlink()), stat.S_IFLNK | 0o777
    elif stat.S_ISDIR(status.st_mode):
        content, mode = b"", stat.S_IFDIR | 0o755
    else:
        content = path.read_bytes()
        mode = stat.S_IFREG | (0o755 if status.st_mode & 0o100 else 0o644)
    _write_header(out, name, mode=mode, number=number, size=len(content))
    out.write(content + bytes(-len(content) % 4))


def _write_header(out: BinaryIO, name: str, *, mode: int, number: int, size: int) -> None:
    """Write "070701", in hex ino mode uid gid nlink mtime size dev (2) rdev (2) namesize check, and the name."""
    encoded = os.fsencode(name) + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, EPOCH if mode else 0, size, 0, 0, 0, 0, len(encoded), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + encoded
    out.write(header + bytes(-len(header) % 4))
