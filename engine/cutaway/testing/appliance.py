"""FakeAppliance: a Hypervisor whose appliances live in memory and speak the real wire. For tests, and for demos.

    fake = FakeAppliance({"/images/debian.qcow2": sample_image()})
    with Handle(hypervisor=fake) as handle:
        handle.add_drive_ro("/images/debian.qcow2")
        handle.launch()

Images are named by path and need not exist. A path that is in no table but exists on the host is attached with the
host file's bytes (that is how uploads arrive). Behaviour is set by keywords or later by `fake.behaviour`.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from cutaway.drives import Drive
from cutaway.errors import DriveError, ImageFormatError, ImageNotFound, LaunchError, StateError
from cutaway.events import BootPhase
from cutaway.hypervisor import Report
from cutaway.image_snapshots import Snapshot
from cutaway.settings import Accelerator, Settings
from cutaway.testing.behaviour import Behaviour
from cutaway.testing.content import HostFile
from cutaway.testing.daemon import FakeDaemon
from cutaway.testing.guest import Guest
from cutaway.testing.images import FakeImage
from cutaway.testing.wire import GuestEnd

DAY_NS = 24 * 3600 * 10**9


class FakeRunning:
    """A running fake appliance; see `cutaway.hypervisor.RunningAppliance`."""

    accelerator: Accelerator = "tcg"
    build_hash = "fake"
    lost = ""

    def __init__(self, images: Mapping[str, FakeImage], behaviour: Behaviour) -> None:
        self._images = images
        self._behaviour = behaviour
        self._guest = Guest()
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self.warm = not behaviour.cold
        self.attached: set[str] = set()
        self.control, control = socket.socketpair()
        self.data, data = socket.socketpair()
        self.console, console = socket.socketpair()
        for end in (self.control, self.data, self.console):
            end.setblocking(False)  # noqa: FBT003 the socket's own
        self.end = GuestEnd(control, data, console)
        self._daemon = FakeDaemon(self.end, self._guest, behaviour, self._report_end)

    def begin(self, drives: Sequence[Drive]) -> None:
        """Attach what must be there from the start and let the daemon run."""
        for drive in drives:
            if drive.iface == "ide":
                self._plug(drive)
        self._daemon.start()

    def _report_end(self, reason: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._set_ended, reason)

    def _set_ended(self, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_result(reason)

    async def attach(self, drive: Drive) -> None:
        """Hot-plug a drive."""
        if drive.iface == "ide":
            raise StateError("an IDE drive", actual="READY", required="CONFIG")
        self._plug(drive)

    def _plug(self, drive: Drive) -> None:
        self._guest.attach(drive.serial, self._image_of(drive), "vd" if drive.iface == "virtio" else "sd")
        self.attached.add(drive.serial)

    def _image_of(self, drive: Drive) -> FakeImage:
        if drive.scratch_size_bytes:
            return FakeImage(drive.scratch_size_bytes)
        image = self._images.get(drive.path)
        if image is None and os.path.isfile(drive.path):
            content = HostFile(drive.path)
            return FakeImage(content.size, content=content)
        if image is None:
            raise ImageNotFound(f"{drive.path} does not exist", path=drive.path)
        if image.error:
            raise ImageFormatError(image.error, path=drive.path)
        if drive.snapshot is None:
            return image
        if drive.snapshot not in (kept := dict(image.snapshots)):
            raise ImageFormatError(f"{drive.path} has no snapshot {drive.snapshot!r}", path=drive.path)
        return kept[drive.snapshot]

    async def detach(self, serial: str) -> None:
        """Unplug a drive."""
        self._guest.detach(serial)
        self.attached.discard(serial)

    async def open_reading(self) -> dict[str, socket.socket]:
        """Offer nothing: contents in memory lie on no drive."""
        return {}

    async def plain_images(self) -> dict[str, int]:
        """Offer nothing: no image is a file."""
        return {}

    async def full_place(self) -> str:
        """Return what the test has set, once."""
        place, self._behaviour.full_place = self._behaviour.full_place, ""
        return place

    async def close_reading(self) -> None:
        """Do nothing: nobody reads."""

    async def ended(self) -> str:
        """Wait until the daemon's thread is over; return the reason."""
        return await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """End the daemon and wait for it."""
        self.kill()
        await self.ended()
        self._daemon.join()
        for end in (self.control, self.data, self.console):
            end.close()

    def discard(self) -> None:
        """Close everything of an appliance whose daemon never ran."""
        self.end.close()
        for end in (self.control, self.data, self.console):
            end.close()

    def kill(self) -> None:
        """End the daemon without waiting."""
        self.end.die("the fake appliance was stopped")

    def chain(self, drive: Drive) -> tuple[str, ...]:
        """Return the image alone: fakes build on nothing."""
        return (drive.path,)

    def snapshots(self, drive: Drive) -> tuple[Snapshot, ...]:
        """Return those of the image, a day apart."""
        image = self._images.get(drive.path)
        names = [name for name, _ in image.snapshots] if image is not None else []
        return tuple(Snapshot(str(day), name, day * DAY_NS, 0, 0, 0, 0) for day, name in enumerate(names, 1))

    def files(self, drive: Drive) -> tuple[str, ...]:
        """Return the image alone."""
        return (drive.path,)

    def written(self, drive: Drive) -> tuple[str, ...]:
        """Return the image, unless it was added read-only."""
        return () if drive.readonly else (drive.path,)

    def condemn(self) -> None:
        """Do nothing: there is no template."""


class FakeAppliance:
    """A hypervisor of fake appliances.

    Attributes:
        behaviour: What they do wrong and how slowly; may be changed at any time.
        running: All appliances that were started, the newest last.
    """

    def __init__(self, images: Mapping[str, FakeImage] | None = None, **behaviour: Any) -> None:
        self.images = dict(images or {})
        self.behaviour = Behaviour(**behaviour)
        self.running: list[FakeRunning] = []

    async def start(self, drives: Sequence[Drive], settings: Settings, report: Report) -> FakeRunning:  # noqa: ARG002 the real one heeds them
        """Start a fake appliance; see `cutaway.hypervisor.Hypervisor`."""
        report(BootPhase("Starting the fake appliance", 0.05))
        if self.behaviour.fail_launch:
            raise LaunchError(
                self.behaviour.fail_launch,
                exit_code=1,
                command=("fake-qemu",),
                console_tail="[    0.000000] fake console\n",
            )
        running = FakeRunning(self.images, self.behaviour)
        try:
            running.begin(drives)
        except DriveError:
            running.discard()
            raise
        self.running.append(running)
        return running

    def die_during(self, *calls: str) -> None:
        """Let the appliance die in the middle of these calls."""
        self.behaviour.die_in |= set(calls)

    def die_now(self, reason: str = "the fake appliance was killed by signal 9") -> None:
        """Let the newest appliance die, whatever it does; any thread."""
        self.running[-1].end.die(reason)

    def say(self, line: str) -> None:
        """Print a line of the newest appliance's kernel log; any thread."""
        self.running[-1].end.say(line)
