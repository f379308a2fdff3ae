"""Makes ext4 file systems with files of every sort, by e2fsprogs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

#: Files beside the odd ones.
PLAIN = 60
#: What becomes of single inodes afterwards: file → field → value, as debugfs(8) knows them.
ODD_FIELDS = {
    "old": {"mtime": "-100", "mtime_extra": "0"},
    "late": {"mtime_extra": str(123_456_789 << 2 | 1)},
    "far": {"ctime_extra": "2"},
    "owned": {"uid": "70000", "gid": "4000000000"},
    "nobody": {"uid": "4294967295"},
    "setuid": {"mode": "0104755"},
}


def make_tree(folder: Path) -> None:
    """Make the files: plain, empty, sparse, in many pieces, with attributes, with two names, odd ones."""
    folder.mkdir()
    for number in range(PLAIN):
        (folder / f"plain-{number:03}").write_bytes(os.urandom(number * 100))
    for name in ODD_FIELDS:
        (folder / name).write_bytes(b"odd " * 100)
    for name, pieces in (("sparse", 3), ("pieces", 12)):
        with (folder / name).open("wb") as file:
            for piece in range(pieces):
                file.seek(piece * 100_000)
                file.write(os.urandom(5000))
            file.truncate(pieces * 100_000 + 70_000)
    (folder / "hole").touch()
    os.truncate(folder / "hole", 1 << 20)
    (folder / "first").write_bytes(b"one file")
    os.link(folder / "first", folder / "second")
    (folder / "link").symlink_to("plain-001")
    (folder / "below").mkdir()
    for name, length in (("small", 10), ("large", 900)):
        path = folder / f"attribute-{name}"
        path.write_bytes(b"with an attribute")
        os.setxattr(path, "user.test", b"v" * length)


def make_image(tree: Path, image: Path, *options: str) -> None:
    """Make a file system of a tree, and change what ODD_FIELDS says."""
    run("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", *options, "-d", str(tree), str(image), "32M")
    changes = [f"sif /{name} {field} {value}" for name, fields in ODD_FIELDS.items() for field, value in fields.items()]
    run("debugfs", "-w", "-f", "-", str(image), given="\n".join(changes))


def inode_numbers(image: Path) -> dict[str, int]:
    """Return the inode of each entry of the root directory."""
    lines = run("debugfs", "-R", "ls -p /", str(image)).splitlines()
    parts = [line.split("/") for line in lines if line.startswith("/")]
    return {part[5]: int(part[1]) for part in parts}


def inode_place(image: Path, inode: int) -> int:
    """Return where an inode lies in the image, in bytes."""
    said = run("debugfs", "-R", f"imap <{inode}>", str(image))
    block, offset = said.rpartition("located at block ")[2].split(", offset ")
    block_size = int(run("dumpe2fs", "-h", str(image)).partition("Block size:")[2].split()[0])
    return int(block) * block_size + int(offset, 16)


def run(program: str, *arguments: str, given: str = "") -> str:
    """Run a program of e2fsprogs, and return what it prints."""
    found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    assert found is not None
    return subprocess.run([found, *arguments], check=True, capture_output=True, text=True, input=given).stdout
