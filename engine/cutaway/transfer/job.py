"""copy_out: files and whole folders from the image into a folder of the host.

Everything is listed, copied meanwhile, built in a hidden folder, and moved to its names at the end: a failure or a
cancellation leaves nothing. Runs in the worker's event loop; file-system work of a small batch blocks it briefly.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from cutaway.calls import AllCalls
from cutaway.errors import CallInterrupted, EngineError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.control import TransferControl
from cutaway.transfer.directory_job import DirectoryJob, Tools
from cutaway.transfer.drive_access import Drives, opened_drives
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.host_names import Renamed
from cutaway.transfer.journal import Unfinished, clean_leftovers
from cutaway.transfer.manifest import Manifest
from cutaway.transfer.not_kept import Losses, NotKept
from cutaway.transfer.placing import Destination
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import Meter, ProgressCallback, TransferProgress
from cutaway.transfer.proof import write_checksums
from cutaway.transfer.roots import Root, roots_of, told_apart
from cutaway.transfer.staging import Staging

__all__ = [
    "CallRunner", "ExtractOptions", "ExtractReport", "LeftOut", "ProgressCallback", "TransferProgress", "copy_out",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What an extraction has done.

    Attributes:
        destination_paths: Where each root went, in the order asked for; without those left out.
        files: How many regular files were made, second names included.
        bytes: How many bytes came, holes included.
        skipped: What was left out by the policy.
        failures: What could not be read in the image, or not be made on the host.
        renamed: What got another name than its own, below what was asked for.
        not_kept: Attributes and owners that the destination did not take, or that could not be had.
    """

    destination_paths: tuple[str, ...]
    files: int
    bytes: int
    skipped: tuple[LeftOut, ...]
    failures: tuple[LeftOut, ...]
    renamed: tuple[Renamed, ...] = ()
    not_kept: tuple[NotKept, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """How an extraction is carried out; the rules are in the policy.

    Attributes:
        on_progress: Called in the worker's thread, not too often, and at the end.
        control: Holds it, and lets it go on.
        restarts: How many times an appliance that died is started again, to go on where it was.
        on_restart: Called in the worker's thread when that happens, with what ended it.
        work: What the extraction is, as JSON, so that it can be gone on with when this process has been killed; it is
            found again by `unfinished`. None: what a killed process leaves is removed by the next extraction.
        resume: What a killed process has left, to go on with.
        verify: Compare the SHA-256 of every file with one that the guest makes; one that differs is a failure.
        checksums: A new file of the host for the SHA-256 of every file, as `sha256sum -c` reads it.
        manifest: A new file of the host for all that was found in the image; see `cutaway.transfer.manifest`.
    """

    on_progress: ProgressCallback | None = None
    control: TransferControl | None = None
    restarts: int = 0
    on_restart: Callable[[CallInterrupted], None] | None = None
    work: Mapping[str, Any] | None = None
    resume: Unfinished | None = None
    verify: bool = False
    checksums: str = ""
    manifest: str = ""


async def copy_out(
    runner: CallRunner,
    remotepaths: Sequence[GuestPath],
    localdirectory: str,
    *,
    policy: ExtractPolicy,
    options: ExtractOptions,
) -> ExtractReport:
    """Copy files and folders out of the image into a folder of the host, under their own names.

    What extractions of killed processes have left behind, wherever it is, is removed first, unless it can be gone on
    with.

    Args:
        runner: Makes the calls.
        remotepaths: Absolute paths in the image. Links are copied as links.
        localdirectory: An existing folder.
        policy: The rules.
        options: How it is carried out.

    Raises:
        DestinationError: the host's folder cannot be written, is full, or the policy does not allow it.
        GuestError: a path is not there. Files that cannot be read do not raise, they are reported.
        Cancelled, CallInterrupted, ProtocolError: nothing is left on the host.
    """
    clean_leftovers()
    destination = Destination(localdirectory)
    try:
        with runner.current():
            return await _Job(runner, destination, policy, options).run(remotepaths)
    except EngineError:
        raise
    except OSError as error:
        raise destination_error(localdirectory, error) from error
    finally:
        destination.close()


class _Job:
    """One extraction."""

    def __init__(
        self, runner: CallRunner, destination: Destination, policy: ExtractPolicy, options: ExtractOptions
    ) -> None:
        self._runner = runner
        self._destination = destination
        self._policy = policy
        self._options = options
        self._control = options.control or TransferControl()
        self._meter = Meter(options.on_progress)
        self._skipped: list[LeftOut] = []
        self._needed = 0
        self._losses = Losses()
        self._manifest: Manifest | None = None

    async def run(self, paths: Sequence[GuestPath]) -> ExtractReport:
        roots = roots_of(paths, self._policy)
        label = os.fsdecode(roots[0].host_name) if roots else "nothing"
        self._manifest = Manifest(self._options.manifest) if self._options.manifest else None
        staging = Staging(self._destination.folder, label, self._policy, self._options.work)
        try:
            if self._options.resume is not None:
                staging.adopt(self._options.resume)
            if staging.folds_case or self._policy.fold_case:
                roots = told_apart(roots)
            wanted = [root for root in roots if not self._is_skipped(root)]
            jobs = await self._fetch_all(staging, wanted)
            return await self._finish(staging, wanted, jobs)
        finally:
            self._control.end()
            if self._manifest is not None:
                self._manifest.discard()
            await asyncio.to_thread(staging.remove)

    async def _fetch_all(self, staging: Staging, wanted: list[Root]) -> dict[bytes, DirectoryJob]:
        """Get everything into the hidden folder; start the appliance again if it dies, as often as is allowed."""
        is_resumed = self._options.resume is not None
        mounts = await self._runner.run(AllCalls.mount_table, {}) if self._options.restarts else []
        for left in reversed(range(self._options.restarts + 1)):
            try:
                return await self._fetch(staging, wanted, is_resumed=is_resumed)
            except CallInterrupted as error:
                if not left or self._runner.is_unwanted:
                    raise
                if self._options.on_restart is not None:
                    self._options.on_restart(error)
                await self._runner.restart(mounts)
                is_resumed = True
                self._meter.restart()
                if self._manifest is not None:
                    self._manifest.restart()
                self._needed = 0
                self._losses.clear()
        raise AssertionError("the last attempt either returns or raises")

    async def _fetch(self, staging: Staging, wanted: list[Root], *, is_resumed: bool) -> dict[bytes, DirectoryJob]:
        jobs: dict[bytes, DirectoryJob] = {}
        tools = Tools(self._runner, staging, self._policy, self._meter, self._control, self._manifest, self._losses)
        async with self._drives() as drives:
            directories = list(dict.fromkeys(root.directory for root in wanted))
            for directory in directories:
                names = [root.name for root in wanted if root.directory == directory]
                job = jobs[directory] = DirectoryJob(tools, b"%d" % len(jobs), directory, names)
                await job.check(self._destination)
                on_listed = self._meter.counted if directory == directories[-1] else _nothing
                await job.run(drives, self._on_space, on_listed, is_resumed=is_resumed)
        return jobs

    async def _finish(self, staging: Staging, wanted: list[Root], jobs: dict[bytes, DirectoryJob]) -> ExtractReport:
        for job in jobs.values():
            await job.finish()
            if self._options.verify:
                await job.verify()
        await asyncio.sleep(0)  # the last moment at which a cancellation is heard
        self._runner.check("the extraction")
        placed = self._place_all(staging, [(root, jobs[root.directory]) for root in wanted])
        await self._write_lists([self._destination.path_of(name) for name in placed])
        self._meter.finish()
        return ExtractReport(
            destination_paths=tuple(self._destination.path_of(name) for name in placed),
            files=self._meter.files,
            bytes=self._meter.bytes,
            skipped=(*self._skipped, *(item for job in jobs.values() for item in job.left_out)),
            failures=tuple(failure for job in jobs.values() for failure in job.failures),
            renamed=tuple(one for job in jobs.values() for one in job.renamed),
            not_kept=self._losses.all(),
        )

    async def _write_lists(self, placed: list[str]) -> None:
        """Write what was wished for about what is in its place now."""
        if self._options.checksums:
            await asyncio.to_thread(
                write_checksums, self._options.checksums, self._destination.folder, placed,
                lambda: self._runner.check("the list of checksums"),
            )  # fmt: skip
        if self._manifest is not None:
            self._manifest.commit()

    def _drives(self) -> AbstractAsyncContextManager[Drives]:
        if not self._policy.read_drives:
            return nullcontext({})
        return opened_drives(self._runner, len(self._runner.serials()))

    def _is_skipped(self, root: Root) -> bool:
        if self._policy.conflict == "skip" and self._destination.has(root.host_name):
            self._skip(root)
            return True
        return False

    def _skip(self, root: Root) -> None:
        self._skipped.append(LeftOut(root.path, f"{self._destination.path_of(root.host_name)} exists"))

    def _on_space(self, needed: int) -> None:
        """Add what is needed of the disk to what was before, and look whether it is there."""
        self._needed += needed
        self._destination.check_space(self._needed)

    def _place_all(self, staging: Staging, built: list[tuple[Root, DirectoryJob]]) -> list[bytes]:
        """Move everything to its name, or nothing."""
        placed: list[tuple[Root, DirectoryJob, bytes]] = []
        made = [(root, job) for root, job in built if job.has(root.name)]
        folders = {
            root: staging.open_folder(job.staged(root.name)) for root, job in made if job.folder(root.name) is not None
        }
        try:
            for root, job in made:
                name = self._place(staging, root, job, {name for _, _, name in placed})
                if name is not None:
                    placed.append((root, job, name))
            for root, job, _ in placed:
                if root in folders:
                    job.finish_root(root.name, folders[root])
        except BaseException:
            for root, job, name in placed:
                self._destination.take_back(staging.descriptor, job.staged(root.name), name)
            raise
        finally:
            for descriptor in folders.values():
                os.close(descriptor)
        return [name for _, _, name in placed]

    def _place(self, staging: Staging, root: Root, job: DirectoryJob, ours: set[bytes]) -> bytes | None:
        conflict = "rename" if root.host_name in ours else self._policy.conflict
        is_folder = job.folder(root.name) is not None
        name = self._destination.place(
            staging.descriptor, job.staged(root.name), root.host_name, is_folder=is_folder, conflict=conflict
        )
        if name is None:
            self._skip(root)
        return name


def _nothing() -> None:
    """There is more to come."""
