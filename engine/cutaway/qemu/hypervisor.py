"""Appliances in earnest: qemu, warm from the template where there is one, cold otherwise.

find appliance, qemu, verdict → template? ─yes→ restore → attach first drives → go
│no → make it (cold boot, save) → as above
└ cannot be made, or not wanted → cold boot
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cutaway.appliance_path import ApplianceFiles, find_appliance
from cutaway.drives import Drive
from cutaway.errors import LaunchError
from cutaway.events import BootPhase, Warning
from cutaway.hypervisor import Report
from cutaway.qemu import coldboot
from cutaway.qemu.binary import QemuBinary, find_qemu
from cutaway.qemu.boot import RunningQemu, boot
from cutaway.qemu.command import IdeDrive, MachinePlan
from cutaway.settings import Accelerator, Settings
from cutaway.template import Template, discard, discard_others, find_template, making_lock, new_template, template_key

if TYPE_CHECKING:
    from cutaway.image_chain import ImageChain
    from cutaway.qemu.appliance import QemuAppliance

log = logging.getLogger(__name__)


class QemuHypervisor:
    """Starts qemu appliances; has no state of its own."""

    async def start(self, drives: Sequence[Drive], settings: Settings, report: Report) -> QemuAppliance:
        """Start an appliance; see `Hypervisor.start`."""
        report(BootPhase("Starting qemu", 0.05))
        appliance = find_appliance(settings.appliance_path)
        qemu = await find_qemu(settings.qemu)
        chains = asyncio.ensure_future(_probe_all(drives))
        try:
            accelerator = await coldboot.choose_accelerator(qemu, appliance, settings, report)
            start = _Start(qemu, appliance, accelerator, settings, report)
            running = await self._warm_or_cold(start, drives, chains)
        except BaseException:
            chains.cancel()
            await asyncio.gather(chains, return_exceptions=True)
            raise
        return running

    async def _warm_or_cold(
        self, start: _Start, drives: Sequence[Drive], chains: asyncio.Future[dict[str, ImageChain]]
    ) -> QemuAppliance:
        ide = [drive for drive in drives if drive.iface == "ide"]
        if start.settings.use_template and not ide:
            template = await start.template()
            if template is not None and (warm := await self._warm(start, template, drives, chains)) is not None:
                return warm
        probed = await chains
        return await start.cold(ide, probed)

    async def _warm(
        self, start: _Start, template: Template, drives: Sequence[Drive], chains: asyncio.Future[dict[str, ImageChain]]
    ) -> QemuAppliance | None:
        try:
            running = await start.restore(template)
        except LaunchError as error:
            discard(template)
            start.report(Warning(f"The saved appliance could not be used and will be made anew: {error}"))
            return None
        try:
            if drives and drives[0].source is None:
                await running.attach_probed(drives[0], (await chains).get(drives[0].serial))
            await running.go()
        except BaseException:
            await running.stop()
            raise
        return running


class _Start:
    """One start: what it is made of."""

    def __init__(
        self, qemu: QemuBinary, appliance: ApplianceFiles, accelerator: Accelerator, settings: Settings, report: Report
    ) -> None:
        self.settings = settings
        self.report = report
        self._qemu = qemu
        self._appliance = appliance
        self._accelerator = accelerator
        self._key = template_key(qemu, appliance, accelerator, settings)

    def plan(self, sockets: Path) -> MachinePlan:
        """Return the plan of a cold boot without a template."""
        return coldboot.plan(self._qemu, self._appliance, self._accelerator, self.settings, sockets)

    async def template(self) -> Template | None:
        """Return the template, made now if need be; None if it cannot be made."""
        if (template := find_template(self._key)) is not None:
            return template
        lock = ExitStack()
        try:
            await asyncio.to_thread(lock.enter_context, making_lock(self._key))
            return find_template(self._key) or await self._make()
        except (LaunchError, OSError) as error:
            log.info("no template: %s", error)
            self.report(Warning(f"The started appliance could not be saved for next time: {error}"))
            return None
        finally:
            lock.close()

    async def _make(self) -> Template | None:
        self.report(Warning("Preparing the appliance: this is done once and takes some seconds."))
        with new_template(self._key) as draft:
            await coldboot.make_template(draft, self.plan, self._appliance, self.settings, self.report)
        discard_others(self._key)
        return find_template(self._key)

    async def restore(self, template: Template) -> QemuAppliance:
        """Start a qemu from a template; its guest is stopped."""
        running = await boot(lambda folder: replace(self.plan(folder), ram_file=template.ram, incoming=True))
        from cutaway.qemu.migration import restore_state  # noqa: PLC0415 see boot.py

        try:
            await restore_state(running.monitor, template.state)
        except BaseException:
            await running.stop()
            raise
        return self._appliance_of(running, template)

    async def cold(self, ide: Sequence[Drive], chains: dict[str, ImageChain]) -> QemuAppliance:
        """Boot from scratch, with drives that qemu opens itself; the guest says Hello by itself."""
        planned = tuple(_ide(drive, chains) for drive in ide)
        running = await boot(lambda folder: replace(self.plan(folder), ide_drives=planned))
        appliance = self._appliance_of(running, None)
        for drive in ide:
            appliance.is_attached(drive, chains.get(drive.serial))
        return appliance

    def _appliance_of(self, running: RunningQemu, template: Template | None) -> QemuAppliance:
        from cutaway.qemu.appliance import QemuAppliance  # noqa: PLC0415 see boot.py
        from cutaway.qemu.block import BlockGraph  # noqa: PLC0415 loaded while qemu starts

        return QemuAppliance(
            running, BlockGraph(running.monitor), self._accelerator, self._appliance.build_hash, template
        )


async def _probe_all(drives: Sequence[Drive]) -> dict[str, ImageChain]:
    with_image = [drive for drive in drives if not drive.scratch_size_bytes and drive.source is None]
    from cutaway.image_probe import probe_drive  # noqa: PLC0415 loaded while qemu starts

    chains = await asyncio.gather(*(probe_drive(drive) for drive in with_image))
    return {drive.serial: chain for drive, chain in zip(with_image, chains, strict=True)}


def _ide(drive: Drive, chains: dict[str, ImageChain]) -> IdeDrive:
    chain = chains.get(drive.serial)
    if chain is None:
        raise LaunchError("a scratch drive cannot be on the IDE bus")
    if chain.members[0].unwritable is not None:
        raise LaunchError(f"{drive.path} is an archive, in parts or in the past, and cannot be on the IDE bus")
    return IdeDrive(drive.serial, drive.path, chain.members[0].format, drive.readonly)
