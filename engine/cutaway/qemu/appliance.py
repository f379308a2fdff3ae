"""A running qemu as the handle sees it: channels, drives, end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cutaway.drives import Drive
from cutaway.errors import CallInterrupted, DriveError, EngineError, LaunchError
from cutaway.image_chain import ImageChain, ImageSource, OpenSource
from cutaway.image_probe import probe_drive
from cutaway.image_snapshots import Snapshot
from cutaway.qemu.block import BlockGraph
from cutaway.qemu.boot import RunningQemu
from cutaway.qemu.exports import Exports
from cutaway.qemu.monitor import ExecuteError, MonitorLost
from cutaway.runtime_folder import temporary_folder
from cutaway.settings import Accelerator
from cutaway.template import Template, discard

log = logging.getLogger(__name__)


class QemuAppliance:
    """Implements `RunningAppliance`."""

    def __init__(
        self,
        running: RunningQemu,
        graph: BlockGraph,
        accelerator: Accelerator,
        build_hash: str,
        template: Template | None,
    ) -> None:
        self._running = running
        self._exports = Exports(running.monitor)
        self._graph = graph
        self._template = template
        self.control = running.control
        self.data = running.data
        self.console = running.console
        self.accelerator = accelerator
        self.build_hash = build_hash
        self.warm = template is not None
        self.attached: set[str] = set()
        self._chains: dict[str, ImageChain] = {}
        self._sources: dict[str, OpenSource] = {}
        self.lost = ""

    @property
    def pid(self) -> int:
        """The process number of qemu."""
        return self._running.process.pid

    async def go(self) -> None:
        """Let the restored guest run.

        Raises:
            LaunchError: qemu refuses.
        """
        try:
            await self._running.monitor.execute("cont")
        except (ExecuteError, MonitorLost) as error:
            raise LaunchError(f"the restored appliance does not run: {error}") from error

    async def attach(self, drive: Drive) -> None:
        """Hot-plug a drive; see `RunningAppliance.attach`."""
        if drive.source is not None:
            await self._attach_source(drive, drive.source)
            return
        chain = None if drive.scratch_size_bytes else await probe_drive(drive)
        with self._monitored():
            await self.attach_probed(drive, chain)

    async def _attach_source(self, drive: Drive, source: ImageSource) -> None:
        """Hot-plug an image that is no file of the host; this appliance ends when it can be read no more."""
        opened = await source.open(drive)
        loop = asyncio.get_running_loop()
        try:
            opened.watch(lambda why: _soon(loop, self._lose, why))
            with self._monitored():
                await self.attach_probed(drive, opened.chain)
        except BaseException:
            await opened.close()
            raise
        self._sources[drive.serial] = opened

    def _lose(self, why: str) -> None:
        """End qemu, since a drive of it is gone: calls would have errors that nobody could explain."""
        self.lost = self.lost or why
        self.kill()

    async def attach_probed(self, drive: Drive, chain: ImageChain | None) -> None:
        """Hot-plug a drive whose image has been probed."""
        await self._graph.attach(drive, chain)
        self.is_attached(drive, chain)

    @contextmanager
    def _monitored(self) -> Iterator[None]:
        """Tell that qemu has gone meanwhile in the words of the engine; one that cannot be told anything has to go."""
        try:
            yield
        except MonitorLost as error:
            self.kill()
            why = self.lost or f"the appliance ended while a drive came or went: {error}"
            raise CallInterrupted(why) from error
        except ExecuteError as error:
            raise DriveError(f"qemu does not let a drive come or go: {error.error.error.desc}") from error
        except EngineError:
            raise
        except OSError as error:  # no descriptor, no room for an overlay
            raise DriveError(f"a drive cannot come or go: {error.strerror or error}") from error

    def is_attached(self, drive: Drive, chain: ImageChain | None) -> None:
        """Take note of a drive, and of what it consists of."""
        if chain is not None:
            self._chains[drive.serial] = chain
        self.attached.add(drive.serial)

    async def detach(self, serial: str) -> None:
        """Unplug a drive."""
        with self._monitored():
            async with self._exports.withdrawn(serial):
                await self._graph.detach(serial)
        self.attached.discard(serial)
        self._chains.pop(serial, None)
        if (source := self._sources.pop(serial, None)) is not None:
            await source.close()

    def chain(self, drive: Drive) -> tuple[str, ...]:
        """Return the image of a drive, and what each of its files builds on."""
        found = self._chains.get(drive.serial)
        return tuple(member.path for member in found.members) if found is not None else (drive.path,)

    def snapshots(self, drive: Drive) -> tuple[Snapshot, ...]:
        """Return the points in time that the image of a drive keeps."""
        found = self._chains.get(drive.serial)
        return found.snapshots if found is not None else ()

    def files(self, drive: Drive) -> tuple[str, ...]:
        """Return all files of a drive."""
        if (source := self._sources.get(drive.serial)) is not None:
            return source.files
        found = self._chains.get(drive.serial)
        extents = [path for member in found.members for path in member.extents] if found is not None else []
        return (*self.chain(drive), *extents)

    def written(self, drive: Drive) -> tuple[str, ...]:
        """Return the files of a drive that its guest writes to."""
        found = self._chains.get(drive.serial)
        if drive.readonly or found is None:
            return ()
        return (found.members[0].path, *found.members[0].extents)

    async def open_reading(self) -> dict[str, socket.socket]:
        """Connect to the drives; to none if qemu has no block server."""
        try:
            return await self._exports.open(self._graph.nodes)
        except (ExecuteError, LaunchError, OSError) as error:
            log.info("the host cannot read the drives itself: %s", error)
            return {}
        except MonitorLost as error:
            raise CallInterrupted(f"the appliance has ended: {error}") from error

    async def plain_images(self) -> dict[str, int]:
        """Return the images that hold exactly what the guest reads, as open descriptors."""
        try:
            return await self._graph.plain_images()
        except ExecuteError as error:
            log.info("nobody knows what the guest has written: %s", error)
            return {}
        except MonitorLost as error:
            raise CallInterrupted(f"the appliance has ended: {error}") from error

    async def full_place(self) -> str:
        """Return a place of the host that had no room for what the guest wrote; see `RunningAppliance.full_place`."""
        try:
            full = await self._running.monitor.found_full()
        except MonitorLost as error:
            raise CallInterrupted(f"the appliance has ended: {error}") from error
        for serial, chain in self._chains.items():
            if f"{serial}-0" in full:
                return chain.members[0].path
        return temporary_folder() if full else ""

    async def close_reading(self) -> None:
        """End the block server when nobody reads any more."""
        await self._exports.close()

    async def ended(self) -> str:
        """Wait until qemu is gone; return how it ended."""
        await self._running.process.exited_shielded()
        return self.lost or self._running.process.describe_exit()

    async def stop(self) -> None:
        """End qemu; nothing of it is left."""
        await self._running.stop()
        self._graph.close()
        while self._sources:
            await self._sources.popitem()[1].close()

    def kill(self) -> None:
        """End qemu without waiting."""
        self._running.process.kill()

    def condemn(self) -> None:
        """Discard the template that this appliance was restored from."""
        if self._template is not None:
            discard(self._template)


def _soon(loop: asyncio.AbstractEventLoop, action: Callable[[str], None], word: str) -> None:
    """Call a function in a loop, from any thread; one that has ended needs to know nothing."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(action, word)
