"""One extraction, whatever it goes into: everything is listed, fetched meanwhile, and finished as a whole.

Runs in the worker's event loop. A failure or a cancellation leaves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from cutaway.calls import AllCalls
from cutaway.errors import CallInterrupted
from cutaway.records import Stat
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.control import TransferControl
from cutaway.transfer.direct_copy import MakeWork
from cutaway.transfer.directory_job import DirectoryJob, Tools
from cutaway.transfer.drive_access import Drives, opened_drives
from cutaway.transfer.host_names import Renamed
from cutaway.transfer.journal import Unfinished
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.lists import Lists
from cutaway.transfer.not_kept import Losses, NotKept
from cutaway.transfer.outlet import Outlet
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import Meter, ProgressCallback
from cutaway.transfer.roots import Root, told_apart


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What an extraction has done.

    Attributes:
        destination_paths: Where each root went, in the order asked for, without those left out; the archive, if it
            went into one that has a name.
        files: How many regular files were made, second names included.
        bytes: How many bytes came, holes included.
        skipped: What was left out by the policy.
        failures: What could not be read in the image, or not be made on the host; `retry_out` tries these again.
        renamed: What got another name than its own, below what was asked for.
        not_kept: Attributes and owners that the destination did not take or cannot hold, or that could not be had.
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
        control: Holds it, and lets it go on; or lets what has been made stay, if it has `work`.
        restarts: How many times an appliance that died is started again, to go on where it was. An archive that is
            written to a pipe cannot be gone on with.
        on_restart: Called in the worker's thread when that happens, with what ended it.
        work: What the extraction is, as JSON, so that it can be gone on with when this process has been killed or has
            left it; it is found again by `unfinished`. None: what a killed process leaves is removed by the next
            extraction.
        resume: What a killed process has left, to go on with. Neither this nor `work` means anything to an archive.
        verify: Compare the SHA-256 of every file with one that the guest makes; one that differs is a failure.
        checksums: A new file of the host for the SHA-256 of every file, as `sha256sum -c` reads it.
        manifest: A new file of the host for all that was found in the image; see `cutaway.transfer.manifest`. Both
            lists are ended last: if that fails or is cancelled, what was extracted stays, as the error's remedy says.
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


class Target(Protocol):
    """What an extraction goes into.

    Attributes:
        make_work: Makes what the copying thread does.
        skipped: What the rule for names that are taken has left out.
    """

    make_work: MakeWork
    skipped: list[LeftOut]

    @property
    def outlet(self) -> Outlet:
        """What takes everything until it is complete."""
        ...

    @property
    def can_restart(self) -> bool:
        """Whether what has been made can be gone on with."""
        ...

    def admit(self, roots: Sequence[Root]) -> list[Root]:
        """Return which of these shall be fetched at all."""
        ...

    def is_taken(self, root: Root) -> bool:
        """Tell whether it matters for `check` what something is: something else has its name."""
        ...

    def check(self, root: Root, *, is_folder: bool) -> None:
        """Refuse before anything is copied what would be refused in the end."""
        ...

    def check_space(self, needed: int) -> None:
        """Raise DestinationError if so many bytes do not fit."""
        ...

    def path_of(self, root: Root) -> str:
        """Return where something was to be."""
        ...

    async def finish(self, built: list[tuple[Root, DirectoryJob]], check: Callable[[], None]) -> dict[Root, str]:
        """Let everything appear, or nothing; return where each is. `check` raises Cancelled if that is wished."""
        ...

    def destination_paths(self, placed: Mapping[Root, str]) -> tuple[str, ...]:
        """Return where on the host what was extracted lies now."""
        ...

    async def write_checksums(self, sums: ListFile, placed: Sequence[str], check: Callable[[], None]) -> None:
        """Add the SHA-256 of what is in its place now."""
        ...


class Extraction:
    """One extraction.

    Args:
        runner: Makes the calls.
        target: What it goes into; stays the caller's.
        policy: The rules.
        options: How it is carried out.

    Raises:
        DestinationError: a list that is wished cannot be written.
    """

    def __init__(self, runner: CallRunner, target: Target, policy: ExtractPolicy, options: ExtractOptions) -> None:
        self._runner = runner
        self._target = target
        self._policy = policy
        self._options = options
        self._control = options.control or TransferControl()
        self._meter = Meter(options.on_progress)
        self._needed = 0
        self._losses = Losses()
        self._lists = Lists(runner, options.checksums, options.manifest)

    async def run(self, roots: Sequence[Root]) -> ExtractReport:
        """Carry it out.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted, ProtocolError: as `copy_out`.
            OSError: the target cannot be written.
        """
        try:
            is_folded = self._target.outlet.folds_case or self._policy.fold_case
            wanted = self._target.admit(told_apart(roots) if is_folded else roots)
            jobs = await self._fetch_all(wanted)
            return await self._finish(wanted, jobs)
        finally:
            self._control.end()
            self._lists.discard()

    async def _fetch_all(self, wanted: list[Root]) -> dict[bytes, DirectoryJob]:
        """Get everything into the outlet; start the appliance again if it dies, as often as is allowed."""
        is_resumed = self._options.resume is not None
        restarts = self._options.restarts if self._target.can_restart else 0
        mounts = await self._runner.run(AllCalls.mount_table, {}) if restarts else []
        for left in reversed(range(restarts + 1)):
            try:
                return await self._fetch(wanted, is_resumed=is_resumed)
            except CallInterrupted as error:
                if not left or self._runner.is_unwanted or not await self._runner.has_died():
                    raise
                if self._options.on_restart is not None:
                    self._options.on_restart(error)
                await self._runner.restart(mounts)
                is_resumed = True
                self._meter.restart()
                self._lists.restart()
                self._needed = 0
                self._losses.clear()
        raise AssertionError("the last attempt either returns or raises")

    async def _fetch(self, wanted: list[Root], *, is_resumed: bool) -> dict[bytes, DirectoryJob]:
        jobs: dict[bytes, DirectoryJob] = {}
        tools = self._tools()
        async with self._drives() as drives:
            directories = list(dict.fromkeys(root.directory for root in wanted))
            for directory in directories:
                roots = [root for root in wanted if root.directory == directory]
                await self._check(directory, roots)
                job = jobs[directory] = DirectoryJob(tools, b"%d" % len(jobs), directory, roots)
                on_listed = self._meter.counted if directory == directories[-1] else _nothing
                await job.run(drives, self._on_space, on_listed, is_resumed=is_resumed)
        return jobs

    def _tools(self) -> Tools:
        return Tools(
            self._runner, self._target.outlet, self._target.make_work, self._policy, self._meter, self._control,
            self._lists.manifest, self._losses,
        )  # fmt: skip

    async def _check(self, directory: bytes, roots: Sequence[Root]) -> None:
        """Refuse before anything is copied what would be refused in the end."""
        taken = [root for root in roots if self._target.is_taken(root)]
        found: list[Stat | None] = []
        if taken:  # else the guest is not asked: an answer costs it 10 ms under emulation
            arguments = {"path": directory, "names": [root.name or b"." for root in taken]}
            found = await self._runner.run(AllCalls.lstatnslist, arguments)
        folders = {root for root, status in zip(taken, found, strict=True) if status is not None and status.is_dir}
        missing = {root for root, status in zip(taken, found, strict=True) if status is None}
        for root in roots:
            if root not in missing:
                self._target.check(root, is_folder=root in folders)

    async def _finish(self, wanted: list[Root], jobs: dict[bytes, DirectoryJob]) -> ExtractReport:
        for job in jobs.values():
            await job.complete()
            if self._options.verify:
                await job.verify()
            await job.end_folders()
        self._lists.flush()
        await asyncio.sleep(0)  # the last moment at which a cancellation is heard
        placed = await self._let_appear([(root, jobs[root.directory]) for root in wanted])
        there = [placed[root] for root in wanted if root in placed]
        is_there = bool(self._target.destination_paths(placed))
        await self._lists.write(lambda sums, check: self._target.write_checksums(sums, there, check), is_there=is_there)
        self._meter.finish()
        return ExtractReport(
            destination_paths=self._target.destination_paths(placed),
            files=self._meter.files,
            bytes=self._meter.bytes,
            skipped=(*self._target.skipped, *(item for job in jobs.values() for item in job.left_out)),
            failures=tuple(self._failures(wanted, jobs, placed)),
            renamed=tuple(one for job in jobs.values() for one in job.renamed),
            not_kept=self._losses.all(),
        )

    async def _let_appear(self, built: list[tuple[Root, DirectoryJob]]) -> dict[Root, str]:
        """Let everything appear; a cancellation reaches also what waits for the reader of a pipe."""

        def check() -> None:
            self._runner.check("the extraction")

        with self._runner.beside(self._target.outlet.give_up):
            try:
                return await self._target.finish(built, check)
            except OSError:
                check()
                raise

    def _failures(
        self, wanted: list[Root], jobs: dict[bytes, DirectoryJob], placed: Mapping[Root, str]
    ) -> list[LeftOut]:
        """Return what could not be had, with its place on the host."""
        failures: list[LeftOut] = []
        for directory, job in jobs.items():
            places = {
                root.name: placed.get(root) or self._target.path_of(root)
                for root in wanted if root.directory == directory
            }  # fmt: skip
            failures += job.failures(places)
        return failures

    def _drives(self) -> AbstractAsyncContextManager[Drives]:
        if not self._policy.read_drives:
            return nullcontext({})
        return opened_drives(self._runner, len(self._runner.serials()))

    def _on_space(self, needed: int) -> None:
        """Add what is needed of the disk to what was before, and look whether it is there."""
        self._needed += needed
        self._target.check_space(self._needed)


def _nothing() -> None:
    """There is more to come."""
