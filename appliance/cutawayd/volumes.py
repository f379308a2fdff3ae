"""Volumes and groups of LVM2 changed, through its library."""

from __future__ import annotations

import errno
import re

from cutawayd import lvm, lvmlibrary
from cutawayd.work import Work

_NAME = re.compile(r"[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}")
#: LVM's library takes a command as one text, which it divides at blanks and quotes.
_DEVICE = re.compile(r"/dev/[A-Za-z0-9+_./:@%=~-]{1,250}")


def lvm_remove_all(work: Work) -> None:
    """Remove everything."""
    groups = [group.vg_name for group in lvm.vgs_full(work)]
    if groups:
        lvmlibrary.run(work, tuple(f"vgremove --yes --force --force {name(one)}" for one in groups), must_succeed=True)
    volumes = [volume.pv_name for volume in lvm.pvs_full(work)]
    if volumes:
        lvmlibrary.run(work, (f"pvremove --yes --force --force {' '.join(map(device, volumes))}",), must_succeed=True)


def name(text: str) -> str:
    """Return a name as it can stand in a command.

    Raises:
        OSError: EINVAL, LVM allows no such name.
    """
    if not _NAME.fullmatch(text) or text in {".", ".."}:
        raise OSError(errno.EINVAL, "nothing of LVM can be called so", text)
    return text


def device(text: str) -> str:
    """Return a device's name as it can stand in a command.

    Raises:
        OSError: EINVAL, it cannot.
    """
    if not _DEVICE.fullmatch(text):
        raise OSError(errno.EINVAL, "LVM takes no device of that name", text)
    return text
