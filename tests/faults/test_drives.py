"""Drives of every interface on a real machine, their names, and the files behind them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle, State
from cutaway.drives import Drive, Interface
from cutaway.errors import (
    CallInterrupted,
    DestinationError,
    ImageFormatError,
    ImageUnreadable,
    NotFound,
    StateError,
)
from cutaway.events import LaunchDone
from cutaway.qemu.appliance import QemuAppliance
from cutaway.qemu.monitor import Monitor, MonitorLost
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.nbd import NbdClient
from cutaway.transfer.policy import ExtractPolicy


def test_a_virtio_drive_answers_to_the_name_of_sd(image: Path) -> None:
    with Handle() as handle:
        handle.add_drive(image, format="raw", iface="virtio")
        handle.launch()
        assert handle.list_devices() == ["/dev/vda"]
        handle.mount_ro("/dev/sda", "/")
        assert handle.cat("/hello") == b"hello\n"
        assert handle.mounts() == ["/dev/vda"], "what is returned must not be translated"
        with pytest.raises(NotFound, match="/dev/vda"):
            handle.vfs_type("/dev/sdb")


@pytest.mark.parametrize("iface", ["scsi", "virtio"])
def test_a_drive_can_be_taken_away_and_another_comes(image: Path, tmp_path: Path, iface: Interface) -> None:
    with Handle() as handle:
        handle.add_drive_scratch(8 << 20)
        handle.launch()
        for _ in range(2):
            drive = handle.add_drive(image, format="raw", iface=iface)
            handle.mount_ro(handle.list_devices()[-1], "/")
            handle.copy_out("/hello", tmp_path)
            handle.umount_all()
            handle.remove_drive(drive)
            assert len(handle.list_devices()) == 1


def test_a_vmdk_that_qemu_cannot_be_told_of_is_refused_and_harms_nothing(image: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"latin\xe9.vmdk")
    subprocess.run(["qemu-img", "convert", "-O", "vmdk", image, odd], check=True)
    with Handle() as handle:
        handle.add_drive(image)
        handle.launch()
        with pytest.raises(ImageUnreadable, match="is not UTF-8") as caught:
            handle.add_drive(odd)
        assert "Rename" in caught.value.remedy
        handle.remove_drive(handle.add_drive(image))


def test_a_monitor_that_breaks_ends_the_appliance_and_nothing_else(image: Path) -> None:
    with Handle() as handle:
        handle.add_drive(image)
        handle.launch()
        monitor = handle._core.link.appliance._running.monitor  # type: ignore[union-attr]
        work = monitor.execute("query-\udce9")
        with pytest.raises(MonitorLost):
            handle._worker.submit(work).result(20)
        with pytest.raises(CallInterrupted):
            handle.add_drive_scratch(1 << 20)
        handle._worker.submit(handle._core.has_died()).result(20)
        assert handle.state is State.CONFIG
        handle.launch()
        assert handle.list_devices() == ["/dev/sda"]


def test_descriptors_that_are_passed_at_once_all_arrive(image: Path) -> None:
    async def pass_many(monitor: Monitor, descriptor: int) -> None:
        await asyncio.gather(
            *(monitor.pass_descriptor(descriptor, f"name{number}") for number in range(20)),
            *(monitor.add_descriptor(descriptor, 100 + number) for number in range(20)),
        )

    with Handle() as handle, image.open("rb") as file:
        handle.launch()
        monitor = handle._core.link.appliance._running.monitor  # type: ignore[union-attr]
        handle._worker.submit(pass_many(monitor, file.fileno())).result(30)


def test_a_drive_whose_coming_is_cancelled_at_any_step_leaves_nothing(image: Path) -> None:
    async def attach_and_cancel(appliance: QemuAppliance, number: int) -> bool:
        drive = Drive(path=os.fspath(image), serial=f"late{number}", format="raw")
        attaching = asyncio.ensure_future(appliance.attach(drive))
        for _ in range(number):
            await asyncio.sleep(0)
        attaching.cancel()
        await asyncio.wait({attaching})
        if not attaching.cancelled():
            await appliance.detach(drive.serial)
        nodes = await appliance._running.monitor.execute("query-named-block-nodes")
        assert [node["node-name"] for node in nodes if "late" in node["node-name"]] == []
        return attaching.cancelled()

    with Handle() as handle:
        handle.launch()
        appliance = handle._core.link.appliance  # type: ignore[union-attr]
        assert isinstance(appliance, QemuAppliance)
        outcomes = [
            handle._worker.submit(attach_and_cancel(appliance, number)).result(30) for number in range(0, 300, 3)
        ]
    assert outcomes[0]
    assert outcomes.count(True) > 5


def test_a_drive_that_is_read_can_be_taken_away(image: Path) -> None:
    with Handle() as handle:
        handle.launch()
        for iface in ("scsi", "virtio"):
            drive = handle.add_drive(image, format="raw", iface=iface)  # type: ignore[arg-type]
            appliance = handle._core.link.appliance  # type: ignore[union-attr]
            reading = handle._worker.submit(appliance.open_reading()).result(20)
            client = NbdClient(reading[drive.serial], drive.serial)
            handle.remove_drive(drive)
            with pytest.raises((EOFError, ConnectionError)):
                client.request(1, 0, 512) or client.answer()  # type: ignore[func-returns-value]
            client.close()
            handle._worker.submit(appliance.close_reading()).result(20)


def test_an_ide_drive_needs_a_cold_boot_and_is_never_written(image: Path) -> None:
    before = image.stat().st_mtime_ns
    done: list[LaunchDone] = []
    with Handle() as handle:
        handle.on(LaunchDone, done.append)
        handle.add_drive(image, format="raw", iface="ide")
        handle.launch()
        (device,) = handle.list_devices()
        handle.mount("/dev/sda", "/")
        handle.mkdir("/new")
        assert handle.mounts() == [device]
        with pytest.raises(DestinationError, match="what would be read"):
            handle.download("/hello", image)
        handle.shutdown()
    assert not done[0].warm
    assert image.stat().st_mtime_ns == before


def test_an_ide_drive_cannot_be_hot_plugged(image: Path) -> None:
    with Handle() as handle:
        handle.launch()
        with pytest.raises(StateError):
            handle.add_drive(image, format="raw", iface="ide")
        handle.add_drive(image, format="raw")
        assert handle.list_devices() == ["/dev/sda"]


def test_names_follow_the_order_of_adding(image: Path) -> None:
    with Handle() as handle:
        for size in (16, 24, 40):
            handle.add_drive_scratch(size << 20)
        handle.launch()
        handle.add_drive_scratch(8 << 20)
        sizes = [handle.blockdev_getsize64(device) >> 20 for device in handle.list_devices()]
        assert sizes == [16, 24, 40, 8]
        handle.remove_drive(handle.drives[1])
        assert len(handle.list_devices()) == 3


def test_the_files_behind_a_drive_are_told(image: Path, tmp_path: Path) -> None:
    base, top = tmp_path / "base.qcow2", tmp_path / "top.qcow2"
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", image, base], check=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", top], check=True)
    with Handle() as handle:
        drive = handle.add_drive(top)
        assert handle.backing_chain(drive) == (str(top),)
        handle.launch()
        assert handle.backing_chain(drive) == (str(top), str(base))
        handle.mount_ro("/dev/sda", "/")
        assert handle.cat("/hello") == b"hello\n"


def test_nothing_replaces_a_file_behind_a_drive(image: Path, tmp_path: Path) -> None:
    base, top = tmp_path / "base.vmdk", tmp_path / "top.qcow2"
    flat = ["-O", "vmdk", "-o", "subformat=monolithicFlat"]
    subprocess.run(["qemu-img", "convert", *flat, image, base], check=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.vmdk", "-F", "vmdk", top], check=True)
    files = sorted(os.listdir(tmp_path))
    with Handle() as handle:
        handle.add_drive(top)
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        for name in ("top.qcow2", "base.vmdk", "base-flat.vmdk"):
            with pytest.raises(DestinationError, match="what would be read"):
                handle.download("/hello", tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == files


@pytest.mark.parametrize("options", [["-O", "raw"], ["-O", "vmdk", "-o", "subformat=streamOptimized"]])
def test_an_image_in_an_archive_is_read_where_it_lies(image: Path, tmp_path: Path, options: list[str]) -> None:
    disk, archive = tmp_path / f"disk.{options[1]}", tmp_path / "machine.ova"
    subprocess.run(["qemu-img", "convert", *options, image, disk], check=True)
    with tarfile.open(archive, "w") as tar:
        tar.add(__file__, "machine.ovf")
        tar.add(disk, disk.name)
    disk.unlink()
    with Handle() as handle:
        drive = handle.add_drive(archive)
        handle.launch()
        assert handle.backing_chain(drive) == (str(archive),)
        handle.mount("/dev/sda", "/")
        for direct in (True, False):
            out = tmp_path / f"out-{direct}"
            out.mkdir()
            assert handle.copy_out("/many", out, policy=ExtractPolicy(read_drives=direct)).failures == ()
            assert {path.name: path.read_text() for path in (out / "many").iterdir()} == {
                str(number): str(number) * 100 for number in range(300)
            }
        handle.download("/big", tmp_path / "big")
        assert handle.checksum("sha256", "/big") == hashlib.sha256((tmp_path / "big").read_bytes()).hexdigest()
        handle.mkdir("/new")  # into the overlay
        with pytest.raises(DestinationError, match="what would be read"):
            handle.download("/hello", archive)
    with Handle() as handle:
        handle.add_drive(archive, readonly=False)
        with pytest.raises(ImageFormatError, match="cannot be written"):
            handle.launch()


@pytest.mark.parametrize("way", ["copy_out", "archive_out", "download"])
def test_an_image_that_becomes_shorter_is_no_dead_appliance(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    shrinking, out = tmp_path / "shrinking.img", tmp_path / "out"
    shutil.copyfile(image, shrinking)
    out.mkdir()
    read, copy = FileDrive.read, FileDrive.copy

    def shorter_read(self: FileDrive, *where: int) -> bytes:
        os.truncate(shrinking, 1 << 20)
        return read(self, *where)

    def shorter_copy(self: FileDrive, *where: int) -> int:
        os.truncate(shrinking, 1 << 20)
        return copy(self, *where)

    monkeypatch.setattr(FileDrive, "read", shorter_read)
    monkeypatch.setattr(FileDrive, "copy", shorter_copy)
    restarted: list[object] = []
    options = ExtractOptions(restarts=2, on_restart=restarted.append)
    with Handle() as handle:
        handle.add_drive(shrinking, format="raw")
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        ways: dict[str, Callable[[], object]] = {
            "copy_out": lambda: handle.copy_out("/big", out, options=options),
            "archive_out": lambda: handle.archive_out("/big", out / "x.tar", options=options),
            "download": lambda: handle.download("/big", out / "big"),
        }
        with pytest.raises(ImageUnreadable, match="become shorter") as caught:
            ways[way]()
        assert "try once more" in caught.value.remedy
        assert (restarted, os.listdir(out), handle.state) == ([], [], State.READY)


def test_a_runtime_folder_with_a_long_path_keeps_nobody_from_launching(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with Handle() as handle:
        handle.add_drive(image, format="raw")
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        assert handle.checksum("sha256", "/hello")
