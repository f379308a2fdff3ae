"""Values that tests of widgets show: files, rows, jobs, surveys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cutaway.records import (
    BlockDevice,
    Filesystem,
    LogicalVolume,
    Mount,
    OperatingSystem,
    Partition,
    PhysicalVolume,
    Stat,
    StatVfs,
    Survey,
)
from cutaway_app.viewers.content import PreviewContent
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

GB = 10**9
MB = 10**6


def status(mode: int = 0o100644, size: int = 0) -> Stat:
    return Stat(2049, 131, mode, 1, 1000, 100, 0, size, 4096, (size + 511) // 512, 1, 1_700_000_000_000_000_007, 2)


def content(name: bytes, head: bytes, **more: Any) -> PreviewContent:
    values = {"stat": status(size=len(head)), "total_size": len(head)} | more
    return PreviewContent(name=name, head=head, **values)


class Rows(QAbstractTableModel):
    """A folder's table as the view knows it, without the leave to drag."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names
        self.searches: list[tuple[str, int]] = []

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008, N802 Qt's signature
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008, N802 Qt's signature
        return 0 if parent.isValid() else 6

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return self.names[index.row()] if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None

    def find_prefix(self, text: str, start: int) -> int:
        self.searches.append((text, start))
        order = [(start + step) % len(self.names) for step in range(len(self.names))]
        return next((row for row in order if self.names[row].startswith(text.casefold())), -1)


def survey() -> Survey:
    partitions = [Partition("/dev/sda1", 1, MB, 512 * MB), Partition("/dev/sda2", 2, 513 * MB, 17 * GB)]
    filesystems = [
        Filesystem("/dev/sda1", "ext2", "boot", "", 512 * MB),
        Filesystem("/dev/sda2", "LVM2_member", "", "", 17 * GB),
        Filesystem("/dev/vg0/root", "ext4", "", "", 12 * GB),
        Filesystem("/dev/vg0/swap", "swap", "", "", GB),
    ]
    volumes = [
        LogicalVolume("/dev/vg0/root", "root", "vg0", "u", 12 * GB, ""),
        LogicalVolume("/dev/vg0/swap", "swap", "vg0", "u", GB, ""),
    ]
    mounts = [Mount("/dev/vg0/root", b"/"), Mount("/dev/sda1", b"/boot")]
    debian = OperatingSystem("/dev/vg0/root", "linux", "debian", "Debian 12", 12, 0, "web01", "x86_64", "deb", mounts)
    return Survey(
        [BlockDevice("/dev/sda", 20 * GB, "gpt", partitions)], filesystems,
        [PhysicalVolume("/dev/sda2", "u", "vg0", 17 * GB, 4 * GB)], volumes, [debian], ["A drive is missing."],
    )  # fmt: skip


def use(part: float) -> StatVfs:
    return StatVfs(4096, 4096, 1000, round(1000 * (1 - part)), 0, 0, 0, 0, 0, 0, 255)


async def until(is_true: Callable[[], object]) -> None:
    """Let the loop turn until something is so; the test's own time limit ends it otherwise."""
    while not is_true():  # noqa: ASYNC110 there is nothing that would tell
        await asyncio.sleep(0)
