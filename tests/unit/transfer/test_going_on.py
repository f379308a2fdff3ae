"""Extractions that are held, that outlive their appliance, or are gone on with after the death of their process."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from cutaway import Handle, State
from cutaway.errors import CallInterrupted, Cancelled
from cutaway.testing import FakeAppliance, FakeFileSystem, Pattern, disk, file, folder, hard_link, link
from cutaway.testing.nodes import Folder
from cutaway.transfer.control import TransferControl
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.transfer.journal import discard, journal_folder, unfinished
from cutaway.transfer.streamed_files import StreamedFiles

MIB = 1 << 20
WORK = {"what": "a test"}


def tree() -> Folder:
    twin = file(b"twin", mtime_ns=5)
    many = {b"f%03d" % number: file(b"%d" % number, mtime_ns=number) for number in range(500)}
    return folder({
        b"tree": folder({
            **many, b"link": link(b"f001"), b"a": twin, b"b": hard_link(twin), b"sub": folder({b"deep": file(b"d")}),
            b"big": file(Pattern(8 * MIB)),
        }),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((512, FakeFileSystem("ext4", tree, "ROOT", "")))})


def check_whole(out: Path) -> None:
    found = out / "tree"
    assert sorted(os.listdir(found)) == sorted([*(f"f{n:03}" for n in range(500)), "link", "a", "b", "sub", "big"])
    assert all((found / f"f{n:03}").read_bytes() == b"%d" % n for n in range(500))
    assert (found / "big").read_bytes() == Pattern(8 * MIB).read(0, 8 * MIB)
    assert (found / "a").stat().st_ino == (found / "b").stat().st_ino
    assert os.listdir(out) == ["tree"]


def test_an_extraction_outlives_its_appliance(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.die_in.add("export_tree")
    deaths: list[CallInterrupted] = []

    def on_restart(error: CallInterrupted) -> None:
        deaths.append(error)
        fake.behaviour.die_in.clear()

    report = handle.copy_out("/tree", out, options=ExtractOptions(restarts=1, on_restart=on_restart))
    check_whole(out)
    assert len(deaths) == 1
    assert report.files == 504
    assert report.bytes == sum(len(str(n)) for n in range(500)) + 8 * MIB + len("twin") + len("d")
    assert handle.state is State.READY


def test_one_that_dies_too_often_fails_and_leaves_nothing(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.die_in.add("export_tree")
    deaths: list[CallInterrupted] = []
    with pytest.raises(CallInterrupted):
        handle.copy_out("/tree", out, options=ExtractOptions(restarts=2, on_restart=deaths.append))
    assert len(deaths) == 2
    assert os.listdir(out) == []


def test_an_appliance_that_lives_is_not_started_again(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: StreamedFiles) -> None:
        raise CallInterrupted("the connection to the drive broke")

    monkeypatch.setattr(StreamedFiles, "settle", broken)
    monkeypatch.setattr("cutaway.core.END_SEEN_S", 0.01)
    with pytest.raises(CallInterrupted, match="the connection"):
        handle.copy_out("/tree", out, options=ExtractOptions(restarts=3))
    assert (handle.state, os.listdir(out)) == (State.READY, [])


def test_an_appliance_that_was_killed_on_purpose_is_not_started_again(
    handle: Handle, fake: FakeAppliance, out: Path
) -> None:
    fake.behaviour.bytes_per_s = 2 * MIB
    begun = threading.Event()
    killer = threading.Thread(target=lambda: (begun.wait(20), handle.kill_subprocess()))
    killer.start()
    options = ExtractOptions(restarts=3, on_progress=lambda step: begun.set() if step.bytes_done else None)
    with pytest.raises(CallInterrupted):
        handle.copy_out("/tree", out, options=options)
    killer.join()
    assert handle.state is State.CONFIG
    assert os.listdir(out) == []


def leave_unfinished(handle: Handle, fake: FakeAppliance, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an extraction end as if its process had been killed in the middle."""
    fake.behaviour.die_in.add("export_tree")
    with monkeypatch.context() as patch:
        patch.setattr("cutaway.transfer.staging.Staging.remove", lambda staging: staging.close())
        with pytest.raises(CallInterrupted):
            handle.copy_out("/tree", out, options=ExtractOptions(work=WORK))
    fake.behaviour.die_in.clear()
    (note,) = journal_folder().glob("*.json")
    note.write_text(json.dumps({**json.loads(note.read_text()), "pid": 1 << 30}))
    handle.launch()
    handle.mount_ro("/dev/sda1", "/")


