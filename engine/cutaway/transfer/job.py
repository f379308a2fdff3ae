"""copy_out: files and whole folders from the image into a folder of the host.

Everything is listed, copied meanwhile, built in a hidden folder, and moved to its names at the end: a failure or a
cancellation leaves nothing. Runs in the worker's event loop; file-system work of a small batch blocks it briefly.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cutaway.errors import EngineError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.directory_job import DirectoryJob
from cutaway.transfer.drive_access import drive_access
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.journal import clean_leftovers
from cutaway.transfer.placing import Destination
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy, safe_name
from cutaway.transfer.progress import Meter, ProgressCallback, TransferProgress
from cutaway.transfer.staging import Staging

__all__ = ["CallRunner", "ExtractReport", "LeftOut", "ProgressCallback", "TransferProgress", "copy_out"]


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What an extraction has done.

    Attributes:
        destination_paths: Where each root went, in the order asked for; without those left out.
        files: How many regular files were made, second names included.
        bytes: How many bytes came, holes included.
        skipped: What was left out by the policy.
        failures: What could not be read in the image, or not be made on the host.
    """

    destination_paths: tuple[str, ...]
    files: int
    bytes: int
    skipped: tuple[LeftOut, ...]
    failures: tuple[LeftOut, ...]


async def copy_out(
    runner: CallRunner,
    remotepaths: Sequence[GuestPath],
    localdirectory: str,
    *,
    policy: ExtractPolicy,
    on_progress: ProgressCallback | None = None,
) -> ExtractReport:
    """Copy files and folders out of the image into a folder of the host, under their own names.

    What extractions of killed processes have left behind, wherever it is, is removed first.

    Args:
        runner: Makes the calls.
        remotepaths: Absolute paths in the image. Links are copied as links.
        localdirectory: An existing folder.
        policy: The rules.
        on_progress: Called in the worker's thread, not too often, and at the end.

    Raises:
        DestinationError: the host's folder cannot be written, is full, or the policy does not allow it.
        GuestError: a path is not there. Files that cannot be read do not raise, they are reported.
        Cancelled, CallInterrupted, ProtocolError: nothing is left on the host.
    """
    clean_leftovers()
    destination = Destination(localdirectory)
    try:
        return await _Job(runner, destination, policy, on_progress).run([_bytes_of(path) for path in remotepaths])
    except EngineError:
        raise
    except OSError as error:
        raise destination_error(localdirectory, error) from error
    finally:
        destination.close()


@dataclass(frozen=True, slots=True)
class _Root:
    """One path that the person asked for: where it is, and what it is called in the image and on the host."""

    directory: bytes
    name: bytes
    host_name: bytes

    @property
    def path(self) -> bytes:
        return self.directory.rstrip(b"/") + b"/" + self.name


class _Job:
    """One extraction."""

    def __init__(
        self, runner: CallRunner, destination: Destination, policy: ExtractPolicy, on_progress: ProgressCallback | None
    ) -> None:
        self._runner = runner
        self._destination = destination
        self._policy = policy
        self._meter = Meter(on_progress)
        self._skipped: list[LeftOut] = []
        self._needed = 0

    async def run(self, paths: Sequence[bytes]) -> ExtractReport:
        roots = list(dict.fromkeys(_root_of(path) for path in paths))
        label = os.fsdecode(roots[0].host_name) if roots else "nothing"
        staging = Staging(self._destination.folder, label, self._policy)
        try:
            return await self._fill(staging, roots)
        finally:
            await asyncio.to_thread(staging.remove)

    async def _fill(self, staging: Staging, roots: list[_Root]) -> ExtractReport:
        jobs: dict[bytes, DirectoryJob] = {}
        wanted = [root for root in roots if not self._is_skipped(root)]
        async with drive_access(self._runner, enabled=self._policy.read_drives) as drives:
            for directory in dict.fromkeys(root.directory for root in wanted):
                names = [root.name for root in wanted if root.directory == directory]
                base = b"%d" % len(jobs)
                job = DirectoryJob(self._runner, staging, base, directory, names, self._policy, self._meter)
                jobs[directory] = job
                await job.check(self._destination)
                await job.run(drives, self._on_space)
        self._meter.counted()
        for job in jobs.values():
            await job.finish()
        placed = self._place_all(staging, [(root, jobs[root.directory]) for root in wanted])
        self._meter.finish()
        return ExtractReport(
            destination_paths=tuple(self._destination.path_of(name) for name in placed),
            files=self._meter.files,
            bytes=self._meter.bytes,
            skipped=(*self._skipped, *(item for job in jobs.values() for item in job.left_out)),
            failures=tuple(failure for job in jobs.values() for failure in job.failures),
        )

    def _is_skipped(self, root: _Root) -> bool:
        if self._policy.conflict == "skip" and self._destination.has(root.host_name):
            self._skip(root)
            return True
        return False

    def _skip(self, root: _Root) -> None:
        self._skipped.append(LeftOut(root.path, f"{self._destination.path_of(root.host_name)} exists"))

    def _on_space(self, needed: int) -> None:
        """Add what is needed of the disk to what was before, and look whether it is there."""
        self._needed += needed
        self._destination.check_space(self._needed)

    def _place_all(self, staging: Staging, built: list[tuple[_Root, DirectoryJob]]) -> list[bytes]:
        """Move everything to its name, or nothing."""
        placed: list[tuple[_Root, DirectoryJob, bytes]] = []
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
                if (folder := job.folder(root.name)) is not None:
                    staging.finish_opened_folder(folders[root], folder.stat, folder.xattrs)
        except BaseException:
            for root, job, name in placed:
                self._destination.take_back(staging.descriptor, job.staged(root.name), name)
            raise
        finally:
            for descriptor in folders.values():
                os.close(descriptor)
        return [name for _, _, name in placed]

    def _place(self, staging: Staging, root: _Root, job: DirectoryJob, ours: set[bytes]) -> bytes | None:
        conflict = "rename" if root.host_name in ours else self._policy.conflict
        is_folder = job.folder(root.name) is not None
        name = self._destination.place(
            staging.descriptor, job.staged(root.name), root.host_name, is_folder=is_folder, conflict=conflict
        )
        if name is None:
            self._skip(root)
        return name


def _bytes_of(path: GuestPath) -> bytes:
    written = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return written.rstrip(b"/") or b"/"


def _root_of(path: bytes) -> _Root:
    """Divide a path; the root of the image has no name of its own, nor has what is named by dots."""
    directory, _, name = path.rpartition(b"/")
    if name in {b"", b".", b".."}:
        return _Root(path, b"", safe_name(name or b"root"))
    return _Root(directory or b"/", name, safe_name(name))
