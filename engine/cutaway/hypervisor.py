"""The seam between a handle and what runs its appliance: qemu in earnest, memory in tests.

`Hypervisor.start` gives a `RunningAppliance` whose control channel speaks the protocol. Everything is called in
the event loop of the handle's worker thread.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from cutaway.drives import Drive
from cutaway.events import Event
from cutaway.image_snapshots import Snapshot
from cutaway.settings import Accelerator, Settings

Report = Callable[[Event], None]


class RunningAppliance(Protocol):
    """An appliance that has been started; its guest may still be booting.

    Attributes:
        control: Connected, non-blocking stream socket of the control channel.
        data: Connected, non-blocking stream socket of the data channel.
        console: Connected, non-blocking stream socket with the kernel's log.
        warm: True: the guest was restored and waits for Wake; False: it boots and will send Hello by itself.
        accelerator: What carries the guest's instructions out.
        build_hash: The build hash that its Hello must have.
        attached: The serial numbers of the drives that are attached already.
        lost: Why a drive that is no file of the host can be read no more, so that the appliance has to end; mostly "".
    """

    control: socket.socket
    data: socket.socket
    console: socket.socket
    warm: bool
    accelerator: Accelerator
    build_hash: str
    attached: set[str]
    lost: str

    async def attach(self, drive: Drive) -> None:
        """Hot-plug a drive.

        Raises:
            DriveError: the image cannot be used.
            StateError: a drive of that interface cannot be hot-plugged.
        """
        ...

    async def detach(self, serial: str) -> None:
        """Unplug a drive; the guest must not use it any more."""
        ...

    def chain(self, drive: Drive) -> tuple[str, ...]:
        """Return the image of an attached drive, then what each file of it builds on."""
        ...

    def snapshots(self, drive: Drive) -> tuple[Snapshot, ...]:
        """Return the points in time that the image of an attached drive keeps within itself, the oldest first."""
        ...

    def files(self, drive: Drive) -> tuple[str, ...]:
        """Return all files that an attached drive consists of: its chain, and what these keep their data in."""
        ...

    def written(self, drive: Drive) -> tuple[str, ...]:
        """Return the files that change when the guest writes to an attached drive; none if it has an overlay."""
        ...

    async def open_reading(self) -> dict[str, socket.socket]:
        """Connect to the NBD export of each drive that the host can read itself; see `close_reading`.

        Returns:
            Connected sockets by serial number, which is the export's name too; empty if there is no such way.
        """
        ...

    async def plain_images(self) -> dict[str, int]:
        """Return a descriptor of each image that holds exactly what the guest reads, by its drive's serial number.

        They are valid as long as the drives are attached.
        """
        ...

    async def full_place(self) -> str:
        """Return where on the host there was no room for what the guest wrote, since this was asked last.

        Returns:
            The folder for temporary files, where overlays lie; or an image that is written to; empty if all had room.

        Raises:
            CallInterrupted: the appliance has ended.
        """
        ...

    async def close_reading(self) -> None:
        """Take note that nobody reads any more; to be called once for each `open_reading`."""
        ...

    async def ended(self) -> str:
        """Wait until the appliance is gone; return what is known of the reason, for a person."""
        ...

    async def stop(self) -> None:
        """End the appliance now; return when nothing of it is left. May be called again."""
        ...

    def kill(self) -> None:
        """End the appliance without waiting."""
        ...

    def condemn(self) -> None:
        """Take note that the restored guest does not answer: nothing may be restored from its template again."""
        ...


class Hypervisor(Protocol):
    """What can start appliances."""

    async def start(self, drives: Sequence[Drive], settings: Settings, report: Report) -> RunningAppliance:
        """Start an appliance.

        Drives that cannot be hot-plugged are attached from the start, others may be; see `attached`.

        Raises:
            LaunchError: it did not start; nothing of it is left.
            DriveError: an image cannot be used.
        """
        ...
