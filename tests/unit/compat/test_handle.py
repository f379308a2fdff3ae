"""Drives, states, settings, errors and events of the compatible handle behave as libguestfs' do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.compat import guestfs
from cutaway.testing import sample_image

from .conftest import ROOT, FakeGuestFS

Make = Callable[..., FakeGuestFS]
Told = list[tuple[int, int, str | None, list[int]]]


def listen(handle: FakeGuestFS, mask: int) -> Told:
    told: Told = []
    handle.set_event_callback(lambda *event: told.append(event), mask)
    return told


def states(handle: FakeGuestFS) -> tuple[int, int, int, int, int]:
    return (
        handle.get_state(), handle.is_config(), handle.is_launching(), handle.is_ready(), handle.is_busy(),
    )  # fmt: skip


def test_states_are_config_then_ready_then_config(make: Make, image: str) -> None:
    handle = make()
    assert states(handle) == (0, 1, 0, 0, 0)
    handle.add_drive(image, readonly=True, format="qcow2")
    handle.launch()
    assert states(handle) == (2, 0, 0, 1, 0)
    handle.shutdown()
    assert states(handle) == (0, 1, 0, 0, 0)


def test_shutdown_forgets_the_drives(launched: FakeGuestFS, image: str) -> None:
    assert len(launched.debug_drives()) == 1
    launched.kill_subprocess()
    assert launched.debug_drives() == []
    launched.add_drive_ro(image)
    launched.launch()
    assert launched.list_devices() == ["/dev/sda"]


def test_shutdown_before_launch_keeps_the_drives(make: Make, image: str) -> None:
    handle = make()
    handle.add_drive_ro(image)
    handle.shutdown()
    assert handle.debug_drives() == [f"{image},readonly"]


def test_a_drive_is_writable_unless_asked_otherwise(make: Make, image: str) -> None:
    handle = make()
    handle.add_drive(image)
    handle.add_drive_opts(image, readonly=1)
    handle.add_cdrom(image)
    handle.add_drive_with_if(image, "virtio")
    handle.add_drive_ro_with_if(image, "ide")
    assert [(drive.readonly, drive.iface) for drive in handle._drives] == [
        (False, "scsi"), (True, "scsi"), (True, "scsi"), (False, "virtio"), (True, "ide"),
    ]  # fmt: skip


def test_a_scratch_drive_is_added_after_launch(launched: FakeGuestFS) -> None:
    launched.add_drive_scratch(1 << 20)
    assert launched.list_devices() == ["/dev/sda", "/dev/sdb"]


@pytest.mark.parametrize(
    "options",
    [
        {"protocol": "nbd"}, {"protocol": "http", "server": ["example.org"]}, {"server": ["example.org"]},
        {"username": "me"}, {"secret": "x"}, {"discard": "enable"}, {"blocksize": 1000}, {"iface": "floppy"},
        {"label": "with space"}, {"label": "a" * 21}, {"label": "two2"},
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_had_is_refused(make: Make, image: str, options: dict[str, object]) -> None:
    handle = make()
    with pytest.raises(RuntimeError, match="add_drive"):
        handle.add_drive(image, **options)  # type: ignore[arg-type]
    assert handle.debug_drives() == []


def test_an_option_that_asks_for_what_is_done_anyway_is_taken(make: Make, image: str) -> None:
    handle = make()
    handle.add_drive(
        image, protocol="file", server=[], discard="besteffort", blocksize=512, cachemode="unsafe", copyonread=True
    )
    assert len(handle.debug_drives()) == 1


def test_a_label_names_a_drive_and_its_partitions(make: Make, image: str) -> None:
    handle = make(python_return_dict=True)
    handle.add_drive(image, readonly=True, label="system")
    handle.launch()
    assert handle.vfs_type("/dev/disk/guestfs/system1") == "ext2"
    assert handle.list_disk_labels()["system3"] == "/dev/sda3"
    with pytest.raises(RuntimeError, match="No such file"):
        handle.vfs_type("/dev/disk/guestfs/other")


def test_errors_are_runtime_errors_with_the_c_library_s_words(launched: FakeGuestFS) -> None:
    with pytest.raises(RuntimeError, match="ls"):
        launched.ls("/")
    launched.mount(ROOT, "/")
    with pytest.raises(RuntimeError, match=r"/nope: No such file or directory$"):
        launched.ls("/nope")
    with pytest.raises(RuntimeError, match=r"must begin with '/'"):
        launched.ls("relative")
    with pytest.raises(RuntimeError, match="config state"):
        launched.launch()


def test_a_missing_image_is_told_when_it_is_added(make: Make) -> None:
    with pytest.raises(RuntimeError, match="/nonexistent: No such file or directory"):
        make().add_drive_ro("/nonexistent")


def test_a_call_before_launch_says_so(make: Make) -> None:
    for call in (lambda handle: handle.ls("/"), lambda handle: handle.statns("/"), lambda handle: handle.nr_devices()):
        with pytest.raises(RuntimeError, match="call launch before using this function"):
            call(make())


@pytest.mark.parametrize("wrong", [5, None, ["/"]])
def test_arguments_of_wrong_types_are_type_errors(g: FakeGuestFS, wrong: object) -> None:
    with pytest.raises(TypeError, match="must be str"):
        g.ls(wrong)
    with pytest.raises(TypeError, match="must be int"):
        g.pread("/etc/hostname", "3", 0)
    with pytest.raises(TypeError):
        g.ls()
    with pytest.raises(TypeError):
        g.ls(path="/")


def test_an_option_that_the_call_has_not_is_refused(g: FakeGuestFS) -> None:
    with pytest.raises(RuntimeError, match="lazyunmount is not supported"):
        g.umount("/", lazyunmount=True)
    g.umount("/", force=False)
    assert g.mounts() == []


def test_a_closed_handle_says_so(make: Make) -> None:
    handle = make()
    told = listen(handle, guestfs.EVENT_CLOSE)
    handle.close()
    assert told == [(guestfs.EVENT_CLOSE, 0, None, [])]
    for method in (handle.close, handle.launch, handle.get_verbose, lambda: handle.ls("/")):
        with pytest.raises(guestfs.ClosedHandle, match="closed handle"):
            method()


def test_settings_reach_the_appliance(make: Make, image: str) -> None:
    handle = make()
    handle.set_memsize(2048)
    handle.set_smp(2)
    handle.set_hv("/bin/qemu")
    handle.set_backend("direct")
    handle.set_backend_settings(["force_tcg", "gdb"])
    handle.add_drive_ro(image)
    handle.launch()
    used = handle.settings
    assert (used.memory_mib, used.vcpus, used.qemu, used.accelerator) == (2048, 2, "/bin/qemu", "tcg")
    assert (handle.get_memsize(), handle.get_smp(), handle.get_hv()) == (2048, 2, "/bin/qemu")


def test_settings_are_kept_by_their_own_names(make: Make, tmp_path: Path) -> None:
    handle = make()
    handle.set_autosync(autosync=False)
    handle.set_recovery_proc(recoveryproc=True)
    handle.set_identifier("me")
    handle.set_append(append="nomodeset")
    handle.set_tmpdir(str(tmp_path))
    assert (handle.get_autosync(), handle.get_recovery_proc(), handle.get_identifier()) == (0, 1, "me")
    assert (handle.get_append(), handle.get_tmpdir()) == ("nomodeset", str(tmp_path))
    handle.set_backend_setting("key", "value")
    assert handle.get_backend_setting("key") == "value"
    assert (handle.clear_backend_setting("key"), handle.clear_backend_setting("key")) == (1, 0)
    with pytest.raises(RuntimeError, match="setting not found"):
        handle.get_backend_setting("key")


def test_settings_that_make_no_sense_are_refused(make: Make) -> None:
    handle = make()
    for call, words in (
        (lambda: handle.set_memsize(10), "at least 256"),
        (lambda: handle.set_smp(0), "at least 1"),
        (lambda: handle.set_backend("bogus"), "invalid backend: bogus"),
        (lambda: handle.set_network(network=True), "no network"),
        (lambda: handle.config("-device", "x"), "not supported"),
        (lambda: handle.add_drive_scratch(0), "size must be > 0"),
        (handle.c_pointer, "no C handle"),
        (handle.get_pid, "after launch"),
    ):
        with pytest.raises(RuntimeError, match=words):
            call()


def test_the_environment_counts_unless_refused(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBGUESTFS_MEMSIZE", "3000")
    monkeypatch.setenv("LIBGUESTFS_DEBUG", "1")
    monkeypatch.setenv("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg")
    assert (make().get_memsize(), make().get_verbose(), make().get_backend_settings()) == (3000, 1, ["force_tcg"])
    assert (make(environment=False).get_memsize(), make(environment=False).get_verbose()) == (1536, 0)
    handle = make(environment=False)
    handle.parse_environment_list(["LIBGUESTFS_MEMSIZE=700", "OTHER=1"])
    assert handle.get_memsize() == 700


def test_events_come_with_their_bit_handle_text_and_numbers(make: Make, image: str) -> None:
    handle = make()
    told = listen(handle, guestfs.EVENT_ALL & ~guestfs.EVENT_APPLIANCE)
    handle.add_drive_ro(image)
    handle.launch()
    assert (guestfs.EVENT_ENTER, 0, "launch", []) in told
    assert (guestfs.EVENT_LAUNCH_DONE, 0, None, []) in told
    progress = [numbers for bit, _, _, numbers in told if bit == guestfs.EVENT_PROGRESS]
    assert progress[-1] == [0, 0, 12, 12]
    assert all(0 <= position <= total for _, _, position, total in progress)


def test_a_deleted_callback_hears_nothing(make: Make) -> None:
    handle = make()
    told: Told = []
    first = handle.set_event_callback(lambda *event: told.append(event), guestfs.EVENT_ENTER)
    second = handle.set_event_callback(lambda *_: None, guestfs.EVENT_ENTER)
    assert (first, second) == (0, 1)
    handle.delete_event_callback(first)
    handle.delete_event_callback(99)
    handle.get_verbose()
    assert told == []


def test_traces_show_calls_and_results(g: FakeGuestFS) -> None:
    told = listen(g, guestfs.EVENT_TRACE)
    g.set_trace(True)
    g.ls("/etc/ssh")
    g.is_file("/etc", followsymlinks=True)
    with pytest.raises(RuntimeError):
        g.ls("/nope")
    assert [text for _, _, text, _ in told] == [
        'ls "/etc/ssh"', 'ls = ["ssh_config", "sshd_config"]',
        'is_file "/etc" "followsymlinks:true"', "is_file = 0",
        'ls "/nope"', "ls = -1 (error)",
    ]  # fmt: skip


def test_traces_and_warnings_that_nobody_hears_are_printed(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    handle = make()
    handle.set_trace(True)
    handle.get_smp()
    assert "trace: get_smp\n" in capsys.readouterr().err


def test_the_appliance_s_death_is_told_and_forgets_the_drives(g: FakeGuestFS, image: str) -> None:
    gone = threading.Event()
    g.set_event_callback(lambda *_: gone.set(), guestfs.EVENT_SUBPROCESS_QUIT)
    assert g._engine is not None
    g._engine.kill_subprocess()
    assert gone.wait(10)
    with pytest.raises(RuntimeError, match="call launch before"):
        g.ls("/")
    assert (g.get_state(), g.debug_drives()) == (0, [])
    g.add_drive_ro(image)
    g.launch()
    assert g.list_devices() == ["/dev/sda"]


def test_shutdown_is_no_death(launched: FakeGuestFS) -> None:
    told = listen(launched, guestfs.EVENT_SUBPROCESS_QUIT)
    launched.shutdown()
    assert told == []


def test_user_cancel_ends_a_download_and_leaves_nothing(make: Make, image: str, tmp_path: Path) -> None:
    handle = make()
    handle.content = sample_image
    handle.add_drive_ro(image)
    handle.launch()
    handle.mount_ro(ROOT, "/")
    handle.set_event_callback(lambda *_: handle.user_cancel(), guestfs.EVENT_PROGRESS)
    with pytest.raises(RuntimeError, match="download: operation cancelled by user"):
        handle.download("/srv/videos/concert.mkv", str(tmp_path / "concert"))
    assert not (tmp_path / "concert").exists()
    assert handle.exists("/etc") == 1


def test_user_cancel_without_a_call_does_nothing(make: Make) -> None:
    make().user_cancel()


def test_a_handle_that_is_dropped_ends_its_appliance(make: Make, image: str) -> None:
    handle = FakeGuestFS()
    handle.image = image
    handle.add_drive_ro(image)
    handle.launch()
    engine = handle._engine
    assert engine is not None
    del handle
    assert engine.state.value == "CLOSED"


def test_events_have_names() -> None:
    assert guestfs.event_to_string(guestfs.EVENT_CLOSE | guestfs.EVENT_ENTER) == "close,enter"
    assert guestfs.event_to_string(0) == ""
    assert guestfs.EVENT_ALL == 1023
