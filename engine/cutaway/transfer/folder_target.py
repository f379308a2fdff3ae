"""A folder of the host as what an extraction goes into: built in a hidden folder, moved to its names at the end.

In the worker's thread. Files that were to be had again go into the folders in which the others lie already.
"""

from __future__ import annotations

import asyncio
import functools
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cutaway.transfer.copy_work import CopyWork
from cutaway.transfer.direct_copy import MakeWork
from cutaway.transfer.directory_job import DirectoryJob
from cutaway.transfer.journal import Unfinished
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.placing import Destination
from cutaway.transfer.plan import LeftOut, Planned
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.proof import write_checksums
from cutaway.transfer.roots import Root
from cutaway.transfer.staging import Staging

Built = list[tuple[Root, DirectoryJob]]


class FolderTarget:
    """An existing folder.

    Attributes:
        outlet: The hidden folder.
        make_work: Makes what the copying thread does.
        can_restart: Whether what has been made can be gone on with; it can.
        skipped: What the rule for names that are taken has left out.
    """

    can_restart = True

    def __init__(
        self,
        folder: str,
        label: str,
        policy: ExtractPolicy,
        work: Mapping[str, Any] | None = None,
        *,
        image_files: Sequence[str] = (),
    ) -> None:
        """Open the folder, and make the hidden one in it.

        Args:
            folder: Its path.
            label: What is extracted, for the hidden folder's name.
            policy: The rules.
            work: What could be gone on with after the death of this process; see `journal`.
            image_files: What is read, and so never replaced.

        Raises:
            DestinationError, OSError: it cannot be.
        """
        self._policy = policy
        self._destination = Destination(folder, image_files=image_files)
        self._below: dict[bytes, Destination] = {b"": self._destination}
        self.skipped: list[LeftOut] = []
        try:
            self.outlet = Staging(folder, label, policy, work)
        except BaseException:
            self._destination.close()
            raise
        self.make_work: MakeWork = functools.partial(CopyWork, self.outlet)

    def adopt(self, left: Unfinished) -> None:
        """Go on with what a killed process has left."""
        self.outlet.adopt(left)

    def admit(self, roots: Sequence[Root]) -> list[Root]:
        """Return which of these shall be fetched at all."""
        return [root for root in roots if not self._is_skipped(root)]

    def is_taken(self, root: Root) -> bool:
        """Tell whether it matters for `check` what something is: something else has its name."""
        return self._policy.conflict in {"fail", "replace"} and self._folder_of(root).has(root.host_name)

    def check(self, root: Root, *, is_folder: bool) -> None:
        """Refuse before anything is copied what would be refused in the end.

        Raises:
            DestinationError: a name is taken, and the rule does not allow that.
        """
        if not (root.is_again and is_folder):
            self._folder_of(root).check(root.host_name, is_folder=is_folder, conflict=self._policy.conflict)

    def check_space(self, needed: int) -> None:
        """Raise DestinationError if so many bytes do not fit."""
        self._destination.check_space(needed)

    def path_of(self, root: Root) -> str:
        """Return where something was to be."""
        return self._folder_of(root).path_of(root.host_name)

    def _folder_of(self, root: Root) -> Destination:
        if root.folder not in self._below:
            self._below[root.folder] = self._destination.below(root.folder)
        return self._below[root.folder]

    def _is_skipped(self, root: Root) -> bool:
        if self._policy.conflict == "skip" and not root.is_again and self._destination.has(root.host_name):
            self._skip(root)
            return True
        return False

    def _skip(self, root: Root) -> None:
        self.skipped.append(LeftOut(root.path, f"{self.path_of(root)} exists"))

    async def finish(self, built: Built, check: Callable[[], None]) -> dict[Root, str]:
        """Move everything to its name, or nothing; return where each is."""
        check()
        times = {root.folder: self._folder_of(root).times() for root, _ in built if root.folder}
        placed = self._place_all([(root, job) for root, job in built if job.has(root.name)])
        for folder, kept in times.items():
            self._below[folder].set_times(kept)
        return {root: self._folder_of(root).path_of(name) for root, name in placed.items()}

    def _place_all(self, built: Built) -> dict[Root, bytes]:
        placed: dict[Root, bytes] = {}
        ours: defaultdict[bytes, set[bytes]] = defaultdict(set)
        jobs = dict(built)
        folders = {root: self.outlet.open_folder(job.staged(root.name)) for root, job in built if _folder(root, job)}
        try:
            for root, job in built:
                name = self._place(root, job, ours[root.folder])
                if name is not None:
                    placed[root] = name
                    ours[root.folder].add(name)
            for root in placed:
                if (folder := _folder(root, jobs[root])) is not None:
                    refusals = self.outlet.finish_opened_folder(folders[root], folder.stat, folder.xattrs)
                    jobs[root].not_kept(root.name, refusals)
        except BaseException:
            for root, name in placed.items():
                if not self._is_merged(root, jobs[root]):
                    self._folder_of(root).take_back(self.outlet.descriptor, jobs[root].staged(root.name), name)
            raise
        finally:
            for descriptor in folders.values():
                os.close(descriptor)
        return placed

    def _is_merged(self, root: Root, job: DirectoryJob) -> bool:
        return root.is_again and _folder(root, job) is not None

    def _place(self, root: Root, job: DirectoryJob, ours: set[bytes]) -> bytes | None:
        destination, staged = self._folder_of(root), job.staged(root.name)
        if self._is_merged(root, job):
            destination.merge(self.outlet.descriptor, staged, root.host_name)
            return root.host_name
        conflict = "rename" if root.host_name in ours else self._policy.conflict
        is_folder = _folder(root, job) is not None
        name = destination.place(
            self.outlet.descriptor, staged, root.host_name, is_folder=is_folder, conflict=conflict
        )  # fmt: skip
        if name is None:
            self._skip(root)
        return name

    def destination_paths(self, placed: Mapping[Root, str]) -> tuple[str, ...]:
        """Return where each root lies now."""
        return tuple(placed.values())

    async def write_checksums(self, sums: ListFile, placed: Sequence[str], check: Callable[[], None]) -> None:
        """Add the SHA-256 of what is in its place now."""
        await asyncio.to_thread(write_checksums, sums, self._destination.folder, placed, check)

    async def close(self) -> None:
        """Remove what is not in its place."""
        self._close_destinations()
        await asyncio.to_thread(self.outlet.remove)

    def leave(self) -> None:
        """Let what has been made stay for another process, which finds it by the journal."""
        self._close_destinations()
        self.outlet.close()

    def _close_destinations(self) -> None:
        for destination in self._below.values():
            destination.close()


def _folder(root: Root, job: DirectoryJob) -> Planned | None:
    """Return what is known of a root if it is a folder."""
    return job.folder(root.name)
