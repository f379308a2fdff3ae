"""Builds the sample with a journal of `cutaway.testing` as a real image, with systemd-journal-remote(8)."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cutaway import Handle
from cutaway.testing.journal import START_US, TIME, FakeJournal, Fields, journal_root
from cutaway.testing.nodes import File, Folder

PROGRAM = Path("/lib/systemd/systemd-journal-remote")
MIB = 1 << 20


def exported(entries: Iterable[Fields]) -> bytes:
    """Return entries in the Journal Export Format of systemd."""
    return b"".join(map(_exported, entries))


def _exported(fields: Fields) -> bytes:
    told = {"__MONOTONIC_TIMESTAMP": str(int(fields[TIME]) - START_US + 1).encode(), **fields}
    order = sorted(told.items(), key=lambda item: not item[0].startswith("__"))
    return b"".join(_line(name.encode(), value) for name, value in order) + b"\n"


def _line(name: bytes, value: bytes) -> bytes:
    if value.isascii() and value.decode().isprintable():
        return b"%s=%s\n" % (name, value)
    return b"%s\n%s%s\n" % (name, len(value).to_bytes(8, "little"), value)


def write_journal(path: Path, entries: Iterable[Fields], **environment: str) -> None:
    """Write a file of a journal."""
    command = (str(PROGRAM), f"--output={path}", "-")
    subprocess.run(command, input=exported(entries), env=os.environ | environment, check=True, capture_output=True)


def write_tree(tree: Folder, folder: Path) -> None:
    """Write a tree of the model into a folder of the host."""
    folder.mkdir()
    for name, node in tree.entries.items():
        place = folder / name.decode()
        if isinstance(node, Folder):
            write_tree(node, place)
        elif isinstance(node, File) and isinstance(node.content, FakeJournal):
            write_journal(place, node.content.entries)
        elif isinstance(node, File):
            place.write_bytes(node.content.read(0, node.content.size))


def build(path: Path) -> None:
    """Build the disk as a raw image."""
    with path.open("wb") as file:
        file.truncate(130 * MIB)
    with tempfile.TemporaryDirectory(prefix="cutaway-journal-") as name, Handle() as handle:
        handle.add_drive(path, readonly=False, format="raw")
        handle.launch()
        handle.part_disk("/dev/sda", "gpt")
        handle.mkfs("ext4", "/dev/sda1", label="LOGS")
        handle.mount("/dev/sda1", "/")
        folder = Path(name) / "tree"
        write_tree(journal_root(), folder)
        handle.copy_in(list(folder.iterdir()), "/")
        handle.shutdown()
