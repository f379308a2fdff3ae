"""Takes the pages of one exported directory: makes folders, links and special files, hands contents to their copiers.

In the worker's event loop, which gets its turn after every few entries. What goes wrong with one entry is reported;
what goes wrong with the disk is raised.
"""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cutaway.records import ExportItem, Stat
from cutaway.transfer.direct_copy import DirectCopier
from cutaway.transfer.host_files import NAME_ERRORS, NOT_MADE, refusal
from cutaway.transfer.host_names import HostNames
from cutaway.transfer.manifest import Manifest
from cutaway.transfer.not_kept import XATTRS, Losses, Refusals
from cutaway.transfer.outlet import Outlet
from cutaway.transfer.pieces import checked_pieces
from cutaway.transfer.plan import Planned, Planner
from cutaway.transfer.progress import Meter
from cutaway.transfer.reads import DirectFile
from cutaway.transfer.streamed_files import Expected, StreamedFiles
from cutaway.transfer.sums import sums_of
from cutaway.transfer.weight import weight_of

#: Entries made between two turns of the loop.
TURN = 200


@dataclass(slots=True)
class _Page:
    """What a page amounts to."""

    direct: list[DirectFile] = field(default_factory=list)
    files: int = 0
    weight: int = 0
    needed: int = 0

    def count(self, status: Stat, weight: int) -> None:
        self.files += 1
        self.weight += weight
        self.needed += min(max(0, status.size), max(0, status.blocks) * 512)


