"""Arguments of calls as words of a command: checked, so that none can be read as an option or as something else."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.work import Work

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+^,=:-]{0,200}")


def uuid_word(text: str) -> str:
    """Return a UUID as programs take it.

    Raises:
        OSError: EINVAL, it is none.
    """
    if not _UUID.fullmatch(text):
        raise OSError(errno.EINVAL, "this is no UUID", text)
    return text.lower()


def label_word(text: str, bytes_max: int) -> str:
    """Return a label.

    Raises:
        OSError: EINVAL, it is too long or has what no label can have.
    """
    if len(os.fsencode(text)) > bytes_max or any(sign < " " for sign in text):
        raise OSError(errno.EINVAL, f"a label here has at most {bytes_max} bytes, and no control characters", text)
    return text


def plain_word(text: str, what: str) -> str:
    """Return a name of an option's value, such as a feature or type.

    Raises:
        OSError: EINVAL, it has a sign that means something else.
    """
    if not _NAME.fullmatch(text):
        raise OSError(errno.EINVAL, f"this is no {what}", text)
    return text


def number_word(value: int, what: str, least: int = 0) -> str:
    """Return a number.

    Raises:
        OSError: EINVAL, it is too small.
    """
    if value < least:
        raise OSError(errno.EINVAL, f"{what} must be at least {least}")
    return str(value)


def is_path(text: str) -> bool:
    """Return whether what may be a device or a path of the image is a path."""
    return text.startswith("/") and not text.startswith("/dev/")


@contextmanager
def opened_place(work: Work, path: bytes | str, flags: int = os.O_RDONLY) -> Iterator[str]:
    """Give a path by which a program finds what is open here, wherever links of the image would lead it."""
    with work.sysroot.opened(os.fsencode(path), flags) as descriptor:
        yield f"/proc/{os.getpid()}/fd/{descriptor}"
