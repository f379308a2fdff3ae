"""What is extracted from one directory of the image: one call, its pages, its contents. In the worker's event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cutaway.calls import AllCalls
from cutaway.errors import Cancelled, EngineError, ProtocolError
from cutaway.records import ExportItem, Stat
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.control import TransferControl
from cutaway.transfer.copy_work import Copied
from cutaway.transfer.direct_copy import DirectCopier
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.host_names import HostNames, Renamed, root_name
from cutaway.transfer.intake import Intake
from cutaway.transfer.manifest import Manifest
from cutaway.transfer.not_kept import Losses, Refusals
from cutaway.transfer.placing import Destination
from cutaway.transfer.plan import LeftOut, Planned, Planner
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import Meter
from cutaway.transfer.proof import differing
from cutaway.transfer.second_reading import SecondReading
from cutaway.transfer.staging import Staging
from cutaway.transfer.streamed_files import StreamedFiles


@dataclass(frozen=True, slots=True)
class Tools:
    """What all parts of one extraction use.

    Attributes:
        runner: Makes the calls.
        staging: The hidden folder.
        policy: The rules.
        meter: Counts.
        control: Holds it.
        manifest: Lists everything, if wished.
        losses: Counts what cannot be kept.
    """

    runner: CallRunner
    staging: Staging
    policy: ExtractPolicy
    meter: Meter
    control: TransferControl
    manifest: Manifest | None
    losses: Losses


class DirectoryJob:
    """Some entries of one directory on their way to the host."""

    def __init__(self, tools: Tools, base: bytes, directory: bytes, names: Sequence[bytes]) -> None:
        """Begin.

        Args:
            tools: What it uses.
            base: A name in the hidden folder that is free.
            directory: The directory in the image.
            names: What to extract from it; an empty name is the directory itself.
        """
        self._tools = tools
        self._base = base
        self._directory = directory
        self._names = names
        self._planner = Planner(directory, names, tools.policy)
        self._host_names = HostNames(tools.policy, folds_case=tools.staging.folds_case)
        self._intake: Intake | None = None
        self._failure: EngineError | None = None
        self._on_listed: Callable[[], None] = _nothing
        self._doubted: list[Planned] = []

    @property
    def failures(self) -> list[LeftOut]:
        """What could not be had."""
        return [LeftOut(self._planner.path_of(path), reason) for path, reason in self._made.failures.items()]

    @property
    def left_out(self) -> list[LeftOut]:
        """What the policy left out."""
        return self._planner.left_out

    @property
    def renamed(self) -> list[Renamed]:
        """What got another name on the host, with whole paths in the image."""
        return [replace(one, path=self._planner.path_of(one.path)) for one in self._host_names.renamed]

    @property
    def _made(self) -> Intake:
        assert self._intake is not None  # noqa: S101 it has run
        return self._intake

    def has(self, name: bytes) -> bool:
        """Tell whether something of that name has been made."""
        return self._made.has(name)

    def staged(self, name: bytes) -> bytes:
        """Return where it is in the hidden folder."""
        return self._made.staged(name)

    def folder(self, name: bytes) -> Planned | None:
        """Return what is known of it if it is a folder."""
        return self._planner.folders.get(name)

    async def check(self, destination: Destination) -> None:
        """Refuse before anything is copied what would be refused in the end.

        Raises:
            DestinationError: a name is taken, and the rule does not allow that.
        """
        policy = self._tools.policy
        named = {
            name: root_name(name or self._directory.rpartition(b"/")[2] or b"root", policy) for name in self._names
        }
        taken = [name for name, host_name in named.items() if destination.has(host_name)]
        if policy.conflict in {"rename", "skip"} or not taken:
            return  # the guest is not asked: an answer costs it 10 ms under emulation
        arguments = {"path": self._directory, "names": [name or b"." for name in taken]}
        found: list[Stat | None] = await self._tools.runner.run(AllCalls.lstatnslist, arguments)
        for name, status in zip(taken, found, strict=True):
            if status is not None:
                destination.check(named[name], is_folder=status.is_dir, conflict=policy.conflict)

    async def run(
        self,
        drives: Drives,
        on_space: Callable[[int], None],
        on_listed: Callable[[], None],
        *,
        is_resumed: bool = False,
    ) -> None:
        """List and copy everything.

        Args:
            drives: A connection to each drive that the host can read, by its number.
            on_listed: Told when the totals are known.
            on_space: Told how many bytes of the disk are needed, page by page; raises if that is too much.
            is_resumed: Whether an earlier attempt may have made some of it.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted, ProtocolError: as `copy_out`.
        """
        tools = self._tools
        self._on_listed = on_listed
        self._doubted = []
        copier = DirectCopier(drives, tools.staging, self._on_copied, tools.runner.interrupt, tools.control)
        streamed = self._streamed_files(copier)
        self._intake = Intake(
            tools.staging,
            self._base,
            self._planner,
            copier,
            streamed,
            tools.meter,
            on_space,
            tools.manifest,
            self._host_names,
            tools.losses,
            is_resumed,
        )
        if b"" not in self._names:
            self._tools.staging.make_folder(self._base, may_exist=is_resumed)
        arguments = {
            "directory": self._directory, "names": list(self._names), "xattrs": self._tools.policy.keep_xattrs,
            "drives": [f"drive{number}" for number in drives], "filename": -1,
        }  # fmt: skip
        try:
            await self._tools.runner.run(
                AllCalls.export_tree, arguments, sink=streamed, on_page=self._take, on_bytes=streamed.moved
            )
        except Cancelled:
            if failure := self._failure or copier.failure:
                raise failure from None
            raise
        finally:
            await copier.close()
            streamed.close()
        if self._failure is not None:
            raise self._failure
        await self._read_again(copier)
        for name in self._names:
            if not self._made.knows(name):
                raise ProtocolError(f"the image does not list {self._planner.path_of(name)!r}, which it has")

    async def _read_again(self, copier: DirectCopier) -> None:
        """Have the guest read what was not as it should be."""
        tools = self._tools
        again = SecondReading(
            tools.runner,
            lambda: self._streamed_files(copier),
            self.staged,
            self._on_lost,
        )
        await again.fetch(self._doubted, self._planner.path_of)

    def _streamed_files(self, copier: DirectCopier) -> StreamedFiles:
        tools = self._tools
        return StreamedFiles(tools.staging, copier, tools.meter, self._on_lost, tools.control, self._on_not_kept)

    async def _take(self, items: list[ExportItem]) -> None:
        """Take a page; what is wrong with it ends the call, so that its channels are in step afterwards."""
        if self._failure is not None:
            return
        try:
            await self._made.take(items)
            if self._made.is_listed:
                self._on_listed()
        except EngineError as error:
            self._failure = error
        except OSError as error:
            self._failure = destination_error(self._directory.decode("utf-8", "backslashreplace"), error)
        if self._failure is not None:
            self._tools.runner.interrupt()

    def _on_copied(self, copied: Copied) -> None:
        if copied.current:
            self._tools.meter.current = self._planner.path_of(copied.current)
        self._tools.meter.files_done(copied.files)
        self._tools.meter.moved(copied.size)
        self._doubted += copied.doubted
        for entry, reason in copied.lost:
            self._on_lost(entry.path, reason)
        for entry, refusals in copied.not_kept:
            self._on_not_kept(entry.path, refusals)

    def _on_lost(self, path: bytes, reason: str) -> None:
        self._made.lose(path, reason)

    def _on_not_kept(self, path: bytes, refusals: Refusals) -> None:
        self._made.not_kept(path, refusals)

    def finish_root(self, name: bytes, descriptor: int) -> None:
        """Give a folder that was asked for its attributes, permissions and times, wherever it is by now."""
        folder = self._planner.folders[name]
        refusals = self._tools.staging.finish_opened_folder(descriptor, folder.stat, folder.xattrs)
        self._made.not_kept(name, refusals)

    async def finish(self) -> None:
        """Make what needs everything else to be there."""
        await self._made.finish()

    async def verify(self) -> None:
        """Compare every file with what the guest reads; one that differs is removed, and reported as a failure."""
        made = [name for name in self._names if self.has(name)]
        tools = self._tools
        for path in await differing(
            tools.runner, tools.staging, self._base, self._directory, made, self._host_names
        ):  # fmt: skip
            tools.staging.remove_file(self.staged(path))
            self._on_lost(path, "it was not the same when it was read again")


def _nothing() -> None:
    """Nobody wants to know."""
