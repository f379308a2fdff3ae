"""Saving and restoring the state of a guest whose memory lies in a file (QMP: migrate, migrate-incoming).

With the capability x-ignore-shared the memory stays where it is, and the state is some hundred KB. States travel
by descriptor: the sandbox forbids qemu to start programs, and files need not be reachable for it.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from cutaway.errors import LaunchError
from cutaway.qemu.monitor import ExecuteError, Monitor, MonitorLost

RESTORE_TIMEOUT_S = 10.0
SAVE_TIMEOUT_S = 120.0
_CAPABILITIES = [{"capability": "x-ignore-shared", "state": True}]


async def save_state(monitor: Monitor, file: Path) -> None:
    """Stop the guest and write the state of its devices.

    Raises:
        LaunchError: qemu could not do it.
    """
    try:
        await monitor.execute("migrate-set-capabilities", capabilities=_CAPABILITIES)
        await monitor.execute("stop")
        await _pass(monitor, file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        await monitor.execute("migrate", uri="fd:state")
        await asyncio.wait_for(_migrated(monitor), SAVE_TIMEOUT_S)
    except (ExecuteError, MonitorLost, TimeoutError) as error:
        raise LaunchError(f"the appliance's state cannot be saved: {error}") from error


async def restore_state(monitor: Monitor, file: Path) -> None:
    """Load the state into a qemu that waits for it; the guest stays stopped.

    Raises:
        LaunchError: the state does not fit.
    """
    try:
        await monitor.execute("migrate-set-capabilities", capabilities=_CAPABILITIES)
        await _pass(monitor, file, os.O_RDONLY)
        await monitor.execute("migrate-incoming", uri="fd:state")
        await asyncio.wait_for(_restored(monitor), RESTORE_TIMEOUT_S)
    except (ExecuteError, MonitorLost, TimeoutError, OSError) as error:
        raise LaunchError(f"the template cannot be restored: {error}") from error


async def _pass(monitor: Monitor, file: Path, flags: int) -> None:
    descriptor = os.open(file, flags | os.O_CLOEXEC, 0o600)
    try:
        await monitor.pass_descriptor(descriptor, "state")
    finally:
        os.close(descriptor)


async def _migrated(monitor: Monitor) -> None:
    while (info := await monitor.execute("query-migrate")).get("status") != "completed":
        if info.get("status") == "failed":
            raise LaunchError(f"the appliance's state cannot be saved: {info.get('error-desc', '')}")
        await asyncio.sleep(0.01)


async def _restored(monitor: Monitor) -> None:
    while (await monitor.execute("query-status"))["status"] == "inmigrate":
        await asyncio.sleep(0.001)
