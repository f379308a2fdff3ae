"""From one image into another: packed in the one's appliance, unpacked in the other's, through nameless files.

Nothing of it gets a name on the host. Four steps, each in the event loop of one handle's worker: survey the source,
check the target, pack, unpack.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from cutaway.calls import AllCalls
from cutaway.errors import DestinationError
from cutaway.insertion.meter import InsertMeter
from cutaway.insertion.policy import InsertReport
from cutaway.insertion.runner import InsertRunner
from cutaway.insertion.target import Target
from cutaway.protocol.declaration import GuestPath
from cutaway.protocol.shapes import guest_path
from cutaway.records import InsertFailure, Stat, TreeEntry
from cutaway.runtime_folder import anonymous_file, temporary_error
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import Conflict, safe_name
from cutaway.transfer.progress import ProgressCallback

#: What an entry takes in the archive: its header, and an extended one.
HEADERS_BYTES = 1536


@dataclass(slots=True)
class _Root:
    """A path that the person asked for."""

    path: bytes
    is_folder: bool
    entries: int = 0
    files: int = 0
    size_bytes: int = 0
    used_bytes: int = 0
    descriptor: int = -1

    @property
    def name(self) -> bytes:
        """The name that it shall have."""
        return safe_name(self.path.rpartition(b"/")[2] or b"root")

    def close(self) -> None:
        """Let its nameless file go. May be called again."""
        if self.descriptor >= 0:
            descriptor, self.descriptor = self.descriptor, -1
            os.close(descriptor)

    def count(self, entries: Sequence[TreeEntry]) -> None:
        """Take a page of its walk."""
        self.entries += len(entries)
        for entry in entries:
            if entry.stat.is_file:
                self.files += 1
                self.size_bytes += max(0, entry.stat.size)
                self.used_bytes += max(0, min(entry.stat.size, entry.stat.blocks * 512))


class Crossing:
    """One copy from image to image. Owners, modes, times, links, attributes and access control lists are kept.

    Args:
        paths: Absolute paths in the source. Links are copied as links.
        directory: An existing directory in the target, mounted for writing.
        conflict: The rule for names that are taken there.
        on_progress: Called in the workers' threads, not too often, and at the end.
    """

    def __init__(
        self,
        paths: Sequence[GuestPath],
        directory: GuestPath,
        conflict: Conflict,
        on_progress: ProgressCallback | None,
    ) -> None:
        self._paths = [guest_path(path).rstrip(b"/") or b"/" for path in paths]
        self._directory = guest_path(directory)
        self._conflict: Conflict = conflict
        self._on_progress = on_progress
        self._roots: dict[int, _Root] = {}
        self._skipped: tuple[LeftOut, ...] = ()
        self._meter = InsertMeter(None, 0, 0)

    async def survey(self, runner: CallRunner) -> None:
        """Find out in the source what there is to copy.

        Raises:
            GuestError: a path is not there.
        """
        for number, path in enumerate(self._paths):
            status: Stat = await runner.run(AllCalls.lstat, {"path": path})
            root = self._roots[number] = _Root(path, status.is_dir)
            if status.is_dir:
                await runner.run(AllCalls.walk, {"directory": path}, on_page=root.count)
            else:
                root.count([TreeEntry(b"", status, b"")])

    async def check(self, runner: InsertRunner) -> None:
        """Find out in the target whether it can be done.

        Raises:
            GuestError: a name is taken and the rule does not allow it, the target is read-only, or has no room.
            DestinationError: the folder for temporary files has no room.
        """
        target = Target(runner, self._directory, self._conflict, durable=False)
        names = await target.admit({number: root.name for number, root in self._roots.items()})
        self._skipped = tuple(LeftOut(self._paths[number], why) for number, why in target.skipped.items())
        self._roots = {number: root for number, root in self._roots.items() if number in names}
        used = sum(root.used_bytes for root in self._roots.values())
        await target.check_space(used + HEADERS_BYTES * sum(root.entries for root in self._roots.values()), used)
        async with target:
            pass  # it can be written

    async def pack(self, runner: CallRunner) -> None:
        """Pack everything in the source.

        Raises:
            GuestError: something cannot be read.
            DestinationError: the folder for temporary files is full.
        """
        files = sum(root.files for root in self._roots.values())
        self._meter = InsertMeter(self._on_progress, files, 2 * sum(root.used_bytes for root in self._roots.values()))
        for root in self._roots.values():
            self._meter.current = root.path
            root.descriptor = anonymous_file()
            try:
                await runner.run(
                    AllCalls.pack_path, {"path": root.path, "tarfile": root.descriptor}, on_bytes=self._meter.moved
                )
            except DestinationError as error:
                raise temporary_error(error) from error
            self._meter.stage(root.used_bytes)

    async def unpack(self, runner: InsertRunner, *, durable: bool) -> InsertReport:
        """Unpack everything in the target, and move it to its names.

        Raises:
            GuestError: the target is full; nothing is left in it.
        """
        if not self._roots:
            return InsertReport((), 0, 0, self._skipped)
        target = Target(runner, self._directory, self._conflict, durable=durable)
        failures: list[LeftOut] = []
        async with target:
            for number, root in self._roots.items():
                failures += await self._unpack_one(runner, target, number, root)
            paths = await target.finish(
                {number: root.name for number, root in self._roots.items()},
                {number: _staged(number, root) for number, root in self._roots.items()},
            )
        failures += [LeftOut(self._roots[number].path, why) for number, why in target.lost.items()]
        self._meter.finish()
        arrived = [root for number, root in self._roots.items() if number not in target.lost]
        return InsertReport(
            paths=tuple(paths),
            files=max(0, sum(root.files for root in arrived) - len(failures)),
            bytes=sum(root.size_bytes for root in arrived),
            skipped=self._skipped,
            failures=tuple(failures),
        )

    async def _unpack_one(self, runner: CallRunner, target: Target, number: int, root: _Root) -> list[LeftOut]:
        self._meter.current = root.path
        into = b"%d" % number
        failures: list[InsertFailure] = await runner.run(
            AllCalls.insert_unpack,
            {"filename": f"/proc/self/fd/{root.descriptor}", "staging": target.staging, "into": into, "acls": True},
            on_progress=lambda done, total: self._meter.at(root.used_bytes * done // max(total, 1)),
        )
        self._meter.stage(root.used_bytes)
        root.close()
        start = root.path.rstrip(b"/") if root.is_folder else root.path.rpartition(b"/")[0]
        return [
            LeftOut(start + failure.path.removeprefix(into).replace(b"/./", b"/"), failure.message)
            for failure in failures
        ]

    def close(self) -> None:
        """Let the nameless files go. May be called again."""
        for root in self._roots.values():
            root.close()


def _staged(number: int, root: _Root) -> bytes:
    """Return where a root has been unpacked: a folder's content without a name, anything else under its own."""
    return b"%d" % number if root.is_folder else b"%d/" % number + root.path.rpartition(b"/")[2]
