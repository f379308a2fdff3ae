"""copy_out: files and whole folders from the image into a folder of the host.

Walk, plan, check the space, build everything in a hidden folder, and move it to its names at the end: a failure or a
cancellation leaves nothing. Runs in the worker's event loop; file-system work of a small batch blocks it briefly.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from cutaway.calls import AllCalls
from cutaway.errors import EngineError, ProtocolError
from cutaway.protocol.declaration import GuestPath
from cutaway.records import Stat, TreeEntry
from cutaway.transfer.builder import TreeBuilder
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.journal import clean_leftovers
from cutaway.transfer.placing import Destination
from cutaway.transfer.plan import LeftOut, Plan, Planner
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


@dataclass(slots=True)
class _Root:
    """One path that the person asked for."""

    path: bytes
    name: bytes
    staged: bytes
    plan: Plan = field(default_factory=Plan)


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


class _Job:
    """One extraction."""

    def __init__(
        self, runner: CallRunner, destination: Destination, policy: ExtractPolicy, on_progress: ProgressCallback | None
    ) -> None:
        self._runner = runner
        self._destination = destination
        self._policy = policy
        self._on_progress = on_progress
        self._skipped: list[LeftOut] = []

    async def run(self, paths: Sequence[bytes]) -> ExtractReport:
        roots = [_Root(path, _name_of(path), b"%d" % number) for number, path in enumerate(paths)]
        label = os.fsdecode(roots[0].name) if roots else "nothing"
        staging = Staging(self._destination.folder, label, self._policy)
        try:
            return await self._fill(staging, roots)
        finally:
            await asyncio.to_thread(staging.remove)

    async def _fill(self, staging: Staging, roots: list[_Root]) -> ExtractReport:
        wanted = [root for root in roots if await self._plan(root)]
        meter = Meter(
            self._on_progress,
            sum(root.plan.files_total for root in wanted),
            sum(root.plan.bytes_total for root in wanted),
        )
        self._destination.check_space(sum(root.plan.space_needed for root in wanted))
        builders = []
        for root in wanted:
            builder = TreeBuilder(self._runner, staging, root.path, root.staged, root.plan, meter)
            await builder.build()
            builders.append(builder)
        placed = self._place_all(
            staging, [pair for pair in zip(wanted, builders, strict=True) if b"" not in pair[1].lost]
        )
        meter.finish()
        return ExtractReport(
            destination_paths=tuple(self._destination.path_of(name) for name in placed),
            files=sum(builder.files_made for builder in builders),
            bytes=meter.bytes,
            skipped=tuple(self._skipped),
            failures=tuple(failure for builder in builders for failure in builder.failures),
        )

    async def _plan(self, root: _Root) -> bool:
        """Find out what a root holds; return whether there is something to do."""
        status: Stat = await self._runner.run(AllCalls.lstat, {"path": root.path})
        if self._policy.conflict == "skip" and self._destination.has(root.name):
            self._skip(root)
            return False
        self._destination.check(root.name, is_folder=status.is_dir, conflict=self._policy.conflict)
        planner = Planner(root.path, self._policy)
        if status.is_dir:
            await self._runner.run(AllCalls.walk, {"directory": root.path}, on_page=planner.add)
            if not planner.plan.folders:
                raise ProtocolError(f"the walk of {root.path!r} does not begin with the folder itself")
        else:
            target = await self._runner.run(AllCalls.readlink, {"path": root.path}) if status.is_symlink else b""
            planner.add([TreeEntry(b"", status, target)])
        root.plan = planner.plan
        self._skipped += root.plan.left_out
        return not root.plan.is_empty

    def _skip(self, root: _Root) -> None:
        self._skipped.append(LeftOut(root.path, f"{self._destination.path_of(root.name)} exists"))

    def _place_all(self, staging: Staging, built: list[tuple[_Root, TreeBuilder]]) -> list[bytes]:
        """Move everything to its name, or nothing."""
        placed: list[tuple[_Root, bytes]] = []
        folders = {root.staged: staging.open_folder(root.staged) for root, builder in built if builder.is_folder}
        try:
            for root, builder in built:
                if (name := self._place(staging, root, builder, {name for _, name in placed})) is not None:
                    placed.append((root, name))
            for root, _ in placed:
                if root.staged in folders:
                    staging.finish_opened_folder(folders[root.staged], root.plan.folders[0].stat)
        except BaseException:
            for root, name in placed:
                self._destination.take_back(staging.descriptor, root.staged, name)
            raise
        finally:
            for descriptor in folders.values():
                os.close(descriptor)
        return [name for _, name in placed]

    def _place(self, staging: Staging, root: _Root, builder: TreeBuilder, ours: set[bytes]) -> bytes | None:
        conflict = "rename" if root.name in ours else self._policy.conflict
        name = self._destination.place(
            staging.descriptor, root.staged, root.name, is_folder=builder.is_folder, conflict=conflict
        )
        if name is None:
            self._skip(root)
        return name


def _bytes_of(path: GuestPath) -> bytes:
    written = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return written.rstrip(b"/") or b"/"


def _name_of(path: bytes) -> bytes:
    """Return the name of a root on the host; the root of the image has none of its own."""
    return safe_name(path.rpartition(b"/")[2] or b"root")
