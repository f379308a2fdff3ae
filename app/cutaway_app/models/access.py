"""Owners and permissions of one thing or several, and how a person wishes them. No widgets; any thread."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cutaway.records import Stat

#: The largest number of a user or group: the next means "leave it" (chown(2)).
ID_MAX = (1 << 32) - 2
ALL = 0o7777
EXECUTE = 0o111


@dataclass(frozen=True, slots=True)
class Access:
    """What several things have in common.

    Attributes:
        on: Permissions that all have.
        off: Permissions that none has.
        owner, group: Numbers; None if they differ.
        has_folder: Whether a folder is among them.
        has_modes: Whether one of them has permissions: a symbolic link has none.
    """

    on: int
    off: int
    owner: int | None
    group: int | None
    has_folder: bool
    has_modes: bool


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What a person wishes.

    Attributes:
        owner, group: Numbers; -1 leaves them.
        remove, add: Permissions.
        recursive: Whether it is for all that is in folders too; of that only folders, and files that somebody may
            execute already, become executable.
    """

    owner: int = -1
    group: int = -1
    remove: int = 0
    add: int = 0
    recursive: bool = False


def common(statuses: Sequence[Stat]) -> Access:
    """Return what things have in common."""
    modes = [stat.S_IMODE(status.mode) for status in statuses if not status.is_symlink]
    on = off = ALL if modes else 0
    for mode in modes:
        on, off = on & mode, off & ~mode
    return Access(
        on, off,
        _one({status.uid for status in statuses}), _one({status.gid for status in statuses}),
        has_folder=any(status.is_dir for status in statuses), has_modes=bool(modes),
    )  # fmt: skip


def _one(numbers: set[int]) -> int | None:
    return next(iter(numbers)) if len(numbers) == 1 else None


def account_text(number: int, names: Mapping[int, str]) -> str:
    """Return how a user or group is written: by name, if there is one, and number."""
    return f"{names[number]} ({number})" if number in names else str(number)


def account_number(text: str, names: Mapping[int, str]) -> int | None:
    """Return the number of a user or group as it was typed: a name, a number, or both; None if it is neither."""
    text = text.strip()
    if text.isdecimal() and text.isascii():
        return int(text) if int(text[:12]) <= ID_MAX and len(text) <= 10 else None
    return _one({number for number in names if text in {names[number], account_text(number, names)}})


def read_octal(text: str) -> int | None:
    """Return permissions as they were typed; None if they are none."""
    is_octal = 0 < len(text) <= 4 and not set(text) - set("01234567")
    return int(text, 8) if is_octal else None


def bits(values: Iterable[int]) -> int:
    """Return several permissions as one number."""
    total = 0
    for value in values:
        total |= value
    return total
