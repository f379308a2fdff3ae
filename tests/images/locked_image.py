"""Builds the locked image of `cutaway.testing` for real: cryptsetup makes the volumes, an appliance fills them.

Needs cryptsetup and sfdisk on this machine; nothing here maps a volume, so no rights are needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cutaway import Handle
from cutaway.testing import locked, locked_image
from cutaway.testing.images import MIB, FakeEncrypted

from images.sample_image import SBIN, copy_into, partition

TOOLS = ("cryptsetup", "sfdisk")
#: Deriving a key from a passphrase is meant to be slow; what is not about that has it quick.
QUICK = ("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000")
#: Half a minute under emulation.
SLOW = ("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "2000000")
#: Where the inside begins, in sectors: 16 MiB for both versions, as in the model.
OFFSET = ("--offset", str(16 * MIB // 512))
VERSIONS = {locked.SYSTEM_UUID: "luks2", locked.DATA_UUID: "luks1"}


def missing_tools() -> list[str]:
    """Return what is not installed."""
    return [tool for tool in TOOLS if shutil.which(tool, path=SBIN) is None]


def make_volume(path: Path, size_bytes: int, key: bytes, *options: str) -> None:
    """Make an encrypted volume in a file of its own."""
    with path.open("wb") as file:
        file.truncate(size_bytes)
    command = ["cryptsetup", "luksFormat", "-q", *options, str(path), "-"]
    subprocess.run(command, input=key, env={**os.environ, "PATH": SBIN}, check=True, capture_output=True)


def build(target: Path) -> None:
    """Build the image, a raw one."""
    image = locked_image()
    with target.open("wb") as stream:
        stream.truncate(image.size_bytes)
    partition(image, target)
    with tempfile.TemporaryDirectory(prefix="cutaway-locked-") as name:
        for item in image.partitions:
            if isinstance(item.holding, FakeEncrypted):
                part, uuid = Path(name) / "volume", item.holding.uuid
                options = ("--type", VERSIONS[uuid], "--uuid", uuid, *OFFSET, *QUICK)
                make_volume(part, item.size_bytes, item.holding.key, *options)
                copy_into(part, target, item.start_bytes)
        _fill(target, Path(name))


def _fill(image: Path, scratch: Path) -> None:
    with Handle() as handle:
        handle.add_drive(str(image), readonly=False, format="raw")
        handle.launch()
        handle.mkfs("ext2", "/dev/sda1", "BOOT")
        handle.cryptsetup_open("/dev/sda2", locked.SYSTEM_KEY, "system")
        handle.pvcreate("/dev/mapper/system")
        handle.vgcreate("safe", ["/dev/mapper/system"])
        handle.lvcreate("root", "safe", locked.ROOT_MIB)
        handle.lvcreate("swap", "safe", locked.SWAP_MIB)
        handle.mkswap("/dev/safe/swap")
        handle.mkfs("ext4", "/dev/safe/root", "ROOT")
        _write(handle, "/dev/safe/root", locked.FILES, locked.FOLDERS, scratch)
        handle.cryptsetup_open("/dev/sda3", locked.DATA_KEY, "data")
        handle.mkfs("ext4", "/dev/mapper/data", "DATA")
        _write(handle, "/dev/mapper/data", locked.DATA_FILES, (), scratch)
        handle.shutdown()


def _write(
    handle: Handle, device: str, files: Mapping[bytes, bytes], folders: tuple[bytes, ...], scratch: Path
) -> None:
    """Fill a file system with files and empty folders."""
    handle.mount(device, "/")
    parents = {path.rpartition(b"/")[0] for path in files} - {b""}
    for folder in sorted({*parents, *folders}):
        handle.mkdir(folder)
    for path, content in files.items():
        (scratch / "content").write_bytes(content)
        handle.upload(scratch / "content", path)
    handle.umount_all()
