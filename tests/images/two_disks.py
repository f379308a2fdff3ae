"""Builds a machine of two disks: a volume group over both, with a volume that needs each of them."""

from __future__ import annotations

import tarfile
from pathlib import Path

from cutaway import Handle

MIB = 1 << 20
DISK_MIB = 48
VOLUME_MIB = 72
VOLUME = "/dev/pool/data"
NAME = "across both"
CONTENT = bytes(range(256)) * 256


def build(folder: Path) -> tuple[Path, Path]:
    """Build the two disks as raw images."""
    one, two = folder / "one.img", folder / "two.img"
    for path in (one, two):
        with path.open("wb") as file:
            file.truncate(DISK_MIB * MIB)
    (folder / "content").write_bytes(CONTENT)
    with Handle() as handle:
        for path in (one, two):
            handle.add_drive(path, readonly=False, format="raw")
        handle.launch()
        handle.pvcreate("/dev/sda")
        handle.pvcreate("/dev/sdb")
        handle.vgcreate("pool", ["/dev/sda", "/dev/sdb"])
        handle.lvcreate("data", "pool", VOLUME_MIB)
        handle.mkfs("ext4", VOLUME, "POOL")
        handle.mount(VOLUME, "/")
        handle.upload(folder / "content", f"/{NAME}")
        handle.shutdown()
    return one, two


def pack(archive: Path, *disks: Path) -> Path:
    """Put disks into an archive, as an OVA has them."""
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
        for disk in disks:
            tar.add(disk, disk.name)
    return archive
