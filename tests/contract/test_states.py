"""The states of a handle: what is allowed where, the exact order of transitions and events, and what death leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from cutaway import Handle, State
from cutaway.errors import CallInterrupted, DriveError, EngineError, ImageNotFound, StateError
from cutaway.events import BootPhase, Closed, Event, LaunchDone, Quit, StateChanged

Make = Callable[[], Handle]


def transitions(events: list[Event]) -> list[tuple[State, State]]:
    return [(event.old, event.new) for event in events if isinstance(event, StateChanged)]


class Watch:
    """Collects events, and lets a test wait for one."""

    def __init__(self, handle: Handle) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()
        handle.on(Event, self._take)

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, kind: type[Event]) -> Event:
        with self._changed:
            assert self._changed.wait_for(lambda: any(isinstance(event, kind) for event in self.events), 40)
            return next(event for event in self.events if isinstance(event, kind))


def test_calls_need_a_launched_handle(new_handle: Make) -> None:
    handle = new_handle()
    for attempt in (lambda: handle.ls("/"), handle.list_devices, handle.ping_daemon):
        with pytest.raises(StateError) as caught:
            attempt()
        assert (caught.value.actual, caught.value.required) == ("CONFIG", "READY or BUSY")
    assert handle.state is State.CONFIG


def test_the_life_of_a_handle_in_order(new_handle: Make) -> None:
    handle = new_handle()
    watch = Watch(handle)
    handle.launch()
    assert handle.state is State.READY
    handle.ping_daemon()
    handle.shutdown()
    assert handle.state is State.CONFIG
    handle.close()
    assert handle.state is State.CLOSED
    seen = transitions(watch.events)
    assert seen[0] == (State.CONFIG, State.LAUNCHING)
    assert seen[1] == (State.LAUNCHING, State.READY)
    assert seen[2:4] == [(State.READY, State.BUSY), (State.BUSY, State.READY)]
    assert seen[-2:] == [(State.READY, State.CONFIG), (State.CONFIG, State.CLOSED)]
    assert isinstance(watch.events[-1], Closed)
    quits = [event for event in watch.events if isinstance(event, Quit)]
    assert len(quits) == 1
    assert quits[0].expected


def test_launch_tells_its_phases_and_that_it_is_done(new_handle: Make) -> None:
    handle = new_handle()
    watch = Watch(handle)
    handle.launch()
    fractions = [event.fraction for event in watch.events if isinstance(event, BootPhase)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    done = watch.wait_for(LaunchDone)
    assert isinstance(done, LaunchDone)
    assert done.seconds > 0
    assert done.accelerator in {"tcg", "kvm"}


def test_launching_twice_is_refused(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    with pytest.raises(StateError):
        handle.launch()
    assert handle.state is State.READY


def test_a_closed_handle_refuses_everything_and_closes_again(new_handle: Make) -> None:
    handle = new_handle()
    handle.close()
    handle.close()
    assert handle.state is State.CLOSED
    for attempt in (handle.launch, handle.list_devices, lambda: handle.add_drive_ro("/x")):
        with pytest.raises(StateError):
            attempt()


def test_shutdown_and_launch_again_keeps_the_drives(new_handle: Make) -> None:
    handle = new_handle()
    drives = handle.drives
    handle.launch()
    handle.shutdown()
    assert handle.drives == drives
    handle.launch()
    assert handle.list_devices() == ["/dev/sda"]


def test_shutdown_of_what_does_not_run_does_nothing(new_handle: Make) -> None:
    handle = new_handle()
    handle.shutdown()
    assert handle.state is State.CONFIG


def test_killing_during_a_call_interrupts_it_and_launch_recovers(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    watch = Watch(handle)
    busy = threading.Event()
    handle.on(StateChanged, lambda event: busy.set() if event.new is State.BUSY else None)
    killer = threading.Thread(target=lambda: busy.wait(20) and handle.kill_subprocess())
    killer.start()
    with pytest.raises(CallInterrupted):
        handle.debug_sleep(60_000)
    killer.join()
    watch.wait_for(Quit)
    assert handle.state is State.CONFIG
    assert transitions(watch.events) == [(State.READY, State.BUSY), (State.BUSY, State.CONFIG)]
    assert len(handle.drives) == 1
    handle.launch()
    assert handle.list_filesystems()["/dev/vg0/root"] == "ext4"
    handle.mount_ro("/dev/vg0/root", "/")
    assert handle.exists("/etc/passwd")


def test_partitions_can_be_used_right_after_launch(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    handle.mount_ro("/dev/sda1", "/")
    assert handle.exists("/grub/grub.cfg")


def test_logical_volumes_can_be_used_right_after_launch(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    handle.mount_ro("/dev/vg0/root", "/")
    assert handle.exists("/etc/passwd")


def test_killing_an_idle_appliance_is_noticed(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    watch = Watch(handle)
    handle.kill_subprocess()
    quit_event = watch.wait_for(Quit)
    assert isinstance(quit_event, Quit)
    assert quit_event.expected
    assert handle.state is State.CONFIG


def test_a_launch_with_a_missing_image_fails_and_leaves_config(backend_handle: Handle) -> None:
    backend_handle.add_drive_ro("/no/such/image.qcow2")
    with pytest.raises(ImageNotFound):
        backend_handle.launch()
    assert backend_handle.state is State.CONFIG


def test_drives_come_and_go_while_ready(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    scratch = handle.add_drive_scratch(8 << 20)
    assert handle.list_devices() == ["/dev/sda", "/dev/sdb"]
    assert handle.blockdev_getsize64("/dev/sdb") == 8 << 20
    handle.remove_drive(scratch)
    assert handle.list_devices() == ["/dev/sda"]
    assert len(handle.drives) == 1


def test_a_drive_that_cannot_be_plugged_in_is_not_added(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    with pytest.raises(DriveError):
        handle.add_drive_ro("/no/such/image.qcow2")
    assert len(handle.drives) == 1
    assert handle.list_devices() == ["/dev/sda"]


def test_drives_are_named_in_the_order_of_adding(new_handle: Make) -> None:
    handle = new_handle()
    handle.add_drive_scratch(16 << 20)
    handle.add_drive_scratch(32 << 20)
    handle.launch()
    assert handle.list_devices() == ["/dev/sda", "/dev/sdb", "/dev/sdc"]
    assert [handle.blockdev_getsize64(name) >> 20 for name in ("/dev/sdb", "/dev/sdc")] == [16, 32]


def test_hd_and_vd_names_reach_scsi_drives_only_as_declared(new_handle: Make) -> None:
    handle = new_handle()
    handle.launch()
    assert handle.vfs_type("/dev/sda1") == "ext2"
    with pytest.raises(EngineError):
        handle.vfs_type("/dev/vda1")


def test_a_callback_that_calls_its_own_handle_is_told_so(new_handle: Make) -> None:
    handle = new_handle()
    errors: list[BaseException] = []

    def call_back(_event: LaunchDone) -> None:
        try:
            handle.ping_daemon()
        except RuntimeError as error:
            errors.append(error)

    handle.on(LaunchDone, call_back)
    handle.launch()
    assert len(errors) == 1
    handle.ping_daemon()


def test_a_failing_callback_harms_nobody(new_handle: Make, caplog: pytest.LogCaptureFixture) -> None:
    handle = new_handle()
    handle.on(StateChanged, lambda _event: 1 / 0)
    handle.launch()
    handle.ping_daemon()
    assert "a callback for StateChanged failed" in caplog.text
