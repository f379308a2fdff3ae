"""Labels and UUIDs of file systems changed, by the tool of each type."""

from __future__ import annotations

import errno
import os

from cutawayd import blkid
from cutawayd.children import run
from cutawayd.words import label_word, uuid_word
from cutawayd.work import Work

_EXT = ("ext2", "ext3", "ext4")
#: Type → how many bytes its label has at most.
_LABEL_BYTES = {
    **dict.fromkeys(_EXT, 16), "xfs": 12, "btrfs": 255, "ntfs": 384, "vfat": 11, "exfat": 45, "f2fs": 512, "swap": 15,
}  # fmt: skip
#: What cannot stand in a command of xfs_db(8).
_XFS_ODD = frozenset(" \t\"'\\;")


def set_label(work: Work, device: str, label: str) -> None:
    """Give a file system another label.

    Raises:
        OSError: EINVAL, the label cannot be; EOPNOTSUPP, the type has none that can be changed.
    """
    kind = blkid.probe(device).vfs_type
    if kind not in _LABEL_BYTES:
        raise OSError(errno.EOPNOTSUPP, f"the label of {kind or 'nothing that is known'} cannot be changed", device)
    run(work, _label_command(kind, device, label_word(label, _LABEL_BYTES[kind])))


def _label_command(kind: str, device: str, label: str) -> list[str]:
    if kind == "xfs":
        return xfs_label(device, label)
    if kind in _EXT:
        return ["tune2fs", "-L", label, device]
    commands = {
        "btrfs": ["btrfs", "filesystem", "label", "--", device, label],
        "ntfs": ["ntfslabel", device, label],
        "vfat": ["fatlabel", "--", device, label],
        "exfat": ["exfatlabel", device, label],
        "f2fs": ["f2fslabel", device, label],
        "swap": ["swaplabel", "-L", label, device],
    }  # fmt: skip
    if label.startswith("-") and kind in {"ntfs", "exfat", "f2fs"}:  # their programs would take it for an option
        raise OSError(errno.EINVAL, f"a label of {kind} cannot begin with a dash here", label)
    return commands[kind]


def xfs_label(device: str, label: str) -> list[str]:
    """Return the command that gives an XFS another label; "" takes it away."""
    label_word(label, _LABEL_BYTES["xfs"])
    if label == "--" or _XFS_ODD & set(label):
        raise OSError(errno.EINVAL, "this label cannot be given to an XFS that is not mounted", label)
    return ["xfs_db", "-x", "-p", "xfs_admin", "-c", f"label {label or '--'}", device]


def xfs_uuid(device: str, uuid: str) -> list[str]:
    """Return the command that gives an XFS another UUID; "nil", "generate" and "restore" mean something."""
    wanted = uuid if uuid in {"nil", "generate", "restore"} else uuid_word(uuid)
    return ["xfs_db", "-x", "-p", "xfs_admin", "-c", f"uuid {wanted}", device]


def set_uuid(work: Work, device: str, uuid: str) -> None:
    """Give a file system another UUID.

    Raises:
        OSError: EINVAL, it is none; EOPNOTSUPP, the type has none that can be changed.
    """
    wanted, kind = uuid_word(uuid), blkid.probe(device).vfs_type
    ext = ["tune2fs", "-f", "-U", wanted, device]
    commands = {
        "ext2": ext, "ext3": ext, "ext4": ext,
        "xfs": xfs_uuid(device, wanted),
        "btrfs": ["btrfstune", "-f", "-U", wanted, device],
        "swap": ["swaplabel", "-U", wanted, device],
    }  # fmt: skip
    if kind not in commands:
        raise OSError(errno.EOPNOTSUPP, f"the UUID of {kind or 'nothing that is known'} cannot be changed", device)
    run(work, commands[kind])
    if blkid.probe(device).uuid.lower() != wanted:
        raise OSError(errno.EIO, f"{os.path.basename(commands[kind][0])} has not changed the UUID", device)
