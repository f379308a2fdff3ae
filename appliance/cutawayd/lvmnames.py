"""Names and devices as words of a command for LVM's library, which divides one text at blanks and quotes."""

from __future__ import annotations

import errno
import re

_NAME = re.compile(r"[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}")
_DEVICE = re.compile(r"/dev/[A-Za-z0-9+_./:@%=~-]{1,250}")


def name_word(text: str) -> str:
    """Return the name of a group or volume.

    Raises:
        OSError: EINVAL, LVM allows no such name.
    """
    if not _NAME.fullmatch(text) or text in {".", ".."}:
        raise OSError(errno.EINVAL, "nothing of LVM can be called so", text)
    return text


def volume_word(text: str) -> str:
    """Return what names a logical volume: "LV", "VG/LV" or "/dev/VG/LV".

    Raises:
        OSError: EINVAL, it names none.
    """
    for part in text.removeprefix("/dev/").split("/"):
        name_word(part)
    return text


def device_word(text: str) -> str:
    """Return a device.

    Raises:
        OSError: EINVAL, its name cannot stand in a command.
    """
    if not _DEVICE.fullmatch(text):
        raise OSError(errno.EINVAL, "LVM takes no device of that name", text)
    return text
