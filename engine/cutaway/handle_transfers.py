"""What of the blocking handle moves whole trees: out of the image, into it, and from image to image.

What they need is loaded with their first use: most programs list and read.
"""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from cutaway.base import BaseHandle, guest_paths, host_paths
from cutaway.cancel_token import CancelToken
from cutaway.errors import CallInterrupted
from cutaway.protocol.declaration import GuestPath
from cutaway.runner import Runner

if TYPE_CHECKING:
    from cutaway.insertion.policy import InsertPolicy, InsertReport
    from cutaway.save_device import SaveFormat
    from cutaway.transfer.archive_format import ArchiveFormat
    from cutaway.transfer.job import ExtractOptions, ExtractReport, LeftOut, ProgressCallback
    from cutaway.transfer.policy import Conflict, ExtractPolicy
    from cutaway.transfer.preview import ExtractPreview

T = TypeVar("T")
HostPath = str | bytes | os.PathLike[str]


class HandleTransfers(BaseHandle):
    """A handle whose methods block, and how they do; `cutaway.handle.Handle` is the whole of it."""

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
        from cutaway.transfer.job import ExtractOptions, copy_out  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 few programs need it

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
        from cutaway.transfer.job import ExtractOptions, archive_out  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        paths = remotepath if isinstance(remotepath, list) else [remotepath]
        used = options or ExtractOptions()
        work = archive_out(
            Runner(self._core, token), paths, archive if isinstance(archive, int) else os.fsdecode(archive),
            kind=kind, policy=policy or ExtractPolicy(),
            options=replace(used, on_progress=on_progress or used.on_progress),
        )  # fmt: skip
        return self._wait(work, token)

    def checksums_out(
        self,
        csumtype: str,
        remotepath: GuestPath | list[GuestPath],
        sumsfile: HostPath,
        *,
        on_progress: ProgressCallback | None = None,
        options: ExtractOptions | None = None,
    ) -> ExtractReport:
        """Write the checksums of files and whole folders of the image to a file of the host; nothing is extracted.

        The host computes them from what it reads. Each line is as md5sum(1) and sha256sum(1) write and check it, with
        the path that an extraction would give. The file appears when it is complete.

        Args:
            csumtype: "md5", "sha1", "sha224", "sha256", "sha384" or "sha512".
            remotepath: One path, or a list of them.
            sumsfile: The new file; one that is there is replaced.
            on_progress: As of `copy_out`.
            options: How it is carried out.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted.
            ValueError: there is no such type.
        """
        from cutaway.transfer.job import ExtractOptions, checksums_out  # noqa: PLC0415 each program pays only for what it does

        token = CancelToken()
        paths = remotepath if isinstance(remotepath, list) else [remotepath]
        used = options or ExtractOptions()
        work = checksums_out(
            Runner(self._core, token), csumtype, paths, os.fsdecode(sumsfile),
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
        from cutaway.transfer.job import ExtractOptions, retry_out  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        used = options or ExtractOptions()
        work = retry_out(
            Runner(self._core, token), failures, os.fsdecode(localdirectory),
            policy=policy or ExtractPolicy(), options=replace(used, on_progress=on_progress or used.on_progress),
        )  # fmt: skip
        return self._wait(work, token)

    def preview_copy_out(
        self,
        remotepath: GuestPath | list[GuestPath],
        localdirectory: HostPath,
        *,
        policy: ExtractPolicy | None = None,
        on_found: Callable[[int, int], None] | None = None,
    ) -> ExtractPreview:
        """Say what `copy_out` would do with the same arguments. Nothing is written, in the image or on the host.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted.
        """
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.preview import preview  # noqa: PLC0415 few programs need it

        token = CancelToken()
        paths = remotepath if isinstance(remotepath, list) else [remotepath]
        work = preview(
            Runner(self._core, token), paths, os.fsdecode(localdirectory),
            policy=policy or ExtractPolicy(), on_found=on_found,
        )  # fmt: skip
        return self._wait(work, token)

    def preview_archive_out(
        self,
        remotepath: GuestPath | list[GuestPath],
        archive: HostPath | int,
        *,
        kind: ArchiveFormat | None = None,
        policy: ExtractPolicy | None = None,
        on_found: Callable[[int, int], None] | None = None,
    ) -> ExtractPreview:
        """Say what `archive_out` would do with the same arguments. Nothing is written, in the image or on the host.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted.
            ValueError: nothing tells the format.
        """
        from cutaway.transfer.policy import ExtractPolicy  # noqa: PLC0415 each program pays only for what it does
        from cutaway.transfer.preview import preview_archive  # noqa: PLC0415 few programs need it

        token = CancelToken()
        paths = remotepath if isinstance(remotepath, list) else [remotepath]
        work = preview_archive(
            Runner(self._core, token), paths, archive if isinstance(archive, int) else os.fsdecode(archive),
            kind=kind, policy=policy or ExtractPolicy(), on_found=on_found,
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
        from cutaway.save_device import save_device  # noqa: PLC0415 each program pays only for what it does

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
        from cutaway.insertion.job import copy_in  # noqa: PLC0415 each program pays only for what it does
        from cutaway.insertion.policy import InsertPolicy  # noqa: PLC0415 few programs need it

        token = CancelToken()
        work = copy_in(
            Runner(self._core, token), host_paths(localpaths), remotedirectory,
            policy=policy or InsertPolicy(), durable=self._is_durable(), on_progress=on_progress,
        )  # fmt: skip
        return self._wait(work, token)

    def copy_across(
        self,
        remotepaths: GuestPath | Sequence[GuestPath],
        target: HandleTransfers,
        remotedirectory: GuestPath,
        *,
        conflict: Conflict = "rename",
        on_progress: ProgressCallback | None = None,
    ) -> InsertReport:
        """Copy files and folders of this handle's image into a directory of another handle's, or of the same.

        Nothing of it gets a name on the host. `cancel` of this handle stops the first half, of the target the second.

        Raises:
            GuestError, DestinationError, Cancelled, CallInterrupted: nothing is left in the target.
            DriveError: the target writes to a file that this image consists of.
        """
        from cutaway.insertion.across import Crossing  # noqa: PLC0415 each program pays only for what it does

        self.refuse_to_change(target)
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
