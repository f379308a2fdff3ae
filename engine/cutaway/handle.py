"""The blocking handle: what scripts use. Every declared call is a method that returns when the call is done.

It may be used from several threads; calls then queue. Callbacks run in the handle's worker thread and must not make
calls on it.
"""

from __future__ import annotations

import concurrent.futures
import os
import queue
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from cutaway.base import BaseHandle, guest_paths, host_paths
from cutaway.cancel_token import CancelToken
from cutaway.drives import Drive, Interface
from cutaway.errors import CallInterrupted
from cutaway.insertion.across import Crossing
from cutaway.insertion.job import copy_in
from cutaway.insertion.policy import InsertPolicy, InsertReport
from cutaway.protocol.declaration import Call, GuestPath
from cutaway.runner import Runner
from cutaway.save_device import SaveFormat, save_device
from cutaway.transfer.archive_format import ArchiveFormat
from cutaway.transfer.job import (
    ExtractOptions,
    ExtractReport,
    LeftOut,
    ProgressCallback,
    archive_out,
    copy_out,
    retry_out,
)
from cutaway.transfer.policy import Conflict, ExtractPolicy

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
HostPath = str | bytes | os.PathLike[str]


class Handle(BaseHandle):
    """A handle whose methods block. Use it as a context manager, or call close()."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def add_drive(
        self,
        path: HostPath,
        *,
        readonly: bool = True,
        format: str | None = None,  # noqa: A002 the field's own term
        iface: Interface = "scsi",
        label: str = "",
        allowed: frozenset[str] = frozenset(),
    ) -> Drive:
        """Add a drive; before launch, or hot-plugged into the running appliance.

        Args:
            path: The image file or block device.
            readonly: True: writes go to an overlay that is thrown away. False: writes change the image.
            format: Its format; None: it is probed.
            iface: "scsi", "virtio", or "ide" (not hot-pluggable).
            label: A name of your own.
            allowed: Files to use all the same: backing files outside the image's folder, incomplete files.

        Raises:
            DriveError: the image cannot be used (found out at launch for drives added before it).
            StateError: while launching, or after close.
        """
        drive = self._drive(path, readonly=readonly, format=format, iface=iface, label=label, allowed=allowed)
        return self._wait(self._core.add_drive(drive))

    def add_drive_ro(self, path: HostPath) -> Drive:
        """Add a drive read-only: add_drive with its defaults."""
        return self.add_drive(path)

    def add_drive_scratch(self, size_bytes: int) -> Drive:
        """Add an empty drive that lives as long as the handle."""
        return self._wait(self._core.add_drive(Drive(path="", serial="", scratch_size_bytes=size_bytes)))

    def remove_drive(self, drive: Drive) -> None:
        """Remove a drive, unplugging it from a running appliance; nothing on it may be mounted."""
        self._wait(self._core.remove_drive(drive))

    def launch(self) -> None:
        """Start the appliance and wait until it is READY.

        Raises:
            LaunchError: it did not start; the handle is back in CONFIG and qemu is dead.
            DriveError: an image cannot be used.
            StateError: the handle is not in CONFIG.
        """
        token = CancelToken()
        self._wait(self._core.launch(token), token)

    def shutdown(self) -> None:
        """Write everything to the drives and end the appliance; the drives stay, launch() may follow."""
        self._wait(self._core.shutdown())

    def close(self) -> None:
        """End everything for good. May be called again, from any thread but the worker's."""
        self._close_now()

    def invoke(self, call: Call[..., R], arguments: dict[str, Any]) -> R:
        """Make a declared call; the methods of the families come here."""
        token = CancelToken()
        result: R = self._wait(self._core.run(call, arguments, token), token)
        return result

    def pages(self, call: Call[P, list[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[list[T]]:
        """Make a paged call; give the pages of its result as they come. Closing the iterator cancels the call."""
        token = CancelToken()
        pages: queue.SimpleQueue[list[T] | None] = queue.SimpleQueue()
        work = self._core.run(call, call.bind(*args, **kwargs), token, on_page=pages.put)
        future = self._worker.submit(work)
        future.add_done_callback(lambda _: pages.put(None))
        try:
            while (page := pages.get()) is not None:
                yield page
            future.result()
        finally:
            if not future.done():
                self._cancel(token)
                concurrent.futures.wait([future])

    def copy_out(
        self,
        remotepath: GuestPath | list[GuestPath],
        localdirectory: HostPath,
        *,
        policy: ExtractPolicy | None = None,
        on_progress: ProgressCallback | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Copy files and whole folders out of the image into a folder of the host; one path, or a list of them.

        Nothing appears under its name before it is complete, nothing lands outside the folder; a failure or a
        cancellation leaves nothing.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted.
        """
        token = CancelToken()
        paths = remotepath if isinstance(remotepath, list) else [remotepath]
        used = options or ExtractOptions()
        work = copy_out(
            Runner(self._core, token), paths, os.fsdecode(localdirectory),
            policy=policy or ExtractPolicy(), options=replace(used, on_progress=on_progress or used.on_progress),
        )  # fmt: skip
        return self._wait(work, token)

    def archive_out(
        self,
        remotepath: GuestPath | list[GuestPath],
        archive: HostPath | int,
        *,
        kind: ArchiveFormat | None = None,
        policy: ExtractPolicy | None = None,
        on_progress: ProgressCallback | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Pack files and whole folders of the image into a tar or zip file of the host; one path, or a list of them.

        A path gets the archive when it is complete: a failure or a cancellation leaves nothing. An open descriptor is
        written to as it comes. `kind` is "tar", "tar.gz" or "zip"; without it the archive's name tells.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted.
            ValueError: nothing tells the format.
        """
        token = CancelToken()
        paths = remotepath if isinstance(remotepath, list) else [remotepath]
        used = options or ExtractOptions()
        work = archive_out(
            Runner(self._core, token), paths, archive if isinstance(archive, int) else os.fsdecode(archive),
            kind=kind, policy=policy or ExtractPolicy(),
            options=replace(used, on_progress=on_progress or used.on_progress),
        )  # fmt: skip
        return self._wait(work, token)

    def retry_out(
        self,
        failures: Sequence[LeftOut],
        localdirectory: HostPath,
        *,
        policy: ExtractPolicy | None = None,
        on_progress: ProgressCallback | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Try again what `copy_out` into the same folder has reported as failures; what arrived is kept.

        Each goes to its place among the others, or is a failure of this report.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted.
            ValueError: a failure is of another extraction.
        """
        token = CancelToken()
        used = options or ExtractOptions()
        work = retry_out(
            Runner(self._core, token), failures, os.fsdecode(localdirectory),
            policy=policy or ExtractPolicy(), options=replace(used, on_progress=on_progress or used.on_progress),
        )  # fmt: skip
        return self._wait(work, token)

    def save_device(
        self,
        device: str,
        filename: HostPath,
        *,
        format: SaveFormat = "raw",  # noqa: A002 the field's own term
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Save a drive, a partition or a plain volume as an image file of the host; what is empty takes no space.

        Raises:
            DestinationError, DriveError, GuestError, Cancelled, CallInterrupted: nothing partial is left.
        """
        token = CancelToken()
        runner, target = Runner(self._core, token), os.fsdecode(filename)
        self._wait(save_device(runner, device, target, format=format, on_progress=on_progress), token)

    def copy_in(
        self,
        localpaths: HostPath | Sequence[HostPath],
        remotedirectory: GuestPath,
        *,
        policy: InsertPolicy | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> InsertReport:
        """Copy files and whole folders of the host into a directory of the image.

        They land in the overlay of a drive that was added read-only, else in the image itself. Nothing appears under
        its name before it is complete; a failure or a cancellation leaves nothing.

        Raises:
            GuestError, DestinationError, Cancelled, CallInterrupted.
        """
        token = CancelToken()
        work = copy_in(
            Runner(self._core, token), host_paths(localpaths), remotedirectory,
            policy=policy or InsertPolicy(), durable=self._is_durable(), on_progress=on_progress,
        )  # fmt: skip
        return self._wait(work, token)

    def copy_across(
        self,
        remotepaths: GuestPath | Sequence[GuestPath],
        target: Handle,
        remotedirectory: GuestPath,
        *,
        conflict: Conflict = "rename",
        on_progress: ProgressCallback | None = None,
    ) -> InsertReport:
        """Copy files and folders of this handle's image into a directory of another handle's, or of the same.

        Nothing of it gets a name on the host. `cancel` of this handle stops the first half, of the target the second.

        Raises:
            GuestError, DestinationError, Cancelled, CallInterrupted: nothing is left in the target.
        """
        crossing = Crossing(guest_paths(remotepaths), remotedirectory, conflict, on_progress)
        mine, theirs = Runner(self._core, CancelToken()), Runner(target._core, CancelToken())
        try:
            self._wait(crossing.survey(mine), mine.token)
            target._wait(crossing.check(theirs), theirs.token)
            self._wait(crossing.pack(mine), mine.token)
            durable = target._is_durable()
            return target._wait(crossing.unpack(theirs, durable=durable), theirs.token)
        finally:
            crossing.close()

    def _wait(self, work: Coroutine[Any, Any, T], token: CancelToken | None = None) -> T:
        """Run work in the worker and wait; an interruption of the wait (Ctrl+C) cancels the work first."""
        if self._worker.is_current:
            work.close()
            raise RuntimeError("a callback must not make calls on its own handle: they would wait for each other")
        future = self._worker.submit(work)
        try:
            return future.result()
        except concurrent.futures.CancelledError as error:
            raise CallInterrupted("the handle was closed meanwhile") from error
        except (KeyboardInterrupt, SystemExit):
            if token is not None:
                self._cancel(token)
                concurrent.futures.wait([future], timeout=12)
            raise
