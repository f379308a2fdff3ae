"""What is extracted from one directory of the image: one call, its pages, its contents. In the worker's event loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cutaway.calls import AllCalls
from cutaway.errors import Cancelled, EngineError, ProtocolError
from cutaway.records import ExportItem
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.control import TransferControl
from cutaway.transfer.copied import Copied
from cutaway.transfer.direct_copy import DirectCopier, MakeWork
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.host_names import HostNames, Renamed
from cutaway.transfer.intake import Intake
from cutaway.transfer.manifest import Manifest
from cutaway.transfer.not_kept import Losses, Refusals
from cutaway.transfer.outlet import Outlet
from cutaway.transfer.plan import LeftOut, Planned, Planner
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import Meter
from cutaway.transfer.proof import differing
from cutaway.transfer.roots import Root
from cutaway.transfer.second_reading import SecondReading
from cutaway.transfer.streamed_files import StreamedFiles


@dataclass(frozen=True, slots=True)
class Tools:
    """What all parts of one extraction use.

    Attributes:
        runner: Makes the calls.
        outlet: Where everything goes.
        make_work: Makes what the copying thread does.
        policy: The rules.
        meter: Counts.
        control: Holds it.
        manifest: Lists everything, if wished.
        losses: Counts what cannot be kept.
    """

    runner: CallRunner
    outlet: Outlet
    make_work: MakeWork
    policy: ExtractPolicy
    meter: Meter
    control: TransferControl
    manifest: Manifest | None
    losses: Losses


class DirectoryJob:
    """Some entries of one directory on their way to the host."""

    def __init__(self, tools: Tools, base: bytes, directory: bytes, roots: Sequence[Root]) -> None:
        """Begin.

        Args:
            tools: What it uses.
            base: A name in the outlet that is free.
            directory: The directory in the image.
            roots: What to extract from it.
        """
        self._tools = tools
        self._base = base
        self._directory = directory
        self._names = [root.name for root in roots]
        depths = {root.name: root.depth for root in roots}
        self._planner = Planner(
            directory, self._names, tools.policy, depths=depths, keeps_second_names=tools.outlet.keeps_second_names
        )
        given = {root.name: root.host_name for root in roots}
        self._host_names = HostNames(tools.policy, folds_case=tools.outlet.folds_case, given=given)
        self._intake: Intake | None = None
        self._failure: EngineError | None = None
        self._on_listed: Callable[[], None] = _nothing
        self._doubted: list[Planned] = []

    def failures(self, places: Mapping[bytes, str]) -> list[LeftOut]:
        """Return what could not be had, and where on the host it was to be.

        Args:
            places: Where each of those asked for is or was to be, by its name in the image.
        """
        path_of, found = self._planner.path_of, self._made.failures.items()
        return [LeftOut(path_of(path), reason, self._place(places, path)) for path, reason in found]

    def _place(self, places: Mapping[bytes, str], path: bytes) -> str:
        root, rest = b"", self._host_names.place(path)
        if b"" not in self._names:
            root, rest = path.partition(b"/")[0], rest.partition(b"/")[2]
        above = places.get(root, "")
        return f"{above}/{os.fsdecode(rest)}" if above and rest else above

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
        """Return where it is in the outlet."""
        return self._made.staged(name)

    def folder(self, name: bytes) -> Planned | None:
        """Return what is known of it if it is a folder."""
        return self._planner.folders.get(name)

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
        self._on_listed = on_listed
        self._doubted = []
        copier = self._copier(drives)
        streamed = self._streamed_files(copier)
        tools = self._tools
        self._intake = Intake(
            tools.outlet, self._base, self._planner, copier, streamed, tools.meter, on_space, tools.manifest,
            self._host_names, tools.losses, is_resumed,
        )  # fmt: skip
        if b"" not in self._names:
            tools.outlet.make_base(self._base, is_resumed=is_resumed)
        try:
            await self._export(drives, streamed)
        except EngineError as error:
            failure = self._failure or (copier.failure if isinstance(error, Cancelled) else None)
            if failure is not None:
                raise failure from None
            raise
        finally:
            await copier.close()
            streamed.close()
        if self._failure is not None:
            raise self._failure
        if self._doubted:
            await self._read_again()
        for name in self._names:
            if not self._made.knows(name):
                raise ProtocolError(f"the image does not list {self._planner.path_of(name)!r}, which it has")

    async def _export(self, drives: Drives, streamed: StreamedFiles) -> None:
        """Have the guest list the tree, and send what the host cannot read itself."""
        arguments = {
            "directory": self._directory, "names": list(self._names), "xattrs": self._tools.policy.keep_xattrs,
            "drives": [f"drive{number}" for number in drives], "filename": -1,
        }  # fmt: skip
        await self._tools.runner.run(
            AllCalls.export_tree, arguments, sink=streamed, on_page=self._take, on_bytes=streamed.moved
        )

    def _copier(self, drives: Drives) -> DirectCopier:
        tools = self._tools
        stop = tools.runner.interrupt
        return DirectCopier(drives, tools.outlet, tools.make_work, self._on_copied, stop, tools.control)

    async def _read_again(self) -> None:
        """Have the guest read what was not as it should be."""
        tools = self._tools
        again = SecondReading(
            tools.runner,
            lambda: self._copier({}),
            self._streamed_files,
            self.staged,
            self._on_lost,
        )
        await again.fetch(self._doubted, self._planner.path_of)

    def _streamed_files(self, copier: DirectCopier) -> StreamedFiles:
        tools = self._tools
        return StreamedFiles(tools.outlet, copier, tools.meter, self._on_lost, tools.control, self.not_kept)

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
            self._end_early()

    def _end_early(self) -> None:
        self._made.streamed.refuse_rest()
        self._tools.runner.interrupt()

    def _on_copied(self, copied: Copied) -> None:
        """Take what the copying thread tells: in the loop, where nobody would hear of an error."""
        try:
            self._take_copied(copied)
        except ProtocolError as error:
            self._failure = self._failure or error
            self._end_early()

    def _take_copied(self, copied: Copied) -> None:
        if copied.current:
            self._tools.meter.current = self._planner.path_of(copied.current)
        self._tools.meter.files_done(copied.files)
        left_out = copied.holes if self._tools.outlet.keeps_holes else 0
        self._tools.meter.moved(copied.size, copied.size - left_out)
        for entry in copied.doubted:
            self._doubt(entry)
        for entry, reason in copied.lost:
            self._on_lost(entry.path, reason)
        for entry, refusals in copied.not_kept:
            self.not_kept(entry.path, refusals)

    def _doubt(self, entry: Planned) -> None:
        self._planner.remember(entry.path)
        self._doubted.append(entry)

    def _on_lost(self, path: bytes, reason: str) -> None:
        self._made.lose(path, reason)

    def not_kept(self, path: bytes, refusals: Refusals) -> None:
        """Take note of what of an entry could not be kept; its path is relative to the directory."""
        self._made.not_kept(path, refusals)

    async def complete(self) -> None:
        """Make what needs everything else to be there."""
        await self._made.make_second_names()

    async def verify(self) -> None:
        """Compare every file with what the guest reads; one that differs is a failure, and removed if possible."""
        made = [name for name in self._names if self.has(name)]
        tools = self._tools
        wrong = await differing(tools.runner, tools.outlet, self._base, self._directory, made, self._host_names)
        for path in wrong:
            beside = tools.outlet.reject(self.staged(path))
            self._on_lost(path, "it was not the same when it was read again" + beside)

    async def end_folders(self) -> None:
        """Give folders what they have in the image: nothing is added or taken away any more."""
        await self._made.end_folders()


def _nothing() -> None:
    """Nobody wants to know."""
