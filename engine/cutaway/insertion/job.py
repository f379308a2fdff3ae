"""copy_in: files and whole folders of the host into a folder of the image.

Walk, check the space, pack into a nameless file, which the guest gets as a drive and unpacks into a hidden folder;
large files go in as drives of their own. All is moved to its names at the end: a failure or a cancellation leaves
nothing. Runs in the worker's event loop; the host's file system is worked on in a helper thread.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from cutaway.calls import AllCalls
from cutaway.errors import Cancelled, DestinationError, DriveError, GuestError
from cutaway.insertion.archive import Archive
from cutaway.insertion.host_file import extents
from cutaway.insertion.host_tree import HostEntry, HostTree, plan
from cutaway.insertion.meter import InsertMeter
from cutaway.insertion.policy import InsertPolicy, InsertReport
from cutaway.insertion.runner import InsertRunner
from cutaway.insertion.target import Target
from cutaway.protocol.declaration import GuestPath
from cutaway.protocol.shapes import guest_path
from cutaway.records import InsertFailure
from cutaway.runtime_folder import anonymous_file, temporary_error
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.progress import ProgressCallback

#: Errors of one large file after which the others may still go in.
_OF_ONE_FILE = frozenset({"EFBIG"})


async def copy_in(
    runner: InsertRunner,
    localpaths: Sequence[str | bytes | os.PathLike[str]],
    remotedirectory: GuestPath,
    *,
    policy: InsertPolicy,
    durable: bool,
    on_progress: ProgressCallback | None = None,
) -> InsertReport:
    """Copy files and folders of the host into a directory of the image, under their own names.

    Args:
        runner: Makes the calls.
        localpaths: Files and folders. Links are copied as links.
        remotedirectory: An existing directory of the image, mounted for writing.
        policy: The rules.
        durable: Whether everything has to be on the disk before its name appears.
        on_progress: Called in the worker's thread or a helper's, not too often, and at the end.

    Raises:
        DestinationError: a path of the host is not there, or the folder for temporary files is full.
        GuestError: the image's file system is read-only or full, or the rule does not allow a name.
        DriveError: the image itself is among what shall be copied.
        Cancelled, CallInterrupted: nothing is left in the image.
    """
    paths = [os.fsencode(path) for path in localpaths]
    tree = await _in_thread(runner, lambda stop: plan(paths, stop))
    tree.refuse(runner.written_files())
    target = Target(runner, guest_path(remotedirectory), policy.conflict, durable=durable)
    names = await target.admit(tree.names)
    tree.skipped += [LeftOut(paths[number], reason) for number, reason in target.skipped.items()]
    tree.keep(names)
    if not tree.entries:
        return InsertReport((), 0, 0, tuple(tree.skipped), tuple(tree.failures))
    needed = tree.small_bytes + tree.large_bytes
    await target.check_space(tree.archive_bytes, needed, in_layer=0 if durable else needed)
    async with target:
        return await _Job(runner, target, tree, policy, on_progress).run(names)


async def _in_thread(runner: InsertRunner, work: Any) -> Any:
    """Run blocking work in a thread; it gets a function that raises once it is cancelled."""
    is_stopped = False

    def stop() -> None:
        nonlocal is_stopped
        is_stopped = True

    def check(_: int = 0) -> None:
        if is_stopped:
            raise Cancelled("copy_in was cancelled")

    with runner.beside(stop):
        return await asyncio.to_thread(work, check)


class _Job:
    """One insertion."""

    def __init__(
        self,
        runner: InsertRunner,
        target: Target,
        tree: HostTree,
        policy: InsertPolicy,
        on_progress: ProgressCallback | None,
    ) -> None:
        self._runner = runner
        self._target = target
        self._tree = tree
        self._policy = policy
        self._small_bytes = tree.small_bytes
        files = sum(1 for entry in tree.entries if entry.is_file)
        self._meter = InsertMeter(on_progress, files, 2 * self._small_bytes + tree.large_bytes)
        self._lost: set[bytes] = set()
        self._changed: list[LeftOut] = []

    async def run(self, names: dict[int, bytes]) -> InsertReport:
        await self._unpack()
        for entry in self._tree.entries:
            if entry.is_large and entry.member not in self._lost:
                await self._fill(entry)
        paths = await self._target.finish(names)
        for number, reason in self._target.lost.items():
            self._lose(b"%d" % number, reason)
        self._meter.finish()
        lost_roots = {int(member) for member in self._lost if b"/" not in member}
        brought = [
            entry for entry in self._tree.entries
            if entry.is_file and entry.member not in self._lost and entry.root not in lost_roots
        ]  # fmt: skip
        return InsertReport(
            paths=tuple(paths),
            files=len(brought),
            bytes=sum(entry.status.st_size for entry in brought),
            skipped=tuple(self._tree.skipped),
            failures=tuple(self._tree.failures),
            changed=tuple(self._changed),
        )

    async def _unpack(self) -> None:
        """Pack the small files and everything that is no file, and let the guest unpack them."""
        descriptor = anonymous_file()
        try:
            await _in_thread(self._runner, lambda check: self._pack(descriptor, check))
            self._meter.stage(self._small_bytes)
            failures: list[InsertFailure] = await self._runner.run(
                AllCalls.insert_unpack,
                {
                    "filename": f"/proc/self/fd/{descriptor}",
                    "staging": self._target.staging,
                    "into": b"",
                    "acls": False,
                },
                on_progress=lambda done, total: self._meter.at(self._small_bytes * done // max(total, 1)),
            )
        finally:
            os.close(descriptor)
        self._meter.stage(self._small_bytes)
        for failure in failures:
            self._lose(failure.path, f"the image's file system does not take it: {failure.message}")

    def _pack(self, descriptor: int, check: Any) -> None:
        def advance(count: int) -> None:
            check()
            self._meter.moved(count)

        archive = Archive(descriptor, self._target.owner, self._policy, advance)
        try:
            for entry in self._tree.entries:
                if not archive.add(entry):
                    self._lost.add(entry.member)
            archive.finish()
        except OSError as error:
            raise temporary_error(error) from error
        self._tree.failures += archive.failures
        self._changed += archive.changed

    async def _fill(self, entry: HostEntry) -> None:
        """Give a large file its content, from a drive of its own."""
        self._meter.current = entry.path
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            self._lose(entry.member, f"it cannot be read: {error.strerror}")
            return
        try:
            before = os.fstat(descriptor)
            await self._fill_from(entry, descriptor, before)
            after = os.fstat(descriptor)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                self._changed.append(LeftOut(entry.path, "it changed while it was read"))
        finally:
            os.close(descriptor)

    async def _fill_from(self, entry: HostEntry, descriptor: int, status: os.stat_result) -> None:
        used = entry.used_bytes
        parts = extents(descriptor, status.st_size) if used < status.st_size else []
        arguments = {
            "filename": f"/proc/self/fd/{descriptor}", "staging": self._target.staging, "path": entry.member,
            "extents": [number for part in parts for number in part],
        }  # fmt: skip
        self._meter.stage(0)
        try:
            await self._runner.run(
                AllCalls.insert_fill, arguments, on_progress=lambda done, total: self._meter.at(used * done // total)
            )
        except (DriveError, GuestError, DestinationError) as error:
            if isinstance(error, GuestError) and error.errno_name not in _OF_ONE_FILE:
                raise
            self._lose(entry.member, str(error))
        self._meter.stage(used)

    def _lose(self, member: bytes, reason: str) -> None:
        self._lost.add(member)
        self._tree.failures.append(LeftOut(self._path_of(member), reason))

    def _path_of(self, member: bytes) -> bytes:
        return next((entry.path for entry in self._tree.entries if entry.member == member), member)
