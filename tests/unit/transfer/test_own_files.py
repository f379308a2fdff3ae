"""Nothing that comes out of an image replaces the image, and nothing replaces what is no file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled, DestinationError, DriveError
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder
from cutaway.testing.nodes import Folder
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.policy import ExtractPolicy
from support.pipes import full_pipe

REPLACE = ExtractPolicy(conflict="replace")


def tree() -> Folder:
    return folder({b"disk.img": file(b"not the image"), b"a": file(b"content")})


@pytest.fixture
def image(out: Path) -> Path:
    """Give an image that lies where everything goes."""
    path = out / "disk.img"
    path.write_bytes(b"the image")
    return path


@pytest.fixture
def fake(image: Path) -> FakeAppliance:
    return FakeAppliance({str(image): disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


@pytest.fixture
def handle(fake: FakeAppliance, image: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Handle]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Handle(hypervisor=fake) as handle:
        handle.add_drive_ro(image)
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        yield handle


def copied(handle: Handle, out: Path, **options: str) -> None:
    handle.copy_out("/a", out, options=ExtractOptions(**options))  # type: ignore[arg-type] paths only


WAYS: dict[str, Callable[[Handle, Path, Path], object]] = {
    "download": lambda handle, target, _: handle.download("/a", target),
    "tar_out": lambda handle, target, _: handle.tar_out("/", target),
    "copy_out": lambda handle, target, _: handle.copy_out("/disk.img", target.parent, policy=REPLACE),
    "manifest": lambda handle, target, out: copied(handle, out, manifest=str(target)),
    "checksums": lambda handle, target, out: copied(handle, out, checksums=str(target)),
    "checksums_out": lambda handle, target, _: handle.checksums_out("sha256", "/a", target),
    "archive_out": lambda handle, target, _: handle.archive_out("/a", target, kind="tar", policy=REPLACE),
    "save_device": lambda handle, target, _: handle.save_device("/dev/sda", target),
}


@pytest.mark.parametrize(
    ("way", "alias"),
    # copy_out replaces a link itself, not what it leads to
    [(way, alias) for way in WAYS for alias in ("", "link", "second name") if (way, alias) != ("copy_out", "link")],
)
def test_the_image_is_never_replaced(handle: Handle, image: Path, out: Path, way: str, alias: str) -> None:
    target = image
    if alias:
        (out / "other").mkdir()
        target = out / "other/disk.img"
        (target.symlink_to if alias == "link" else target.hardlink_to)(image)
    before = sorted(os.listdir(out))
    with pytest.raises(DestinationError, match=r"disk\.img is what would be read") as caught:
        WAYS[way](handle, target, out)
    assert (caught.value.errno_name, bool(caught.value.remedy)) == ("EBUSY", True)
    assert image.read_bytes() == b"the image"
    assert sorted(os.listdir(out)) == before


def test_the_image_is_not_written_by_its_descriptor_either(handle: Handle, image: Path) -> None:
    with open(image, "r+b") as opened, pytest.raises(DestinationError, match="what would be read"):
        handle.download("/a", opened.fileno())
    assert image.read_bytes() == b"the image"


def test_a_preview_says_so_too(handle: Handle, out: Path) -> None:
    (root,) = handle.preview_copy_out("/disk.img", out, policy=REPLACE).roots
    assert (root.outcome, "what would be read" in root.reason) == ("refused", True)


@pytest.mark.parametrize("way", ["copy_out", "save_device"])
def test_a_pipe_is_not_replaced(handle: Handle, tmp_path: Path, way: str) -> None:
    pipe = tmp_path / "pipes/disk.img"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    with pytest.raises(DestinationError) as caught:
        WAYS[way](handle, pipe, tmp_path)
    assert caught.value.remedy
    assert os.listdir(pipe.parent) == ["disk.img"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("way", ["download", "manifest", "checksums", "checksums_out"])
def test_what_can_be_written_to_a_pipe_is(handle: Handle, out: Path, tmp_path: Path, way: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    with open(os.open(pipe, os.O_RDWR | os.O_NONBLOCK)):  # so that the reader is there before
        reader.start()
        WAYS[way](handle, pipe, out)
    reader.join(20)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert (b"content" if way == "download" else b"a\n" if "sums" in way else b'"path": "/a"') in read[0]


def test_a_list_that_nobody_reads_keeps_no_cancellation_waiting(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_end, write_end = full_pipe()
    commit = ListFile.commit
    monkeypatch.setattr(ListFile, "commit", lambda self: (handle.cancel(), commit(self)))
    with pytest.raises(Cancelled):
        copied(handle, out, checksums=f"/dev/fd/{write_end}")
    os.close(read_end)
    os.close(write_end)


def test_the_standard_output_can_be_named_by_its_path(tmp_path: Path) -> None:
    script = (
        "from cutaway.transfer.list_file import ListFile\n"
        "file = ListFile('/dev/stdout')\nfile.write([b'line\\n'])\nfile.commit()\n"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"line\n"
    (tmp_path / "log").write_bytes(b"before\n")
    with open(tmp_path / "log", "ab") as log:
        subprocess.run([sys.executable, "-c", script], stdout=log, check=True)
    assert (tmp_path / "log").read_bytes() == b"before\nline\n"


def test_a_list_that_cannot_be_written_is_known_before_anything_is_fetched(handle: Handle, out: Path) -> None:
    with pytest.raises(DestinationError, match="nowhere"):
        copied(handle, out, checksums=str(out / "nowhere/sums"))
    assert os.listdir(out) == ["disk.img"]


@pytest.mark.parametrize("is_written", [True, False])
def test_nothing_is_copied_into_an_image_that_is_read_meanwhile(
    handle: Handle, fake: FakeAppliance, image: Path, is_written: bool
) -> None:
    other = image.with_name("other.img")
    other.hardlink_to(image)
    fake.images[str(other)] = disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))
    with Handle(hypervisor=fake) as target:
        target.add_drive(other, readonly=not is_written)
        target.launch()
        target.mount("/dev/sda1", "/")
        if not is_written:
            assert handle.copy_across("/a", target, "/").paths == (b"/a (2)",)
            return
        with pytest.raises(DriveError, match=r"other.img is written, and .*disk.img is read from it") as caught:
            handle.copy_across("/a", target, "/")
        assert caught.value.remedy
        assert len(target.ls("/")) == 2
