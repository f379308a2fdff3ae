"""Builds the disks of a server whose every file system lies on arrays, of all levels and versions of the metadata.

md0     mirror, metadata 1.0, of the first partitions of disks 1 and 2: /boot
md1     RAID 5, metadata 1.2, of the second ones of all three: the root
md127   RAID 10, metadata 1.1, of the third ones, called "data": the volume group pool with /home
md9     mirror, metadata 0.90, of the fourth ones of disks 1 and 2: the volume group old with /srv
"""

from __future__ import annotations

from pathlib import Path

from cutaway import Handle

from images.raid_members import MIB, Member, empty, partition, write

PART = 16 * MIB
SIZE = MIB + 4 * PART + MIB
ARRAYS = (
    Member(b"boot of a server", "1.0", "srv:0", 1, 2),
    Member(b"root of a server", "1.2", "srv:1", 5, 3),
    Member(b"data of a server", "1.1", "srv:data", 10, 3),
    Member(b"old array of it.", "0.90", "9", 1, 2),
)
BOOT, ROOT, HOME, SRV = "/dev/md0", "/dev/md1", "/dev/pool/home", "/dev/old/srv"
FSTAB = b"""\
/dev/md1 / ext4 defaults 0 1
/dev/md/0 /boot ext2 defaults 0 2
/dev/pool/home /home ext4 defaults 0 2
/dev/mapper/old-srv /srv ext4 defaults 0 2
"""
FILES = {
    (ROOT, "/etc/fstab"): FSTAB,
    (ROOT, "/etc/os-release"): b'ID=debian\nPRETTY_NAME="Debian on arrays"\n',
    (ROOT, "/bin/sh"): b"shell",
    (BOOT, "/vmlinuz"): bytes(range(256)) * 4096,
    (HOME, "/letter"): b"across three disks",
    (SRV, "/page"): b"on an old mirror",
}


def build(folder: Path) -> list[Path]:
    """Build the disks as raw images."""
    disks = [empty(folder / f"disk{number}.img", SIZE) for number in (1, 2, 3)]
    for disk in disks:
        starts = partition(disk, *[PART] * 4)
    for start, array in zip(starts, ARRAYS, strict=True):
        for disk, member in zip(disks, array.others(), strict=False):
            write(disk, start, PART, member)
    with Handle() as handle:
        for disk in disks:
            handle.add_drive(disk, readonly=False, format="raw")
        handle.launch()
        for array, group, volume in (("/dev/md127", "pool", "home"), ("/dev/md9", "old", "srv")):
            handle.pvcreate(array)
            handle.vgcreate(group, [array])
            handle.lvcreate(volume, group, 8)
        for device in (BOOT, ROOT, HOME, SRV):
            handle.mkfs("ext2" if device == BOOT else "ext4", device)
            _fill(handle, device, folder)
        handle.shutdown()
    return disks


def _fill(handle: Handle, device: str, scratch: Path) -> None:
    handle.mount(device, "/")
    for (place, path), content in FILES.items():
        if place == device:
            (scratch / "content").write_bytes(content)
            if (above := path.rpartition("/")[0]) and not handle.exists(above):
                handle.mkdir(above)
            handle.upload(scratch / "content", path)
    for point in ("/boot", "/home", "/srv") if device == ROOT else ():
        handle.mkdir(point)
    handle.umount_all()
