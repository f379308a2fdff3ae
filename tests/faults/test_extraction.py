"""Extractions that are disturbed: they go on, or they leave nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import CallInterrupted, Cancelled, DestinationError, EngineError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.transfer.journal import unfinished
from cutaway.transfer.policy import ExtractPolicy
from cutaway.worker import TIDY_UP_S
from support.backends import skip_or_fail
from support.trees import describe

Make = Callable[..., Handle]
WAYS = pytest.mark.parametrize("direct", [True, False], ids=["from the drive", "through the guest"])
#: Where in the work something happens: the fraction of the files or bytes that has arrived.
POINTS = pytest.mark.parametrize("point", [0.0, 0.2, 0.6])
PATHS: list[object] = ["/many", "/big", "/hello"]


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the journal of extractions apart."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Give an empty folder to extract into."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def handle(make: Make) -> Handle:
    """Give a launched handle with the image mounted."""
    handle = make()
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    return handle


@pytest.fixture
def tree(image: Path) -> Path:
    """Give the folder that the image was made of."""
    return image.parent / "tree"


def after(point: float, act: Callable[[], None]) -> Callable[[TransferProgress], None]:
    """Return a listener that does something once, when so much has arrived."""
    total, done = 64 << 20, threading.Event()

    def listen(step: TransferProgress) -> None:
        is_over = not step.current and step.files_done == step.files_total > 0
        if step.bytes_done >= point * total and not is_over and not done.is_set():
            done.set()
            act()

    return listen


def check_whole(tree: Path, out: Path) -> None:
    ours, source = describe(out), describe(tree)
    assert {path: (fact[0], fact[2], fact[4]) for path, fact in ours.items()} == {
        path: (fact[0], fact[2], fact[4]) for path, fact in source.items()
    }


@WAYS
@POINTS
def test_a_qemu_that_is_killed_is_started_again(
    handle: Handle, tree: Path, out: Path, point: float, direct: bool
) -> None:
    deaths: list[CallInterrupted] = []
    pid = handle.pid
    assert pid is not None
    options = ExtractOptions(
        restarts=1, on_restart=deaths.append, on_progress=after(point, lambda: os.kill(pid, signal.SIGKILL))
    )
    report = handle.copy_out(PATHS, out, policy=ExtractPolicy(read_drives=direct), options=options)  # type: ignore[arg-type]
    check_whole(tree, out)
    assert report.files == 302
    assert len(deaths) <= 1  # what has been listed and lies on a plain drive needs no qemu any more


@WAYS
def test_without_leave_to_restart_it_fails_and_leaves_nothing(handle: Handle, out: Path, direct: bool) -> None:
    pid = handle.pid
    assert pid is not None
    listener = after(0.0, lambda: os.kill(pid, signal.SIGKILL))
    with pytest.raises(CallInterrupted):
        handle.copy_out("/", out, policy=ExtractPolicy(read_drives=direct), on_progress=listener)
    assert os.listdir(out) == []
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    assert handle.copy_out("/hello", out).files == 1


@WAYS
@POINTS
def test_closing_in_the_middle_leaves_nothing(handle: Handle, out: Path, point: float, direct: bool) -> None:
    control, closing = TransferControl(), threading.Thread(target=handle.close)

    def close() -> None:
        control.hold()
        closing.start()

    options = ExtractOptions(control=control, on_progress=after(point, close))
    begun = time.monotonic()
    try:
        handle.copy_out("/", out, policy=ExtractPolicy(read_drives=direct), options=options)
    except EngineError:
        assert os.listdir(out) == []
    else:
        assert direct  # which may be over before anybody can close it
        assert point
        assert len(list(out.rglob("many/*"))) == 300
    if closing.ident is not None:
        closing.join(30)
    assert not closing.is_alive()
    assert time.monotonic() - begun < TIDY_UP_S


@WAYS
@POINTS
def test_a_cancelled_extraction_leaves_nothing_and_the_handle_goes_on(
    handle: Handle, out: Path, point: float, direct: bool
) -> None:
    policy, control = ExtractPolicy(read_drives=direct), TransferControl()

    def cancel() -> None:
        control.hold()
        handle.cancel()

    options = ExtractOptions(control=control, on_progress=after(point, cancel))
    try:
        handle.copy_out(PATHS, out, policy=policy, options=options)  # type: ignore[arg-type]
    except Cancelled:
        assert os.listdir(out) == []
    else:
        assert direct  # which may be over before anybody can cancel it
        assert point
        assert len(os.listdir(out)) == len(PATHS)
    control.end()
    assert handle.copy_out("/many", out, policy=policy).files == 300


@WAYS
def test_a_full_disk_is_said_and_nothing_stays(handle: Handle, tmp_path: Path, direct: bool) -> None:
    full = tmp_path / "small"
    full.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(full)], check=False)
    if mounted.returncode:
        skip_or_fail("a small disk can only be mounted by root")
    try:
        with pytest.raises(DestinationError) as caught:
            handle.copy_out("/big", full, policy=ExtractPolicy(read_drives=direct))
        assert caught.value.errno_name == "ENOSPC"
        assert os.listdir(full) == []
        assert handle.copy_out("/hello", full, policy=ExtractPolicy(read_drives=direct)).files == 1
    finally:
        subprocess.run(["umount", str(full)], check=True)


def test_a_destination_that_vanishes_is_said(handle: Handle, out: Path, tmp_path: Path) -> None:
    def vanish() -> None:
        os.rename(out, tmp_path / "elsewhere")
        (tmp_path / "elsewhere").chmod(0o700)

    try:
        handle.copy_out("/big", out, on_progress=after(0.0, vanish))
    except EngineError:
        assert [name for name in os.listdir(tmp_path / "elsewhere") if not name.startswith(".")] == []
    assert handle.ls("/many")


def test_an_image_that_becomes_shorter_is_reported_not_believed(image: Path, out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.img"
    copy.write_bytes(image.read_bytes())
    with Handle() as handle:
        handle.add_drive(copy, format="raw")
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        handle.ls("/many")
        os.truncate(copy, 8 << 20)
        try:
            report = handle.copy_out("/big", out)
        except EngineError:
            assert os.listdir(out) == []
        else:
            assert [failure.path for failure in report.failures] == [b"/big"]
            assert os.listdir(out) == []


def test_two_extractions_at_once_do_not_disturb_each_other(make: Make, tree: Path, tmp_path: Path) -> None:
    results: list[Path] = []

    def work(number: int) -> None:
        target = tmp_path / f"out{number}"
        target.mkdir()
        handle = make()
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        handle.copy_out(PATHS, target)  # type: ignore[arg-type]
        results.append(target)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    for target in results:
        check_whole(tree, target)


KILLED = """
import sys
from cutaway import Handle
from cutaway.transfer.control import TransferControl
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.policy import ExtractPolicy
image, out = sys.argv[1:]
def tell(step):
    if step.bytes_done > 4_000_000:
        print("moving", flush=True)
        control.hold()
control = TransferControl()
handle = Handle()
handle.add_drive(image, format="raw")
handle.launch()
handle.mount_ro("/dev/sda", "/")
options = ExtractOptions(on_progress=tell, control=control, work={"paths": ["/many", "/big", "/hello"]})
policy = ExtractPolicy(read_drives=False)  # slow enough to be held in the middle
handle.copy_out(["/many", "/big", "/hello"], out, policy=policy, options=options)
"""


def test_after_a_kill_the_next_process_goes_on(image: Path, handle: Handle, tree: Path, out: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(image), str(out)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"moving\n"
    child.kill()
    child.wait()
    child.stdout.close()
    (left,) = unfinished()
    kept = {path: facts for path, facts in describe(Path(left.folder)).items() if b"many/" in path}
    assert len(kept) == 300
    report = handle.copy_out(left.work["paths"], out, options=ExtractOptions(resume=left))
    check_whole(tree, out)
    assert report.files == 302
    assert unfinished() == []
