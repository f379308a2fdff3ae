"""Builds one planned tree in the hidden folder: folders, contents in batches, links, then times and permissions.

In the worker's event loop, which gets its turn after every few entries.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cutaway.calls import AllCalls
from cutaway.errors import ProtocolError
from cutaway.records import TransferFailure
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.files_sink import NAME_ERRORS, FilesSink
from cutaway.transfer.plan import LeftOut, Plan, Planned
from cutaway.transfer.progress import Meter
from cutaway.transfer.staging import Staging

#: Limits of one download_many.
BATCH_FILES = 500
BATCH_NAME_BYTES = 1 << 20
#: Entries made between two turns of the loop.
TURN = 200
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


@dataclass(slots=True)
class TreeBuilder:
    """One tree on its way to the host.

    Attributes:
        root: Path of the tree's root in the image.
        staged: Its name in the hidden folder.
        failures: What could not be read in the image, or not be made on the host.
        lost: Paths that were planned and could not be had.
    """

    runner: CallRunner
    staging: Staging
    root: bytes
    staged: bytes
    plan: Plan
    meter: Meter
    failures: list[LeftOut] = field(default_factory=list)
    lost: set[bytes] = field(default_factory=set)

    @property
    def is_folder(self) -> bool:
        """Whether the root is a folder."""
        return bool(self.plan.folders)

    @property
    def files_made(self) -> int:
        """How many regular files there are, second names included."""
        planned = [*self.plan.files, *self.plan.hard_links]
        return sum(entry.path not in self.lost for entry in planned)

    async def build(self) -> None:
        """Make everything but the root folder's own times and permissions, which would hinder its move."""
        for number, entry in enumerate(self.plan.folders):
            self._make(entry, lambda path, _: self.staging.make_folder(path))
            await _breathe(number)
        await self._fetch(self.plan.files)
        for number, entry in enumerate(self.plan.links):
            self._make(entry, lambda path, entry: self.staging.make_link(path, entry.target, entry.stat))
            await _breathe(number)
        await self._make_hard_links()
        for number, entry in enumerate(reversed(self.plan.folders[1:])):
            if entry.path not in self.lost:
                self.staging.finish_folder(self._staged(entry.path), entry.stat)
            await _breathe(number)

    def _staged(self, path: bytes) -> bytes:
        return self.staged + b"/" + path if path else self.staged

    def _lose(self, entry: Planned, reason: str) -> None:
        self.lost.add(entry.path)
        path = self.root.rstrip(b"/") + b"/" + entry.path if entry.path else self.root
        self.failures.append(LeftOut(path, reason))

    def _is_homeless(self, entry: Planned) -> bool:
        """Tell whether the folder above could not be made; that has been reported."""
        if entry.path and entry.path.rpartition(b"/")[0] in self.lost:
            self.lost.add(entry.path)
            return True
        return False

    def _make(self, entry: Planned, make: Callable[[bytes, Planned], None]) -> None:
        """Make something; lose it if the file system does not take its name or its kind."""
        if self._is_homeless(entry):
            return
        try:
            make(self._staged(entry.path), entry)
        except OSError as error:
            if error.errno not in NAME_ERRORS | _NO_LINKS:
                raise
            self._lose(entry, f"the destination does not take it: {os.strerror(error.errno)}")

    async def _make_hard_links(self) -> None:
        """Make second names; where the file system has none, copies."""
        copies: list[Planned] = []
        for number, entry in enumerate(self.plan.hard_links):
            if self._is_homeless(entry):
                continue
            if entry.target in self.lost:
                self._lose(entry, "the file that it is a second name of could not be extracted")
                continue
            try:
                self.staging.make_hard_link(self._staged(entry.path), self._staged(entry.target))
                self.meter.file_done()
            except OSError as error:
                if error.errno not in NAME_ERRORS | _NO_LINKS:
                    raise
                copies.append(replace(entry, target=b""))
            await _breathe(number)
        await self._fetch(copies)

    async def _fetch(self, files: Sequence[Planned]) -> None:
        """Get the contents of files."""
        for batch in batches([entry for entry in files if not self._is_homeless(entry)]):
            await self._fetch_batch(batch)

    async def _fetch_batch(self, batch: list[Planned]) -> None:
        directory, names = self.root, [entry.path for entry in batch]
        if names == [b""]:
            directory, _, name = self.root.rpartition(b"/")
            directory, names = directory or b"/", [name]
        sink = FilesSink(self.staging, [(entry, self._staged(entry.path)) for entry in batch], self._on_file)
        try:
            arguments = AllCalls.download_many.bind(directory, names, -1)
            answer = await self.runner.run(AllCalls.download_many, arguments, sink=sink, on_bytes=self.meter.moved)
        finally:
            sink.close()
        if not sink.is_complete:
            raise ProtocolError(f"the data channel brought {sink.count} of {len(batch)} files")
        self._note_failures(batch, sink, answer)

    def _on_file(self, path: bytes) -> None:
        """Take note that one file is done with and another begins."""
        if self.meter.current:
            self.meter.file_done()
        self.meter.current = self.root.rstrip(b"/") + b"/" + path if path else self.root

    def _note_failures(self, batch: list[Planned], sink: FilesSink, answer: list[TransferFailure]) -> None:
        reasons = {failure.index: failure.message for failure in answer}
        for index in sink.unreadable:
            self._lose(batch[index], reasons.get(index) or "it could not be read")
        for index, reason in sink.refused.items():
            self._lose(batch[index], reason)


def batches(files: Sequence[Planned]) -> Iterator[list[Planned]]:
    """Divide files into lists that one call takes."""
    batch: list[Planned] = []
    size = 0
    for entry in files:
        if batch and (len(batch) == BATCH_FILES or size + len(entry.path) > BATCH_NAME_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += len(entry.path)
    if batch:
        yield batch


async def _breathe(number: int) -> None:
    if number % TURN == TURN - 1:
        await asyncio.sleep(0)
