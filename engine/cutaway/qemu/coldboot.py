"""Boots from scratch: to make a template, and to find out which accelerator works."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cutaway import accelerator as verdicts
from cutaway.appliance_path import ApplianceFiles
from cutaway.errors import EngineError, LaunchError
from cutaway.events import BootPhase, Warning
from cutaway.hypervisor import Report
from cutaway.qemu.binary import QemuBinary
from cutaway.qemu.boot import RunningQemu, boot, failure
from cutaway.qemu.command import MachinePlan
from cutaway.settings import Accelerator, Settings
from cutaway.template import Template

Planner = Callable[[Path], MachinePlan]


def plan(
    qemu: QemuBinary, appliance: ApplianceFiles, accelerator: Accelerator, settings: Settings, sockets: Path
) -> MachinePlan:
    """Return the plan of an ordinary boot."""
    return MachinePlan(
        qemu=qemu.path, kernel=appliance.kernel, initrd=appliance.initrd, socket_folder=sockets,
        accelerator=accelerator, memory_mib=settings.memory_mib, vcpus=settings.vcpus,
    )  # fmt: skip


async def choose_accelerator(
    qemu: QemuBinary, appliance: ApplianceFiles, settings: Settings, report: Report
) -> Accelerator:
    """Return the accelerator to use; boots with KVM under a watchdog if nothing is known of it yet."""
    if (known := verdicts.known_verdict(qemu, settings)) is not None:
        return known.accelerator
    report(BootPhase("Trying hardware virtualisation", 0.1))
    try:
        await _try_kvm(lambda folder: plan(qemu, appliance, "kvm", settings, folder))
    except EngineError as error:
        verdicts.remember(qemu, "tcg", str(error))
        report(Warning(f"/dev/kvm does not work here, going on without it: {error}"))
        return "tcg"
    return verdicts.remember(qemu, "kvm", "a boot with KVM worked").accelerator


async def _try_kvm(planner: Planner) -> None:
    """Boot with KVM until the guest says its first word.

    Raises:
        LaunchError: qemu ended, or the guest said nothing in time.
    """
    running = await boot(planner)
    try:
        word = asyncio.ensure_future(asyncio.get_running_loop().sock_recv(running.control, 1))
        await asyncio.wait(
            {word, running.process.exited}, timeout=verdicts.WATCHDOG_S, return_when=asyncio.FIRST_COMPLETED
        )
        if not word.done() or not word.result():
            word.cancel()
            raise failure(running.process, f"the guest says nothing within {verdicts.WATCHDOG_S:.0f} s")
    finally:
        await running.stop()


async def make_template(
    draft: Template, planner: Planner, appliance: ApplianceFiles, settings: Settings, report: Report
) -> None:
    """Boot a guest whose memory is the draft's file, and save its state beside it.

    Raises:
        LaunchError: it did not come up, or cannot be saved.
    """
    from cutaway.qemu.migration import save_state  # noqa: PLC0415 see boot.py

    _make_ram_file(draft.ram, settings.memory_mib)
    running = await boot(lambda folder: replace(planner(folder), ram_file=draft.ram, ram_is_shared=True))
    try:
        build_hash = await _booted(running, settings.launch_timeout_s, report)
        if build_hash != appliance.build_hash:
            raise LaunchError(f"the appliance in {appliance.folder} is not what its manifest says")
        report(BootPhase("Saving the started appliance", 0.9))
        await save_state(running.monitor, draft.state)
    finally:
        await running.stop()


def _make_ram_file(file: Path, memory_mib: int) -> None:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.truncate(descriptor, memory_mib << 20)
    finally:
        os.close(descriptor)


async def _booted(running: RunningQemu, timeout_s: float, report: Report) -> str:
    """Wait for the daemon's Hello; return its build hash."""
    from cutaway.channel.console import ConsoleChannel  # noqa: PLC0415 only who boots cold listens so early
    from cutaway.channel.control import ControlChannel  # noqa: PLC0415 no warm start needs it

    console = ConsoleChannel(running.console, report)
    control = ControlChannel(running.control, report, console.take_line)
    readers = [asyncio.ensure_future(control.run()), asyncio.ensure_future(console.run())]
    try:
        return (await asyncio.wait_for(control.hello, timeout_s)).build_hash
    except (EngineError, TimeoutError) as error:
        await asyncio.wait({running.process.exited}, timeout=1)
        raise failure(running.process, "the appliance did not come up", console.tail) from error
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
