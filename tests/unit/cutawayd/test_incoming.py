"""Uploads: the file appears complete or not at all, and nothing of the person's is touched by the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutawayd import incoming
from cutawayd.work import Work

SIZES = [0, 1, 511, 512, 4095, 4096, 4097, 100_001, incoming.PIECE, incoming.PIECE + 5000]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a file that stands for the drive; skip where files cannot be read directly."""
    path = tmp_path / "drive"
    path.write_bytes(os.urandom(2 * incoming.PIECE))
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_DIRECT))
    except OSError:
        pytest.skip("the file system of temporary files knows no O_DIRECT")
    return path


@pytest.mark.parametrize("size", SIZES)
def test_the_file_is_what_the_drive_holds(work: Work, tree: Path, source: Path, size: int) -> None:
    incoming.into_file(work, str(source), size, b"/file")
    assert (tree / "file").read_bytes() == source.read_bytes()[:size]
    assert [path.name for path in tree.iterdir()] == ["file"]


def test_owner_and_mode_of_what_was_there_stay(work: Work, tree: Path, source: Path) -> None:
    (tree / "file").write_text("old")
    (tree / "file").chmod(0o4711)
    incoming.into_file(work, str(source), 10, b"/file")
    assert (tree / "file").stat().st_mode & 0o7777 == 0o4711


def test_a_link_is_followed_inside_the_image(work: Work, tree: Path, source: Path) -> None:
    (tree / "etc").mkdir()
    (tree / "etc/real").write_text("old")
    (tree / "link").symlink_to("/etc/real")
    incoming.into_file(work, str(source), 10, b"/link")
    assert (tree / "link").is_symlink()
    assert (tree / "etc/real").read_bytes() == source.read_bytes()[:10]


def test_a_link_to_nothing_is_replaced(work: Work, tree: Path, source: Path) -> None:
    (tree / "link").symlink_to("/nowhere")
    incoming.into_file(work, str(source), 10, b"/link")
    assert not (tree / "link").is_symlink()


def test_what_is_no_file_is_refused(work: Work, tree: Path, source: Path) -> None:
    (tree / "folder").mkdir()
    os.mkfifo(tree / "fifo")
    with pytest.raises(IsADirectoryError):
        incoming.into_file(work, str(source), 10, b"/folder")
    with pytest.raises(OSError, match="Invalid"):
        incoming.into_file(work, str(source), 10, b"/fifo")
    assert sorted(path.name for path in tree.iterdir()) == ["fifo", "folder"]


def test_a_source_that_ends_early_leaves_what_was_there(work: Work, tree: Path, source: Path) -> None:
    (tree / "file").write_text("old")
    with pytest.raises(OSError, match="ended early"):
        incoming.into_file(work, str(source), 3 * incoming.PIECE, b"/file")
    assert (tree / "file").read_text() == "old"
    assert [path.name for path in tree.iterdir()] == ["file"]


@pytest.mark.parametrize("size", [511, 4096, 100_001])
def test_a_part_of_a_device_is_overwritten(work: Work, tmp_path: Path, source: Path, size: int) -> None:
    device = tmp_path / "device"
    device.write_bytes(bytes(200_000))
    incoming.onto_device(work, str(source), size, str(device))
    assert device.read_bytes() == source.read_bytes()[:size] + bytes(200_000 - size)