def test_what_a_killed_process_left_is_offered_and_gone_on_with(
    handle: Handle, fake: FakeAppliance, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_unfinished(handle, fake, out, monkeypatch)
    (left,) = unfinished()
    assert left.work == WORK
    assert os.path.dirname(left.folder) == str(out)
    report = handle.copy_out("/tree", out, options=ExtractOptions(resume=left))
    check_whole(out)
    assert report.files == 504
    assert unfinished() == []
    assert list(journal_folder().iterdir()) == []


def test_what_was_left_for_later_is_gone_on_with_by_another_process(
    handle: Handle, fake: FakeAppliance, out: Path
) -> None:
    fake.behaviour.die_in.add("export_tree")
    control = TransferControl()
    control.leave()
    with pytest.raises(CallInterrupted):
        handle.copy_out("/tree", out, options=ExtractOptions(work=WORK, control=control))
    assert unfinished() == [], "this process still lives"
    fake.behaviour.die_in.clear()
    (note,) = journal_folder().glob("*.json")
    note.write_text(json.dumps({**json.loads(note.read_text()), "pid": 1 << 30}))
    handle.launch()
    handle.mount_ro("/dev/sda1", "/")
    (left,) = unfinished()
    handle.copy_out("/tree", out, options=ExtractOptions(resume=left))
    check_whole(out)
    assert list(journal_folder().iterdir()) == []


def test_what_is_left_without_its_work_is_removed(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.die_in.add("export_tree")
    control = TransferControl()
    control.leave()
    with pytest.raises(CallInterrupted):
        handle.copy_out("/tree", out, options=ExtractOptions(control=control))
    assert os.listdir(out) == []


def test_files_that_are_whole_are_not_fetched_again(
    handle: Handle, fake: FakeAppliance, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_unfinished(handle, fake, out, monkeypatch)
    (left,) = unfinished()
    whole, half = Path(left.folder, "0/tree/f007"), Path(left.folder, "0/tree/f008")
    whole.parent.mkdir(parents=True, exist_ok=True)
    for path in (whole, half):
        path.write_bytes(b"!")
    os.utime(whole, ns=(7, 7))
    handle.copy_out("/tree", out, options=ExtractOptions(resume=left))
    assert (out / "tree/f007").read_bytes() == b"!"
    assert (out / "tree/f008").read_bytes() == b"8"


def test_another_extraction_does_not_touch_it_and_it_can_be_discarded(
    handle: Handle, fake: FakeAppliance, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_unfinished(handle, fake, out, monkeypatch)
    handle.copy_out("/tree/sub", out)
    (left,) = unfinished()
    assert os.path.isdir(left.folder)
    discard(left)
    assert unfinished() == []
    assert os.listdir(out) == ["sub"]


def test_a_held_extraction_stands_still_and_goes_on(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.bytes_per_s = 32 * MIB
    control, seen = TransferControl(), list[int]()
    is_held = threading.Event()

    def on_progress(step: TransferProgress) -> None:
        seen.append(step.bytes_done)
        if step.bytes_done > MIB and not is_held.is_set():
            control.hold()
            is_held.set()

    worker = threading.Thread(
        target=lambda: handle.copy_out("/tree", out, options=ExtractOptions(on_progress=on_progress, control=control))
    )
    worker.start()
    assert is_held.wait(20)
    held_at = -1
    while held_at != seen[-1]:  # what is on its way still comes
        held_at = seen[-1]
        worker.join(0.3)
    assert worker.is_alive()
    control.go_on()
    worker.join(20)
    check_whole(out)


def test_a_held_extraction_can_be_cancelled(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.bytes_per_s = 4 * MIB
    control, is_held = TransferControl(), threading.Event()

    def on_progress(step: TransferProgress) -> None:
        if step.bytes_done:
            control.hold()
            is_held.set()

    canceller = threading.Thread(target=lambda: (is_held.wait(20), handle.cancel()))
    canceller.start()
    with pytest.raises(Cancelled):
        handle.copy_out("/tree", out, options=ExtractOptions(on_progress=on_progress, control=control))
    canceller.join()
    assert os.listdir(out) == []
