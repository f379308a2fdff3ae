"""What of the awaitable handle moves whole trees: out of the image, into it, and from image to image.

What they need is loaded with their first use: most programs list and read.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from cutaway.base import BaseHandle, guest_paths, host_paths
from cutaway.cancel_token import CancelToken
from cutaway.protocol.declaration import GuestPath
from cutaway.runner import Runner
from cutaway.stream import Stream

if TYPE_CHECKING:
    from cutaway.insertion.policy import InsertPolicy, InsertReport
    from cutaway.save_device import SaveFormat
    from cutaway.transfer.archive_format import ArchiveFormat
    from cutaway.transfer.job import ExtractOptions, ExtractReport, LeftOut, TransferProgress
    from cutaway.transfer.policy import Conflict, ExtractPolicy
    from cutaway.transfer.preview import ExtractPreview

T = TypeVar("T")
HostPath = str | bytes | os.PathLike[str]


class AsyncTransfers(BaseHandle):
    """A handle for one asyncio loop; `cutaway.aio.AsyncHandle` is the whole of it."""

    _stream: Stream

    async def copy_out(
        self,
        remotepaths: GuestPath | list[GuestPath],
        localdirectory: HostPath,
        *,
        policy: ExtractPolicy | None = None,
        on_progress: Callable[[TransferProgress], None] | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Copy files and folders out of the image; see `Handle.copy_out`. Callbacks are called in the loop."""
        from cutaway.transfer.job import ExtractOptions, copy_out  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        used = self._in_loop(options or ExtractOptions(), on_progress)
        paths = remotepaths if isinstance(remotepaths, list) else [remotepaths]
        work = copy_out(
            Runner(self._core, token), paths, os.fsdecode(localdirectory),
            policy=policy or ExtractPolicy(), options=used,
        )  # fmt: skip
        return await self._await(work, token)

    async def archive_out(
        self,
        remotepaths: GuestPath | list[GuestPath],
        archive: HostPath | int,
        *,
        kind: ArchiveFormat | None = None,
        policy: ExtractPolicy | None = None,
        on_progress: Callable[[TransferProgress], None] | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Pack files and folders into an archive; see `Handle.archive_out`. Callbacks are called in the loop."""
        from cutaway.transfer.job import ExtractOptions, archive_out  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        used = self._in_loop(options or ExtractOptions(), on_progress)
        paths = remotepaths if isinstance(remotepaths, list) else [remotepaths]
        work = archive_out(
            Runner(self._core, token), paths, archive if isinstance(archive, int) else os.fsdecode(archive),
            kind=kind, policy=policy or ExtractPolicy(), options=used,
        )  # fmt: skip
        return await self._await(work, token)

    async def checksums_out(
        self,
        csumtype: str,
        remotepaths: GuestPath | list[GuestPath],
        sumsfile: HostPath,
        *,
        on_progress: Callable[[TransferProgress], None] | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Write the checksums of files and folders; see `Handle.checksums_out`. Callbacks are called in the loop."""
        from cutaway.transfer.job import ExtractOptions, checksums_out  # noqa: PLC0415 each program pays only for what it does

        token = CancelToken()
        used = self._in_loop(options or ExtractOptions(), on_progress)
        paths = remotepaths if isinstance(remotepaths, list) else [remotepaths]
        work = checksums_out(Runner(self._core, token), csumtype, paths, os.fsdecode(sumsfile), options=used)
        return await self._await(work, token)

    async def retry_out(
        self,
        failures: Sequence[LeftOut],
        localdirectory: HostPath,
        *,
        policy: ExtractPolicy | None = None,
        on_progress: Callable[[TransferProgress], None] | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Try again what could not be had; see `Handle.retry_out`. Callbacks are called in the loop."""
        from cutaway.transfer.job import ExtractOptions, retry_out  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        used = self._in_loop(options or ExtractOptions(), on_progress)
        work = retry_out(
            Runner(self._core, token), failures, os.fsdecode(localdirectory),
            policy=policy or ExtractPolicy(), options=used,
        )  # fmt: skip
        return await self._await(work, token)

    async def preview_copy_out(
        self,
        remotepaths: GuestPath | list[GuestPath],
        localdirectory: HostPath,
        *,
        policy: ExtractPolicy | None = None,
        on_found: Callable[[int, int], None] | None = None,
    ) -> ExtractPreview:
        """Say what `copy_out` would do; see `Handle.preview_copy_out`. `on_found` is called in the loop."""
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.preview import preview  # noqa: PLC0415 few programs need it

        token = CancelToken()
        paths = remotepaths if isinstance(remotepaths, list) else [remotepaths]
        work = preview(
            Runner(self._core, token), paths, os.fsdecode(localdirectory), policy=policy or ExtractPolicy(),
            on_found=self._steps_in_loop(on_found),
        )  # fmt: skip
        return await self._await(work, token)

    async def preview_archive_out(
        self,
        remotepaths: GuestPath | list[GuestPath],
        archive: HostPath | int,
        *,
        kind: ArchiveFormat | None = None,
        policy: ExtractPolicy | None = None,
        on_found: Callable[[int, int], None] | None = None,
    ) -> ExtractPreview:
        """Say what `archive_out` would do; see `Handle.preview_archive_out`. `on_found` is called in the loop."""
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.preview import preview_archive  # noqa: PLC0415 few programs need it

        token = CancelToken()
        paths = remotepaths if isinstance(remotepaths, list) else [remotepaths]
        work = preview_archive(
            Runner(self._core, token), paths, archive if isinstance(archive, int) else os.fsdecode(archive),
            kind=kind, policy=policy or ExtractPolicy(), on_found=self._steps_in_loop(on_found),
        )  # fmt: skip
        return await self._await(work, token)

    async def save_device(
        self,
        device: str,
        filename: HostPath,
        *,
        format: SaveFormat = "raw",  # noqa: A002 the field's own term
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Save a device as an image file; see `Handle.save_device`. `on_progress` is called in the loop."""
        from cutaway.save_device import save_device  # noqa: PLC0415 each program pays only for what it does

        token = CancelToken()
        work = save_device(
            Runner(self._core, token), device, os.fsdecode(filename), format=format,
            on_progress=self._steps_in_loop(on_progress),
        )  # fmt: skip
        await self._await(work, token)

    async def copy_in(
        self,
        localpaths: HostPath | Sequence[HostPath],
        remotedirectory: GuestPath,
        *,
        policy: InsertPolicy | None = None,
        on_progress: Callable[[TransferProgress], None] | None = None,
    ) -> InsertReport:
        """Copy files and folders of the host into the image; see `Handle.copy_in`. `on_progress` runs in the loop."""
        from cutaway.insertion.job import copy_in  # noqa: PLC0415 each program pays only for what it does
        from cutaway.insertion.policy import InsertPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        report = None if on_progress is None else (lambda progress: self._stream.latest(on_progress, progress))
        work = copy_in(
            Runner(self._core, token), host_paths(localpaths), remotedirectory,
            policy=policy or InsertPolicy(), durable=self._is_durable(), on_progress=report,
        )  # fmt: skip
        return await self._await(work, token)

    async def copy_across(
        self,
        remotepaths: GuestPath | Sequence[GuestPath],
        target: AsyncTransfers,
        remotedirectory: GuestPath,
        *,
        conflict: Conflict = "rename",
        on_progress: Callable[[TransferProgress], None] | None = None,
    ) -> InsertReport:
        """Copy files and folders from image to image; see `Handle.copy_across`. `on_progress` runs in the loop."""
        from cutaway.insertion.across import Crossing  # noqa: PLC0415 each program pays only for what it does

        report = None if on_progress is None else (lambda progress: self._stream.latest(on_progress, progress))
        await asyncio.to_thread(self.refuse_to_change, target)
        crossing = Crossing(guest_paths(remotepaths), remotedirectory, conflict, report)
        mine, theirs = Runner(self._core, CancelToken()), Runner(target._core, CancelToken())
        try:
            await self._await(crossing.survey(mine), mine.token)
            await target._await(crossing.check(theirs), theirs.token)
            await self._await(crossing.pack(mine), mine.token)
            durable = target._is_durable()
            return await target._await(crossing.unpack(theirs, durable=durable), theirs.token)
        finally:
            crossing.close()

    def _in_loop(
        self, options: ExtractOptions, on_progress: Callable[[TransferProgress], None] | None
    ) -> ExtractOptions:
        """Return options whose callbacks are called in the loop."""
        told, restarted = on_progress or options.on_progress, options.on_restart
        return replace(
            options,
            on_progress=None if told is None else lambda progress: self._stream.latest(told, progress),
            on_restart=None if restarted is None else lambda error: self._stream.latest(restarted, error),
        )

    def _steps_in_loop(self, callback: Callable[[int, int], None] | None) -> Callable[[int, int], None]:
        """Return what calls a callback in the loop, not too often."""

        def told(step: tuple[int, int]) -> None:
            if callback is not None:
                callback(*step)

        return lambda done, total: self._stream.latest(told, (done, total))

    async def _await(self, work: Coroutine[Any, Any, T], token: CancelToken | None = None) -> T:
        """Run work in the worker; on cancellation of this task cancel the work and wait for its end."""
        outcome = self._stream.outcome(self._worker.submit(work))
        try:
            return await asyncio.shield(outcome)
        except asyncio.CancelledError:
            if token is not None:
                self._cancel(token)
            await asyncio.gather(outcome, return_exceptions=True)
            raise
