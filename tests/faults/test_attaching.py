"""A drive whose coming is cut short on a real machine: by a cancellation, or by a host that has no descriptor left."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle
from cutaway.drives import Drive
from cutaway.errors import DriveError
from cutaway.qemu.appliance import QemuAppliance
from cutaway.qemu.monitor import Monitor


async def attach_and_cancel(appliance: QemuAppliance, image: Path, at: str) -> None:
    """Attach a drive, and cancel that when a command has been sent whose answer nobody has got yet."""
    monitor = appliance._running.monitor
    attaching = asyncio.ensure_future(appliance.attach(Drive(path=os.fspath(image), serial="late", format="raw")))
    execute = monitor.execute

    async def watched(command: str, *others: Any, **arguments: Any) -> Any:
        if command == at and not attaching.cancelling():
            attaching.cancel()
        return await execute(command, *others, **arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "execute", watched)
        await asyncio.wait({attaching})
    assert attaching.cancelled()


async def held(monitor: Monitor) -> dict[str, int]:
    """Count what qemu holds for drives."""
    jobs = await monitor.execute("query-jobs")
    nodes = await monitor.execute("query-named-block-nodes")
    return {"jobs": len(jobs), "nodes": len(nodes), "sets": len(await monitor.execute("query-fdsets"))}


@pytest.mark.parametrize("at", ["add-fd", "blockdev-add", "blockdev-create", "query-jobs", "job-dismiss", "device_add"])
def test_a_drive_that_is_cancelled_while_qemu_is_at_it_leaves_nothing(image: Path, at: str) -> None:
    with Handle() as handle:
        handle.add_drive(image, format="raw")
        handle.launch()
        appliance = handle._core.link.appliance  # type: ignore[union-attr]
        assert isinstance(appliance, QemuAppliance)
        before = handle._worker.submit(held(appliance._running.monitor)).result(20)
        handle._worker.submit(attach_and_cancel(appliance, image, at)).result(20)
        assert handle._worker.submit(held(appliance._running.monitor)).result(20) == before
        drive = handle.add_drive(image, format="raw")
        assert len(handle.list_devices()) == 2
        handle.remove_drive(drive)


def opened(image: Path) -> int:
    """Count how often this process has a file open."""
    names = [os.path.join("/proc/self/fd", number) for number in os.listdir("/proc/self/fd")]
    return sum(os.path.exists(name) and os.path.samefile(name, image) for name in names)


@pytest.mark.parametrize("step", ["os.dup", "anonymous_file"])
def test_a_host_without_a_free_descriptor_refuses_the_drive_and_keeps_nothing(
    image: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with Handle() as handle:
        handle.launch()
        before = opened(image)
        with monkeypatch.context() as patch:
            patch.setattr(f"cutaway.qemu.block.{step}", fail)
            with pytest.raises(DriveError, match="Too many open files"):
                handle.add_drive(image, format="raw")
        assert opened(image) == before
        handle.add_drive(image, format="raw")
        assert handle.list_devices() == ["/dev/sda"]