@dataclass(slots=True)
class Intake:
    """One directory's trees on their way to the host.

    Attributes:
        outlet: Where they go.
        base: The folder in it that they are built in.
        names: Chooses what each entry is called on the host.
        losses: Counts what of the entries cannot be kept.
        is_listed: Whether the image has listed everything.
        is_resumed: Whether an earlier attempt may have made some of it.
        on_space: Told how many bytes of the disk are needed in all so far; raises if that is too much.
        failures: What could not be read in the image, or not be made on the host, and why.
        lost: Paths of files and folders that could not be had.
        made: Which of those asked for have been made.
    """

    outlet: Outlet
    base: bytes
    planner: Planner
    copier: DirectCopier
    streamed: StreamedFiles
    meter: Meter
    on_space: Callable[[int], None]
    manifest: Manifest | None
    names: HostNames
    losses: Losses
    is_resumed: bool = False
    is_listed: bool = False
    failures: dict[bytes, str] = field(default_factory=dict)
    lost: set[bytes] = field(default_factory=set)
    made: set[bytes] = field(default_factory=set)

    def staged(self, path: bytes) -> bytes:
        """Return where an entry is in the outlet."""
        return self.base + b"/" + self.names.of(path) if path else self.base

    def knows(self, path: bytes) -> bool:
        """Tell whether the image has listed something at all."""
        return path in self.made or path in self.failures or self.planner.is_barred(path)

    def _is_there(self, planned: Planned, weight: int) -> bool:
        """Tell whether an earlier attempt has got a file already."""
        if not self.is_resumed or not self.outlet.is_whole(self.staged(planned.path), planned.stat):
            return False
        self.meter.moved(planned.stat.size, weight)
        self.meter.files_done()
        return True

    def has(self, path: bytes) -> bool:
        """Tell whether something was made, and not lost again."""
        return path in self.made and path not in self.lost

    async def take(self, items: Sequence[ExportItem]) -> None:
        """Take a page."""
        page = _Page()
        for number, item in enumerate(items):
            if item.stat is None:
                self._take_note(item)
            else:
                self._take_entry(item, item.stat, page)
            if number % TURN == TURN - 1:
                await asyncio.sleep(0)
        self.on_space(page.needed)
        self.meter.found(page.files, page.weight)
        if page.direct or self.outlet.has_waiting:
            await self.copier.put(page.direct)
        if self.outlet.is_crowded:
            await self.copier.room()

    def _take_note(self, item: ExportItem) -> None:
        """Take what is no entry: a failure, or the end of the list."""
        if item.failure:
            self.lose(item.path, item.failure)
        else:
            self.is_listed = True

    def _take_entry(self, item: ExportItem, status: Stat, page: _Page) -> None:
        planned = self.planner.decide(item, status)
        if planned is not None or self.planner.is_another_name(item.path):
            if self.planner.is_root(item.path):
                self.made.add(item.path)
            self.names.take(item.path, is_folder=stat.S_ISDIR(status.mode))
            if item.xattrs_failure:
                self.losses.add(self.planner.path_of(item.path), [(XATTRS, item.xattrs_failure)])
        if self.manifest is not None:
            reason = self.planner.why_left_out(item.path) if planned is None else ""
            name = b"" if reason else self.names.renamed_to(item.path)
            self.manifest.add(self.planner.path_of(item.path), item, status, reason, name)
        if not stat.S_ISREG(status.mode):
            if planned is not None:
                self._make(planned)
        elif item.failure:
            self.lose(item.path, item.failure)
        elif planned is not None:
            self._take_file(item, planned, page)
        elif item.extents is None:
            self.streamed.expect(None)

    def _take_file(self, item: ExportItem, planned: Planned, page: _Page) -> None:
        staged, size = self.staged(item.path), max(0, planned.stat.size)
        if item.extents is None:
            weight = weight_of(planned.stat) if self.outlet.keeps_holes else size
            is_there = self._is_there(planned, weight)
            self.streamed.expect(None if is_there else Expected(planned, staged, weight))
        else:
            pieces = checked_pieces(item.extents, size, self.copier.sizes)
            file = DirectFile(planned, staged, pieces, sums_of(pieces, item.sums))
            weight = file.data if self.outlet.keeps_holes else size
            if not self._is_there(planned, weight):
                page.direct.append(file)
        page.count(planned.stat, weight)

    def _make(self, planned: Planned) -> None:
        """Make what has no content; lose it if the file system does not take its name or its kind."""
        try:
            staged = self.staged(planned.path)
            self.not_kept(planned.path, self.outlet.make(staged, planned, is_resumed=self.is_resumed))
        except OSError as error:
            if error.errno not in NOT_MADE:
                raise
            if stat.S_ISDIR(planned.stat.mode):
                self.planner.bar(planned.path)
            self.lose(planned.path, refusal(error))

    def lose(self, path: bytes, reason: str) -> None:
        """Take note that something could not be had."""
        if path not in self.planner.folders:
            self.lost.add(path)
        if path not in self.failures:
            self.planner.remember(path, reason)
        if reason or path not in self.failures:  # the guest's word may have come before the end of the content
            self.failures[path] = reason or "it could not be read"

    def not_kept(self, path: bytes, refusals: Refusals) -> None:
        """Take note of what of an entry could not be kept."""
        if refusals:
            self.losses.add(self.planner.path_of(path), refusals)
            if self.manifest is not None:
                self.manifest.add_not_kept(self.planner.path_of(path), refusals)

    async def make_second_names(self) -> None:
        """Make what needs the contents of everything else to be there."""
        for number, entry in enumerate(self.planner.hard_links):
            self._make_second(entry)
            if number % TURN == TURN - 1:
                await asyncio.sleep(0)

    async def end_folders(self) -> None:
        """Give folders their times and permissions, as nothing in them changes any more; roots wait for their move."""
        for number, folder in enumerate(reversed(self.planner.folders.values())):
            if not self.planner.is_root(folder.path):
                self.not_kept(folder.path, self.outlet.end_folder(self.staged(folder.path), folder))
            if number % TURN == TURN - 1:
                await asyncio.sleep(0)

    def _make_second(self, entry: Planned) -> None:
        """Make a second name of a file."""
        if entry.target in self.lost:
            self.lose(entry.path, "the file that it is a second name of could not be extracted")
            return
        original = self.staged(entry.target)
        try:
            staged = self.staged(entry.path)
            self.not_kept(entry.path, self.outlet.make_second(staged, original, entry, is_resumed=self.is_resumed))
        except OSError as error:
            if error.errno not in NAME_ERRORS:
                raise
            self.lose(entry.path, refusal(error))
            return
        self.meter.found(1, 0)
        self.meter.files_done()
