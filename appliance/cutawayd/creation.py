"""Making volumes and file systems on drives: what test and sample images are made with."""

from __future__ import annotations

import errno
import shutil

from cutawayd import lvmlibrary
from cutawayd.children import run
from cutawayd.drives import SECTOR
from cutawayd.lvmnames import device_word, name_word
from cutawayd.names import translate
from cutawayd.words import label_word, number_word, plain_word, uuid_word
from cutawayd.work import Work

#: Programs that make file systems ask before they overwrite; these options say yes. -Q: mkfs.ntfs fills the volume with
#: zeroes first and looks for bad sectors without it.
EXT = frozenset({"ext2", "ext3", "ext4"})
FORCE = {"xfs": "-f", "btrfs": "-f", "ntfs": "-QF", "f2fs": "-f", "ext2": "-F", "ext3": "-F", "ext4": "-F"}
#: Options of a label where they are not -L.
LABELS = {"vfat": "-n", "exfat": "-n", "fat": "-n", "msdos": "-n", "f2fs": "-l"}


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


def mkfs(
    work: Work,
    fstype: str,
    device: str,
    label: str | None,
    blocksize: int | None,
    features: str | None,
    inode: int | None,
    sectorsize: int | None,
) -> None:
    """Make a file system."""
    program = f"mkfs.{fstype}"
    if not fstype.isalnum() or shutil.which(program) is None:
        raise OSError(errno.EOPNOTSUPP, f"the appliance cannot make {fstype} file systems", device)
    if inode is not None and fstype not in EXT:
        raise OSError(errno.EINVAL, "only ext2, ext3 and ext4 have inodes of a size to choose", device)
    if sectorsize is not None:
        raise OSError(errno.EINVAL, f"{fstype} has no sectors of a size to choose", device)
    options = [FORCE[fstype]] if fstype in FORCE else []
    options += _block_size(fstype, device, blocksize) if blocksize is not None else []
    options += ["-O", plain_word(features.lstrip("^"), "feature") and features] if features is not None else []
    options += ["-I", number_word(inode, "the size of an inode", 1)] if inode is not None else []
    if label:
        options += [LABELS.get(fstype, "-L"), label]
    run(work, [program, *options, device])


def _block_size(fstype: str, device: str, size: int) -> list[str]:
    """Return the option that sets the size of blocks, or of what a type has in their place."""
    if size <= 0 or size & (size - 1):
        raise OSError(errno.EINVAL, "the size of blocks must be a power of two", device)
    if fstype in {"vfat", "fat", "msdos"}:
        return ["-s", str(max(1, size // SECTOR))]
    if fstype == "btrfs":
        raise OSError(errno.EINVAL, "mkfs_btrfs sets sizes on a btrfs", device)
    options = {"xfs": ["-b", f"size={size}"], "ntfs": ["-c", str(size)], "exfat": ["-c", str(size)]}
    return options.get(fstype, ["-b", str(size)])


def mkswap(work: Work, device: str, label: str | None, uuid: str | None) -> None:
    """Make swap space."""
    options = ["-L", label_word(label, 15)] if label is not None else []
    options += ["-U", uuid_word(uuid)] if uuid is not None else []
    run(work, ["mkswap", "-f", *options, device])
