"""The fake appliance: implements every call, keeps the rules of the wire, and misbehaves only when told to."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from cutaway.calls import CALLS
from cutaway.drives import Drive
from cutaway.errors import (
    Cancelled,
    GuestError,
    ImageFormatError,
    ImageNotFound,
    LaunchError,
    NotFound,
    NotMounted,
    ProtocolError,
    StateError,
)
from cutaway.events import BootPhase
from cutaway.protocol.framing import Mark
from cutaway.protocol.messages import Hello, PhaseMessage
from cutaway.protocol.session import PageArrived
from cutaway.settings import Settings
from cutaway.testing import FakeAppliance, FakeImage, Pattern, disk, sample_image
from cutaway.testing.answers import Answers
from support.driver import Driver

IMAGE = "/images/sample.qcow2"


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({IMAGE: sample_image()})


@pytest.fixture
def driver(fake: FakeAppliance) -> Any:
    with Driver(fake, IMAGE) as driver:
        driver.call("mount_ro", mountable="/dev/vg0/root", mountpoint="/")
        yield driver


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_answered_and_takes_the_declared_arguments(name: str) -> None:
    answer = getattr(Answers, name)
    taken = list(inspect.signature(answer).parameters)[1:]
    assert taken == [argument.name for argument in CALLS[name].wire_arguments]


def test_a_warm_appliance_says_hello_when_woken(fake: FakeAppliance) -> None:
    with Driver(fake) as driver:
        (hello,) = driver.seen
        assert isinstance(hello, Hello)
        assert hello.build_hash == driver.running.build_hash
        assert set(hello.features) == {call.feature for call in CALLS.values()}


def test_a_cold_appliance_tells_its_phases_and_says_hello_by_itself() -> None:
    with Driver(FakeAppliance(cold=True)) as driver:
        driver.wait_for(5)
        assert [event.name for event in driver.seen[:4] if isinstance(event, PhaseMessage)] == [
            "mounting",
            "modules",
            "devices",
            "ready",
        ]
        assert isinstance(driver.seen[4], Hello)
        assert any(isinstance(report, BootPhase) for report in driver.reports)


def test_a_launch_fails_when_told_to() -> None:
    fake = FakeAppliance(fail_launch="no such luck")
    with pytest.raises(LaunchError, match="no such luck"):
        asyncio.run(fake.start([], Settings(), lambda _event: None))
    assert fake.running == []


def test_death_at_boot_ends_the_appliance() -> None:
    with Driver(FakeAppliance(cold=True, die_at_boot=True)) as driver:
        assert "died at boot" in driver.wait_for_end()


@pytest.mark.parametrize(("path", "error"), [("/images/none", ImageNotFound), ("/images/bad", ImageFormatError)])
def test_a_drive_that_cannot_be_used_is_refused(path: str, error: type[Exception]) -> None:
    fake = FakeAppliance({"/images/bad": FakeImage(0, error="not an image")})
    with Driver(fake) as driver, pytest.raises(error):
        driver.plug(Drive(path, "drive0"))


def test_an_ide_drive_is_there_from_the_start_only(fake: FakeAppliance) -> None:
    drive = Drive(IMAGE, "drive0", iface="ide")
    with Driver(fake, drives=[drive]) as driver:
        assert driver.running.attached == {"drive0"}
        with pytest.raises(StateError):
            driver.plug(Drive(IMAGE, "drive1", iface="ide"))


def test_a_failing_ide_drive_leaves_nothing_behind() -> None:
    fake = FakeAppliance()
    with pytest.raises(ImageNotFound):
        asyncio.run(fake.start([Drive("/images/none", "drive0", iface="ide")], Settings(), lambda _event: None))
    assert fake.running == []


def test_drives_take_the_lowest_free_letter(fake: FakeAppliance) -> None:
    with Driver(fake, IMAGE, IMAGE) as driver:
        driver.unplug("drive0")
        driver.plug(Drive("", "scratch", scratch_size_bytes=1 << 20))
        assert driver.call("wait_for_drive", serial="scratch", timeout_ms=1000) == "/dev/sda"
        assert driver.call("blockdev_getsize64", device="/dev/sda") == 1 << 20


def test_a_virtio_drive_is_found_under_its_scsi_name(fake: FakeAppliance) -> None:
    with Driver(fake, drives=[Drive(IMAGE, "drive0", iface="virtio")]) as driver:
        assert driver.call("list_devices") == ["/dev/vda"]
        assert driver.call("vfs_type", mountable="/dev/sda1") == "ext2"


def test_waiting_for_a_drive_times_out(fake: FakeAppliance) -> None:
    with Driver(fake) as driver, pytest.raises(GuestError) as caught:
        driver.call("wait_for_drive", serial="nothing", timeout_ms=20)
    assert caught.value.errno_name == "ETIMEDOUT"


def test_a_host_file_can_be_attached_and_uploaded(fake: FakeAppliance, tmp_path: Any) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"from the host\n")
    with Driver(fake, IMAGE) as driver:
        driver.call("mount", mountable="/dev/vg0/root", mountpoint="/")
        driver.plug(Drive(str(source), "upload0", protect=True))
        device = driver.call("wait_for_drive", serial="upload0", timeout_ms=1000)
        driver.call("upload", filename=[device, 14], remotefile="/tmp/target")
        assert driver.call("cat", path="/tmp/target") == b"from the host\n"


@pytest.mark.parametrize(
    ("name", "arguments", "marks"),
    [
        ("download", {"remotefile": "/etc/hostname"}, [Mark.END, Mark.DONE]),
        ("download", {"remotefile": "/nowhere"}, [Mark.ABORT]),
        ("download_offset", {"remotefile": "/etc/hostname", "offset": 1, "size": 2}, [Mark.END, Mark.DONE]),
        ("download_offset", {"remotefile": "/etc/hostname", "offset": 1, "size": 99}, [Mark.ABORT]),
        ("tar_out", {"directory": "/etc"}, [Mark.END, Mark.DONE]),
        ("tar_out", {"directory": "/etc", "compress": "lzw"}, [Mark.ABORT]),
        ("download_many", {"directory": "/etc", "names": [b"hostname", b"no", b"passwd"]},
         [Mark.END, Mark.FAILED, Mark.END, Mark.DONE]),
        ("download_many", {"directory": "/no", "names": [b"a"]}, [Mark.ABORT]),
    ],
)  # fmt: skip
def test_a_stream_has_one_terminator_per_file_and_ends_with_done_or_abort(
    driver: Driver, name: str, arguments: dict[str, Any], marks: list[Mark]
) -> None:
    try:
        driver.call(name, **arguments)
    except GuestError:
        assert marks == [Mark.ABORT]
    while len(driver.stream.marks) < len(marks):
        driver.pump()
    driver.call("ping_daemon")
    assert driver.stream.marks == marks
    assert driver.stream.rest == b""


def test_a_cancelled_stream_is_aborted_once_and_the_next_call_works(driver: Driver) -> None:
    driver.begin("download", remotefile="/srv/videos/holiday.mkv")
    driver.pump()
    driver.cancel()
    with pytest.raises(Cancelled):
        driver.finish()
    driver.call("ping_daemon")
    while not driver.stream.marks:
        driver.pump()
    assert driver.stream.marks == [Mark.ABORT]


def test_a_late_cancel_means_nothing(driver: Driver) -> None:
    driver.begin("ping_daemon")
    late = driver.session.cancel()
    driver.finish()
    driver.running.control.sendall(late)
    assert driver.call("version").major == 0


def test_a_cancel_of_another_call_means_nothing(driver: Driver) -> None:
    driver.begin("ping_daemon")
    stale = driver.session.cancel()
    driver.finish()
    driver.begin("debug_sleep", milliseconds=50)
    driver.running.control.sendall(stale)
    assert driver.finish() is None


def test_pages_come_in_order_the_first_one_small(driver: Driver) -> None:
    assert len(driver.call("ls", directory="/srv/huge-folder")) == 100_000
    pages = [len(event.items) for event in driver.seen if isinstance(event, PageArrived)]
    assert pages[0] < pages[1]
    assert sum(pages) == 100_000


def test_progress_comes_when_a_call_is_slow_and_ends_with_the_total() -> None:
    fake = FakeAppliance({IMAGE: disk((8, None))}, bytes_per_s=8 << 20, chunk_bytes=1 << 18)
    fake.images["/images/pattern"] = FakeImage(4 << 20, content=Pattern(4 << 20))
    with Driver(fake, "/images/pattern") as driver:
        driver.call("download", remotefile="/dev/sda")
        assert len(driver.progress) >= 2
        assert driver.progress == sorted(driver.progress)
        assert driver.progress[-1] == (4 << 20, 4 << 20)


def test_a_quick_call_tells_no_progress(driver: Driver) -> None:
    driver.call("checksum", csumtype="md5", path="/etc/hostname")
    assert driver.progress == []


@pytest.mark.parametrize("name", ["ls", "download", "ping_daemon"])
def test_the_appliance_dies_during_a_call(fake: FakeAppliance, name: str) -> None:
    fake.die_during(name)
    arguments = {"ls": {"directory": "/etc"}, "download": {"remotefile": "/etc/hostname"}}.get(name, {})
    with Driver(fake, IMAGE) as driver:
        driver.call("mount_ro", mountable="/dev/vg0/root", mountpoint="/")
        driver.begin(name, **arguments)
        assert name in driver.wait_for_end()
        while driver.pump():
            pass
        assert driver.session.running is not None


def test_the_appliance_dies_at_once_while_idle_or_busy(fake: FakeAppliance) -> None:
    with Driver(fake) as driver:
        driver.begin("debug_sleep", milliseconds=60_000)
        fake.die_now("killed by a test")
        assert driver.wait_for_end() == "killed by a test"


def test_lines_of_the_kernel_log_come_while_idle(fake: FakeAppliance) -> None:
    with Driver(fake) as driver:
        fake.say("[    1.250000] EXT4-fs (sda1): mounted")
        driver.running.console.setblocking(True)
        assert driver.running.console.recv(100) == b"[    1.250000] EXT4-fs (sda1): mounted\r\n"


def test_a_call_is_refused_slowed_down_or_corrupted_when_told_to(fake: FakeAppliance) -> None:
    fake.behaviour.refuse["version"] = ("EPERM", "not today")
    fake.behaviour.latency_of["ping_daemon"] = 0.05
    fake.behaviour.corrupt_in.add("dmesg")
    with Driver(fake) as driver:
        with pytest.raises(GuestError, match="not today"):
            driver.call("version")
        driver.call("ping_daemon")
        with pytest.raises(ProtocolError):
            driver.call("dmesg")


def test_a_hanging_call_does_not_hear_cancel(fake: FakeAppliance) -> None:
    fake.behaviour.hang_in.add("debug_sleep")
    with Driver(fake) as driver:
        driver.begin("debug_sleep", milliseconds=1)
        driver.cancel()
        with pytest.raises(AssertionError, match="silent"):
            driver.pump(0.1)


def test_what_one_appliance_writes_no_other_sees(fake: FakeAppliance) -> None:
    with Driver(fake, IMAGE) as first, Driver(fake, IMAGE) as second:
        for driver in (first, second):
            driver.call("mount", mountable="/dev/vg0/root", mountpoint="/")
        first.call("mkdir", path="/new")
        assert first.call("is_dir", path="/new") is True
        assert second.call("exists", path="/new") is False


def test_errors_leave_the_fake_ready(driver: Driver) -> None:
    with pytest.raises(NotFound):
        driver.call("cat", path="/nowhere")
    driver.call("umount_all")
    with pytest.raises(NotMounted):
        driver.call("ls", directory="/")
    driver.call("ping_daemon")


def test_a_volume_group_is_made_step_by_step(fake: FakeAppliance) -> None:
    with Driver(fake, drives=[Drive("", "drive0", scratch_size_bytes=64 << 20)]) as driver:
        driver.call("pvcreate", device="/dev/sda")
        assert driver.call("pvs_full")[0].vg_name == ""
        assert driver.call("vgs") == []
        driver.call("vgcreate", volgroup="vg1", physvols=["/dev/sda"])
        driver.call("lvcreate", logvol="data", volgroup="vg1", mbytes=30)
        assert driver.call("lvs") == ["/dev/vg1/data"]
        assert driver.call("blockdev_getsize64", device="/dev/vg1/data") == 32 << 20
        with pytest.raises(GuestError, match="not enough"):
            driver.call("lvcreate", logvol="more", volgroup="vg1", mbytes=64)
        driver.call("mkfs", fstype="xfs", device="/dev/vg1/data", label="DATA")
        assert driver.call("list_filesystems") == {"/dev/vg1/data": "xfs"}
