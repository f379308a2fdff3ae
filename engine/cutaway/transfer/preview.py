"""What an extraction would do: the trees are listed and decided about by its own rules, and nothing is written.

In the worker's event loop. What cannot be known before, such as files that cannot be read or attributes that the
destination does not take, is not here.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cutaway.calls import AllCalls
from cutaway.protocol.declaration import GuestPath
from cutaway.records import ExportItem, Stat, TreeEntry
from cutaway.transfer.archive_format import ArchiveFormat, kind_of
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.host_names import HostNames
from cutaway.transfer.own_files import refuse_own_files
from cutaway.transfer.plan import LeftOut, Planner
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.preview_places import ArchivePlace, FolderPlace, Outcome, Place, PreviewRoot
from cutaway.transfer.roots import Root, roots_of, told_apart
from cutaway.transfer.sink import Target

__all__ = [
    "ExtractPreview", "Found", "Kind", "Outcome", "PreviewNote", "PreviewRoot", "preview", "preview_archive",
]  # fmt: skip

#: So many of each kind are told.
EXAMPLES = 20
#: What a person may want to know of entries below it.
Kind = Literal["link left out", "special left out", "name left out", "renamed", "rights dropped", "other left out"]
_RIGHTS = stat.S_ISUID | stat.S_ISGID
Found = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PreviewNote:
    """Entries of which a person should know, all for one reason of a kind.

    Attributes:
        count: How many.
        examples: The first of them, with the reason, or for those that are renamed the new name.
    """

    kind: Kind
    count: int
    examples: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class ExtractPreview:
    """What an extraction would do.

    Attributes:
        roots: What was asked for, in that order.
        files: Regular files, without second names.
        second_names: Hard links.
        bytes: Content of the files, holes included.
        needed: Bytes of the disk that this takes, holes not included; in an archive before anything is compressed.
        free: Bytes that the destination has; None if nobody can tell.
        folds_case: Whether the destination takes names that differ only by case for one.
        notes: What is left out, renamed or changed.
        trouble: Why the extraction would fail as a whole; empty if nothing is known against it.
    """

    roots: tuple[PreviewRoot, ...]
    files: int
    folders: int
    links: int
    specials: int
    second_names: int
    bytes: int
    needed: int
    free: int | None
    folds_case: bool
    notes: tuple[PreviewNote, ...]
    trouble: str = ""


async def preview(
    runner: CallRunner,
    remotepaths: Sequence[GuestPath],
    localdirectory: str,
    *,
    policy: ExtractPolicy,
    on_found: Found | None = None,
) -> ExtractPreview:
    """List what `copy_out` would extract, and say what would become of it. Nothing is written.

    Args:
        runner: Makes the calls.
        remotepaths: As for `copy_out`.
        localdirectory: An existing folder.
        policy: The rules.
        on_found: Told files and bytes found so far, in the worker's thread.

    Raises:
        DestinationError: the folder is not there.
        GuestError, Cancelled, CallInterrupted.
    """
    place = FolderPlace(localdirectory, policy, runner.image_files())
    return await _previewed(runner, place, remotepaths, policy, on_found)


async def preview_archive(
    runner: CallRunner,
    remotepaths: Sequence[GuestPath],
    archive: Target,
    *,
    kind: ArchiveFormat | None,
    policy: ExtractPolicy,
    on_found: Found | None = None,
) -> ExtractPreview:
    """List what `archive_out` would pack, and say what would become of it. Nothing is written.

    Args:
        runner: Makes the calls.
        remotepaths: As for `archive_out`.
        archive: A path, or an open descriptor.
        kind: Its format; None: the name tells.
        policy: The rules.
        on_found: Told files and bytes found so far, in the worker's thread.

    Raises:
        ValueError: the name tells no format.
        DestinationError: the archive's folder is not there, or it is the image itself.
        GuestError, Cancelled, CallInterrupted.
    """
    found = kind_of(archive, kind)
    refuse_own_files(runner.image_files(), archive)
    return await _previewed(runner, ArchivePlace(archive, found, policy), remotepaths, policy, on_found)


async def _previewed(
    runner: CallRunner, place: Place, paths: Sequence[GuestPath], policy: ExtractPolicy, on_found: Found | None
) -> ExtractPreview:
    try:
        with runner.current():
            return await _Preview(runner, place, policy, on_found).run(roots_of(paths, policy))
    finally:
        place.close()


@dataclass(slots=True)
class _Count:
    """What has been found."""

    kinds: dict[int, int] = field(default_factory=dict)
    size: int = 0
    needed: int = 0
    second_names: int = 0
    notes: dict[Kind, tuple[int, list[LeftOut]]] = field(default_factory=dict)

    def note(self, kind: Kind, path: bytes, reason: str) -> None:
        count, examples = self.notes.get(kind, (0, []))
        if len(examples) < EXAMPLES:
            examples.append(LeftOut(path, reason))
        self.notes[kind] = count + 1, examples

    def of(self, *kinds: int) -> int:
        return sum(self.kinds.get(kind, 0) for kind in kinds)


class _Preview:
    """One preview."""

    def __init__(self, runner: CallRunner, place: Place, policy: ExtractPolicy, on_found: Found | None) -> None:
        self._runner = runner
        self._place = place
        self._policy = policy
        self._on_found = on_found
        self._count = _Count()

    async def run(self, roots: list[Root]) -> ExtractPreview:
        if self._place.folds_case or self._policy.fold_case:
            roots = told_apart(roots)
        shown = []
        for root in roots:
            status: Stat = await self._runner.run(AllCalls.lstat, {"path": root.path})
            shown.append(self._place.root(root, is_folder=status.is_dir))
        for directory in dict.fromkeys(root.directory for root in roots):
            wanted = [
                root for root, one in zip(roots, shown, strict=True)
                if root.directory == directory and one.outcome != "skipped"
            ]  # fmt: skip
            await self._count_all(directory, wanted)
        return self._result(tuple(shown))

    async def _count_all(self, directory: bytes, roots: list[Root]) -> None:
        given = {root.name: root.host_name for root in roots}
        planner = Planner(directory, given, self._policy, keeps_second_names=self._place.keeps_second_names)
        names = HostNames(self._policy, folds_case=self._place.folds_case, given=given)

        def take(page: list[TreeEntry]) -> None:
            for entry in page:
                path = b"/".join(part for part in (root.name, entry.path) if part)
                self._take(planner, names, path, entry)
            if self._on_found is not None:
                self._on_found(self._count.of(stat.S_IFREG), self._count.size)

        for root in roots:
            await self._runner.run(AllCalls.walk, {"directory": root.path}, on_page=take)

    def _take(self, planner: Planner, names: HostNames, path: bytes, entry: TreeEntry) -> None:
        status, before = entry.stat, planner.left_out_count
        planned = planner.decide(ExportItem(path, status, entry.target), status)
        whole = planner.path_of(path)
        if planned is None and not planner.is_another_name(path):
            if planner.left_out_count > before:
                reason = planner.left_out_reason
                self._count.note(_kind_of(status, reason), whole, reason)
            return
        if reason := self._place.why_not(status.mode):
            self._count.note(_kind_of(status, reason), whole, reason)
            return
        names.take(path, is_folder=status.is_dir)
        if name := names.renamed_to(path):
            self._count.note("renamed", whole, name.decode("utf-8", "backslashreplace"))
        if status.mode & _RIGHTS and status.is_file:
            self._count.note("rights dropped", whole, _rights(status.mode))
        self._add(status, is_second=planned is None)

    def _add(self, status: Stat, *, is_second: bool) -> None:
        count = self._count
        if is_second:
            count.second_names += 1
            return
        kind = stat.S_IFMT(status.mode)
        count.kinds[kind] = count.kinds.get(kind, 0) + 1
        if status.is_file:
            size = max(0, status.size)
            count.size += size
            count.needed += min(size, max(0, status.blocks) * 512)

    def _result(self, roots: tuple[PreviewRoot, ...]) -> ExtractPreview:
        count, free = self._count, self._place.free_space()
        return ExtractPreview(
            roots, count.of(stat.S_IFREG), count.of(stat.S_IFDIR), count.of(stat.S_IFLNK),
            count.of(stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK), count.second_names,
            count.size, count.needed, free, self._place.folds_case,
            tuple(PreviewNote(kind, number, tuple(examples)) for kind, (number, examples) in count.notes.items()),
            self._trouble(roots),
        )  # fmt: skip

    def _trouble(self, roots: tuple[PreviewRoot, ...]) -> str:
        refused = next((root.reason for root in roots if root.outcome == "refused"), "")
        return refused or self._place.trouble(self._count.needed)


def _kind_of(status: Stat, reason: str) -> Kind:
    if reason.startswith("its name"):
        return "name left out"
    if status.is_symlink:
        return "link left out"
    return "other left out" if status.is_file or status.is_dir else "special left out"


def _rights(mode: int) -> str:
    found = [word for bit, word in ((stat.S_ISUID, "set-user-ID"), (stat.S_ISGID, "set-group-ID")) if mode & bit]
    return " and ".join(found)
