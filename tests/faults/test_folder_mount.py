"""A mount ends in every bad way: it is gone from the folder, or recognised as dead, and no qemu is left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from end_to_end.command import PROGRAM
from support.mounting import ended, is_mounted, mounted, need_fuse

from .conftest import qemus_of, wait_until

#: Mounts an appliance in memory that does not answer any more when it is to read.
HANGING = """
import signal, sys
from cutaway import Handle
from cutaway.folder_mount.session import MountOptions, MountSession
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder

image = disk((64, FakeFileSystem("ext4", lambda: folder({b"file": file(b"content")}), "", "1-1")))
with Handle(hypervisor=FakeAppliance({"/image": image}, hang_in={"pread"})) as handle:
    handle.add_drive("/image")
    handle.launch()
    handle.mount_ro("/dev/sda1", "/")
    session = MountSession(handle, sys.argv[1], MountOptions("hanging"))
    signal.signal(signal.SIGTERM, lambda *_: session.stop())
    session.run(lambda: print("ready", flush=True), print)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mounted"
    path.mkdir()
    return path


def errno_from(path: Path) -> int | None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 the errno is what matters
        path.lstat()
    return caught.value.errno


def kill_qemu(process: subprocess.Popen[str]) -> None:
    """Kill the qemu of a mount."""
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    (qemu,) = [pid for pid in pids if b"qemu" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(qemu, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_unmounts(image: Path, folder: Path, number: signal.Signals) -> None:
    with mounted(image, folder) as process:
        assert (folder / "hello").read_text() == "hello\n"
        process.send_signal(number)
        assert ended(process) == (0, "")
    assert os.listdir(folder) == []


def test_a_signal_unmounts_even_what_is_in_use(image: Path, folder: Path) -> None:
    with mounted(image, folder) as process:
        file = os.open(folder / "big", os.O_RDONLY)
        assert os.read(file, 1)
        process.terminate()
        assert ended(process) == (0, "")
        assert not is_mounted(folder)
        with pytest.raises(OSError, match="not connected"):
            os.close(file)


def test_an_unmount_from_outside_ends_it(image: Path, folder: Path) -> None:
    with mounted(image, folder) as process:
        subprocess.run(["fusermount3", "-u", folder], check=True)
        assert ended(process) == (0, "")


def test_the_end_of_its_parent_unmounts(image: Path, folder: Path) -> None:
    with mounted(image, folder, "--until-eof") as process:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        assert ended(process) == (0, "")
    assert os.listdir(folder) == []


def test_an_end_before_the_beginning_leaves_no_mount(image: Path, folder: Path) -> None:
    need_fuse()
    for number in range(4):
        process = subprocess.Popen(
            [PROGRAM, "mount", "--until-eof", image, folder], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3 * number)
        assert ended(process)[0] in {0, -signal.SIGTERM}
        assert not is_mounted(folder)


def test_a_dead_appliance_is_an_error_for_each_access_until_nobody_uses_the_folder(image: Path, folder: Path) -> None:
    with mounted(image, folder) as process:
        with (folder / "big").open("rb") as file:
            kill_qemu(process)
            wait_until(lambda: errno_from(folder / "not looked at") == errno.EIO, "it is not EIO")
            with pytest.raises(OSError, match="Input/output error"):
                file.read()
            assert errno_from(folder / "many" / "1") == errno.EIO
            assert is_mounted(folder), "an empty folder might be taken for the image's content"
        code, said = ended(process)
        assert code == 1
        assert "has stopped" in said
        assert "SIGKILL" in said
        assert "try: " in said
    assert not is_mounted(folder)


def test_a_dead_appliance_in_the_middle_of_reading(image: Path, folder: Path) -> None:
    with mounted(image, folder) as process:
        reader = subprocess.Popen(
            ["sh", "-c", "while cat */* *; do :; done >/dev/null"], cwd=folder, stderr=subprocess.PIPE
        )
        kill_qemu(process)
        _, said = reader.communicate(timeout=30)
        assert b"Input/output error" in said
        assert ended(process)[0] == 1


def test_a_killed_mount_is_dead_and_the_next_one_clears_it(image: Path, folder: Path) -> None:
    with mounted(image, folder) as process:
        process.kill()
        process.wait(20)
        assert errno_from(folder / "hello") == errno.ENOTCONN
        assert is_mounted(folder)
        with mounted(image, folder) as next_one:
            assert (folder / "hello").read_text() == "hello\n"
            next_one.terminate()
            assert ended(next_one) == (0, "")
    assert os.listdir(folder) == []


def test_a_mount_that_is_killed_takes_its_qemu_along(image: Path, folder: Path) -> None:
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    with mounted(image, folder) as process:
        assert qemus_of(runtime)
        process.kill()
        process.wait(20)
        wait_until(lambda: not qemus_of(runtime), "qemu has outlived its mount")


def test_an_appliance_that_does_not_answer_keeps_nobody_from_unmounting(folder: Path) -> None:
    need_fuse()
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HANGING, folder], stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with subprocess.Popen(["cat", folder / "file"], stderr=pipe, text=True) as reader:
            with pytest.raises(subprocess.TimeoutExpired):
                reader.wait(1)
            process.terminate()
            _, said = reader.communicate(timeout=30)
        assert process.wait(30) == 0
    assert said.startswith("cat: ")
    assert not is_mounted(folder)
