"""Destinations that are full, read-only or gone, and cancellation at any moment: nothing partial is left."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle, State, events
from cutaway.errors import Cancelled, DestinationError, GuestError, HostFull, NotFound
from cutaway.insertion.target import Target
from cutaway.link import CANCEL_GRACE_S


def test_full_device(mounted: Handle) -> None:
    with pytest.raises(DestinationError) as caught:
        mounted.download("/big", "/dev/full")
    assert caught.value.errno_name == "ENOSPC"
    assert mounted.cat("/hello") == b"hello\n", "the protocol is out of step"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=False, capture_output=True)
    if done.returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(mounted: Handle, small_disk: Path) -> None:
    with pytest.raises(DestinationError) as caught:
        mounted.download("/big", small_disk / "big")
    assert caught.value.errno_name == "ENOSPC"
    assert list(small_disk.iterdir()) == []
    with pytest.raises(DestinationError):
        mounted.copy_out("/", small_disk)
    assert list(small_disk.iterdir()) == []
    assert mounted.cat("/hello") == b"hello\n"


@pytest.fixture
def edited(small_disk: Path, make: Callable[..., Handle], monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    """Give a handle that is mounted for writing, whose changes lie on the small disk."""
    monkeypatch.setenv("TMPDIR", str(small_disk))
    with make() as handle:
        handle.launch()
        handle.mount("/dev/sda", "/")
        yield handle


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    path = tmp_path / "long"
    path.write_bytes(os.urandom(1 << 20) * 20)
    return path


def test_what_the_layer_of_changes_cannot_hold_is_refused_before(edited: Handle, long_file: Path) -> None:
    with pytest.raises(DestinationError, match="the layer that takes the changes") as caught:
        edited.copy_in(long_file, "/")
    assert caught.value.errno_name == "ENOSPC"
    assert "long" not in edited.ls("/")


def test_a_layer_of_changes_on_a_full_disk_is_an_error_and_no_standstill(
    edited: Handle, long_file: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_fits(*_: object, **__: object) -> None:
        return

    monkeypatch.setattr(Target, "check_space", all_fits)
    with pytest.raises(HostFull, match=f"{small_disk} is full") as caught:
        edited.copy_in(long_file, "/")
    assert "TMPDIR" in caught.value.remedy
    assert edited.state is State.READY
    assert edited.cat("/hello") == b"hello\n"


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "all").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_file_system_that_cannot_be_written_for_want_of_room_is_not_damaged(
    small_disk: Path, make: Callable[..., Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(small_disk))
    with make() as handle:
        handle.launch()
        fill(small_disk)
        with pytest.raises(HostFull, match=f"{small_disk} is full"):
            handle.mount("/dev/sda", "/")
        (small_disk / "all").unlink()
        handle.mount("/dev/sda", "/")
        with pytest.raises(NotFound):
            handle.cat("/nothing")


def test_a_journal_that_is_left_unread_for_want_of_room_is_told(
    image: Path, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dirty = tmp_path / "dirty.img"
    shutil.copy(image, dirty)
    (tmp_path / "new").write_bytes(b"new")
    with Handle() as handle:
        handle.add_drive(dirty, format="raw", readonly=False)
        handle.launch()
        handle.mount("/dev/sda", "/")
        handle.upload(tmp_path / "new", "/new")
        handle.kill_subprocess()
    monkeypatch.setenv("TMPDIR", str(small_disk))
    warnings: list[str] = []
    with Handle() as handle:
        handle.on(events.Warning, lambda event: warnings.append(event.text))
        handle.add_drive(dirty, format="raw")
        handle.launch()
        fill(small_disk)
        handle.mount_ro("/dev/sda", "/")
        assert handle.cat("/hello") == b"hello\n"
    assert [text for text in warnings if f"{small_disk} is full" in text]


def test_destination_folder_is_gone(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match="nowhere"):
        mounted.download("/hello", tmp_path / "nowhere" / "hello")
    with pytest.raises(DestinationError, match="nowhere"):
        mounted.copy_out("/many", tmp_path / "nowhere")
    assert mounted.state is State.READY


def test_missing_source_leaves_no_file(mounted: Handle, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(FileNotFoundError):
        mounted.download("/nothing", target / "nothing")
    with pytest.raises(GuestError):
        mounted.download("/many", target / "many")
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("seed", range(4))
def test_cancel_at_any_moment(mounted: Handle, tmp_path: Path, seed: int) -> None:
    target = tmp_path / "out"
    target.mkdir()
    delay = random.Random(seed).uniform(0.0, 0.25)
    cancelled_at: list[float] = []

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        mounted.cancel()

    threading.Timer(delay, cancel).start()
    try:
        for _ in range(40):
            mounted.copy_out("/", target)
            for path in target.iterdir():
                subprocess.run(["rm", "-rf", path], check=True)
    except Cancelled:
        assert list(target.iterdir()) == []
        assert time.monotonic() - cancelled_at[0] < CANCEL_GRACE_S
    assert mounted.cat("/hello") == b"hello\n"


def test_the_image_is_never_written(image: Path, make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    before = (image.stat().st_mtime_ns, image.read_bytes()[: 8 << 20])
    handle = make()
    handle.launch()
    handle.mount("/dev/sda", "/")
    handle.mkdir("/new")
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3_000_001))
    handle.upload(source, "/new/file")
    assert handle.checksum("sha256", "/new/file")
    handle.shutdown()
    assert (image.stat().st_mtime_ns, image.read_bytes()[: 8 << 20]) == before
