"""Builds the sample with a Windows of `cutaway.testing` as a real image: `python windows.py IMAGE [gpt|dos]`.

Same partitions, labels, letters and trees as `windows_image()`. Hives come from `hive.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cutaway import Handle
from cutaway.testing.nodes import File, Folder
from cutaway.testing.registry import FakeHive
from cutaway.testing.windows import (
    DATA_GUID,
    DATA_MIB,
    DATA_START,
    SIGNATURE,
    STREAMS,
    SYSTEM_GUID,
    SYSTEM_MIB,
    SYSTEM_START,
    system_root,
)

if __package__:
    from images.hive import hive
    from images.sample_image import run
else:
    from hive import hive
    from sample_image import run

MIB = 1 << 20
BASIC_DATA = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"


def write_tree(tree: Folder, folder: Path) -> None:
    """Write a tree of the model into a folder of the host."""
    folder.mkdir()
    for name, node in tree.entries.items():
        place = folder / name.decode()
        if isinstance(node, Folder):
            write_tree(node, place)
        elif isinstance(node, File):
            content = node.content
            place.write_bytes(hive(content.root) if isinstance(content, FakeHive) else content.read(0, content.size))


def partition(path: Path, table: str) -> None:
    """Make an empty disk with two partitions."""
    with path.open("wb") as file:
        file.truncate((2 + SYSTEM_MIB + DATA_MIB) * MIB)
    kinds = [f", type={BASIC_DATA}, uuid={guid}" for guid in (SYSTEM_GUID, DATA_GUID)]
    kinds = kinds if table == "gpt" else [", type=7", ", type=7"]
    lines = [f"label: {table}", *([f"label-id: {SIGNATURE:#x}"] if table == "dos" else [])]
    for start, size, kind in zip((SYSTEM_START, DATA_START), (SYSTEM_MIB, DATA_MIB), kinds, strict=True):
        lines.append(f"start={start // 512}, size={size * 2048}{kind}")
    run("sfdisk", "-q", str(path), text="\n".join(lines) + "\n")


def build(path: Path, table: str = "gpt", *, is_asleep: bool = False) -> None:
    """Build the disk as a raw image."""
    partition(path, table)
    with tempfile.TemporaryDirectory(prefix="cutaway-windows-") as name, Handle() as handle:
        handle.add_drive(path, readonly=False, format="raw")
        handle.launch()
        handle.mkfs("ntfs", "/dev/sda2", "Data")
        handle.mount("/dev/sda2", "/")
        handle.mkdir("/music")
        handle.umount("/")
        handle.mkfs("ntfs", "/dev/sda1", "System")
        handle.mount("/dev/sda1", "/")
        folder = Path(name) / "tree"
        write_tree(system_root(table, is_asleep=is_asleep), folder)
        handle.copy_in(list(folder.iterdir()), "/")
        handle.umount("/")
        handle.mount_options("streams_interface=windows", "/dev/sda1", "/")
        for stream, content in STREAMS.items():
            handle.write_append(b"/Users/ada/notes.txt:" + stream, content)
        handle.shutdown()


if __name__ == "__main__":
    build(Path(sys.argv[1]), *sys.argv[2:3])
