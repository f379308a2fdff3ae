"""The launch as one guarded sequence: start, greet, wait for the drives. It succeeds, or nothing of it is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cutaway.calls import AllCalls
from cutaway.drives import Drive
from cutaway.errors import DriveError, EngineError, GuestError, LaunchError
from cutaway.events import BootPhase, Warning
from cutaway.hypervisor import Hypervisor, Report
from cutaway.protocol.declaration import Call
from cutaway.protocol.shapes import secret
from cutaway.settings import Settings

if TYPE_CHECKING:
    from cutaway.link import Link
    from cutaway.unlocking import Unlocked

#: How long the guest may take to notice a drive; a hundred times more than it does.
DRIVE_TIMEOUT_MS = 10_000
#: The guest's word for a drive whose partition table is made for longer sectors, and their length in bytes.
SHORT_SECTORS, LONG_SECTOR = "SECTORSIZE", 4096


async def launch(
    hypervisor: Hypervisor, drives: Sequence[Drive], unlocked: Sequence[Unlocked], settings: Settings, report: Report
) -> tuple[Link, tuple[Unlocked, ...]]:
    """Start an appliance with these drives, and unlock these volumes again.

    Returns:
        The link to it, and those of the volumes that are unlocked.

    Raises:
        LaunchError, DriveError: as `Hypervisor.start`; nothing is left running.
    """
    link = await _greeted(hypervisor, drives, settings, report)
    try:
        report(BootPhase("Attaching the drives", 0.95))
        for drive in drives:
            await plug(link, drive)
        again = [volume for volume in unlocked if await _unlock(link, volume, report)]
    except DriveError:
        await link.close()
        raise
    except EngineError as error:
        await link.close()
        raise LaunchError(f"the appliance ended during its launch: {error}", console_tail=link.console.tail) from error
    except BaseException:
        await link.close()
        raise
    return link, tuple(again)


async def _unlock(link: Link, volume: Unlocked, report: Report) -> bool:
    """Unlock a volume again; what cannot be, such as one whose drive was removed, is told. Return whether it is."""
    report(BootPhase(f"Unlocking {volume.device}", 0.97))
    try:
        await link.call(AllCalls.cryptsetup_open, volume.arguments)
    except GuestError as error:
        report(Warning(f"{volume.device} could not be unlocked again: {error}"))
        return False
    return True


def unlocked_after(
    volumes: tuple[Unlocked, ...], call: Call[..., Any], arguments: dict[str, Any]
) -> tuple[Unlocked, ...]:
    """Return what is unlocked after a call that has succeeded, for the next launch."""
    if call is AllCalls.cryptsetup_open:
        from cutaway.unlocking import Unlocked  # noqa: PLC0415 hardly any image has such volumes

        return (*volumes, Unlocked(**arguments | {"key": secret(arguments["key"])}))
    if call is AllCalls.cryptsetup_close:
        name = arguments["device"].rpartition("/")[2]
        return tuple(volume for volume in volumes if volume.mapname != name)
    return volumes


async def plug(link: Link, drive: Drive) -> str:
    """Attach a drive unless it is, and wait until the guest sees it; return its name there.

    Raises:
        DriveError: it cannot be used, or the guest does not see it.
    """
    if drive.serial not in link.appliance.attached:
        await link.appliance.attach(drive)
    try:
        return await _wait_for(link, drive)
    except GuestError as error:
        raise DriveError(f"{drive.name} does not appear in the appliance: {error}", path=drive.path) from error


async def _wait_for(link: Link, drive: Drive) -> str:
    """Wait until the guest sees a drive; one whose partition table is made for longer sectors gets these."""
    arguments = {"serial": drive.serial, "timeout_ms": DRIVE_TIMEOUT_MS}
    try:
        return await _call_wait(link, arguments)
    except GuestError as error:
        if error.errno_name != SHORT_SECTORS:
            raise
    if drive.blocksize is None:
        await link.appliance.detach(drive.serial)
        await link.appliance.attach(replace(drive, blocksize=LONG_SECTOR))
    return await _call_wait(link, arguments)


async def _call_wait(link: Link, arguments: dict[str, Any]) -> str:
    device: str = await link.call(AllCalls.wait_for_drive, arguments)
    return device


async def unplug(link: Link, drive: Drive, device: str) -> None:
    """Take a drive away; the guest must not use it any more.

    Raises:
        DriveError: an array that it is a member of is in use.
    """
    try:
        await link.call(AllCalls.release_drive, {"device": device})
    except GuestError as error:
        remedy = "Unmount what is on it first, and deactivate volume groups."
        raise DriveError(f"{drive.name} is in use: {error}", path=drive.path, remedy=remedy) from error
    await link.appliance.detach(drive.serial)
    await link.call(AllCalls.wait_for_drive_gone, {"device": device, "timeout_ms": DRIVE_TIMEOUT_MS})


async def _greeted(hypervisor: Hypervisor, drives: Sequence[Drive], settings: Settings, report: Report) -> Link:
    try:
        return await _start(hypervisor, drives, settings, report)
    except _NoAnswer as error:
        report(Warning(f"The saved appliance does not answer and will be made anew: {error}"))
    return await _start(hypervisor, drives, replace(settings, use_template=False), report)


class _NoAnswer(LaunchError):
    """A restored guest did not answer; a cold boot may still work."""


async def _start(hypervisor: Hypervisor, drives: Sequence[Drive], settings: Settings, report: Report) -> Link:
    try:
        appliance = await hypervisor.start(drives, settings, report)
    except EngineError:
        raise
    except OSError as error:  # no descriptor, no room for a socket or the template
        where = f": {error.filename}" if error.filename else ""
        raise LaunchError(f"the appliance cannot be started: {error.strerror or error}{where}") from error
    from cutaway.link import Link  # noqa: PLC0415 loaded while the appliance starts

    link = Link(appliance, report)
    try:
        await link.greet(settings.launch_timeout_s)
    except LaunchError as error:
        await link.close()
        if appliance.warm:
            appliance.condemn()
            raise _NoAnswer(str(error), console_tail=error.console_tail) from error
        raise
    except BaseException:
        await link.close()
        raise
    return link
