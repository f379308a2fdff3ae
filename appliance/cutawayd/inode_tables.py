"""The inode tables of all file systems that one call comes through."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from cutawayd.ext4_inodes import InodeTable, UnusualError
from cutawayd.read_only import device_path, read_only_type

#: Types that have tables which can be read.
TYPES = frozenset({"ext2", "ext3", "ext4"})
#: With fewer files than this the kernel is as quick.
WORTH = 32


class InodeTables:
    """Opens each table when it is asked for, and closes all at the end."""

    def __init__(self) -> None:
        self._known: dict[int, InodeTable | None] = {}
        self._opened: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in self._opened:
            os.close(descriptor)

    def of(self, device: int, descriptor: int) -> InodeTable | None:
        """Return the table of the file system with that device number; None if it has to be left to the kernel.

        Args:
            device: As the status of its files says.
            descriptor: Something open in it.
        """
        if device not in self._known:
            self._known[device] = self._table(device) if read_only_type(descriptor) in TYPES else None
        return self._known[device]

    def _table(self, device: int) -> InodeTable | None:
        try:
            descriptor = os.open(device_path(device), os.O_RDONLY | os.O_CLOEXEC)
            self._opened.append(descriptor)
            return InodeTable(descriptor, device)
        except (OSError, UnusualError):
            return None
