"""Making volumes and file systems on drives: what test and sample images are made with."""

from __future__ import annotations

import errno
import shutil

from cutawayd import lvmlibrary
from cutawayd.children import run
from cutawayd.lvmnames import device_word, name_word
from cutawayd.names import translate
from cutawayd.work import Work

#: Programs that make file systems ask before they overwrite; these options say yes. -Q: mkfs.ntfs fills the volume with
#: zeroes first and looks for bad sectors without it.
FORCE = {"xfs": "-f", "btrfs": "-f", "ntfs": "-QF", "f2fs": "-f", "ext2": "-F", "ext3": "-F", "ext4": "-F"}


def pvcreate(work: Work, device: str) -> None:
    """Make a physical volume."""
    lvmlibrary.run(work, (f"pvcreate --force --yes {device_word(device)}",), must_succeed=True)


def vgcreate(work: Work, volgroup: str, physvols: list[str]) -> None:
    """Make a volume group."""
    devices = " ".join(device_word(translate(device)) for device in physvols)
    lvmlibrary.run(work, (f"vgcreate --yes {name_word(volgroup)} {devices}",), must_succeed=True)


def lvcreate(work: Work, logvol: str, volgroup: str, mbytes: int) -> None:
    """Make a logical volume."""
    size = f"-L {mbytes}M -n {name_word(logvol)} {name_word(volgroup)}"
    lvmlibrary.run(work, (f"lvcreate --yes -W y {size}",), must_succeed=True)


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
