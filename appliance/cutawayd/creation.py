"""Making partitions, volumes and file systems on drives: what test and sample images are made with."""

from __future__ import annotations

import errno
import shutil

from cutawayd.children import ToolError, run
from cutawayd.work import Work

TABLES = {"mbr": "dos", "msdos": "dos", "dos": "dos", "gpt": "gpt", "efi": "gpt"}
#: Programs that make file systems ask before they overwrite; these options say yes. -Q: mkfs.ntfs fills the volume with
#: zeroes first and looks for bad sectors without it.
FORCE = {"xfs": "-f", "btrfs": "-f", "ntfs": "-QF", "f2fs": "-f", "ext2": "-F", "ext3": "-F", "ext4": "-F"}


def part_init(work: Work, device: str, parttype: str) -> None:
    """Make an empty partition table."""
    if parttype not in TABLES:
        raise OSError(errno.EINVAL, f"unknown partition table {parttype!r}", device)
    _sfdisk(work, device, f"label: {TABLES[parttype]}\n", [])


def part_add(work: Work, device: str, prlogex: str, startsect: int, endsect: int) -> None:
    """Add a partition."""
    if prlogex not in {"p", "primary"}:
        raise OSError(errno.EINVAL, "only primary partitions can be made", device)
    size = f", size={endsect - startsect + 1}" if endsect >= 0 else ""
    _sfdisk(work, device, f"start={startsect}{size}\n", ["--append"])


def _sfdisk(work: Work, device: str, script: str, options: list[str]) -> None:
    if shutil.which("sfdisk") is None:
        raise ToolError("sfdisk", "the appliance lacks sfdisk", "EOPNOTSUPP")
    path = "/run/cutaway/sfdisk"
    with open(path, "w", encoding="ascii") as file:
        file.write(script)
    command = f'exec sfdisk -q -w always -W always {" ".join(options)} "$1" < {path}'
    run(work, ["/usr/bin/busybox", "sh", "-c", command, "-", device])


def pvcreate(work: Work, device: str) -> None:
    """Make a physical volume."""
    run(work, ["lvm", "pvcreate", "--force", "--yes", device])


def vgcreate(work: Work, volgroup: str, physvols: list[str]) -> None:
    """Make a volume group."""
    run(work, ["lvm", "vgcreate", volgroup, *physvols])


def lvcreate(work: Work, logvol: str, volgroup: str, mbytes: int) -> None:
    """Make a logical volume."""
    run(work, ["lvm", "lvcreate", "--yes", "-W", "y", "-L", f"{mbytes}M", "-n", logvol, volgroup])


def mkfs(work: Work, fstype: str, device: str, label: str | None) -> None:
    """Make a file system."""
    program = f"mkfs.{fstype}"
    if not fstype.isalnum() or shutil.which(program) is None:
        raise OSError(errno.EOPNOTSUPP, f"the appliance cannot make {fstype} file systems", device)
    options = [FORCE[fstype]] if fstype in FORCE else []
    if label:
        options += ["-n" if fstype in {"vfat", "exfat", "fat"} else "-L", label]
    run(work, [program, *options, device])


def mkswap(work: Work, device: str) -> None:
    """Make swap space."""
    run(work, ["mkswap", "-f", device])
