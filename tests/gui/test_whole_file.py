"""What the window writes by itself is there as a whole, or what was there before is."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest
from cutaway_app.whole_file import write_whole


def test_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old and longer")
    write_whole(str(tmp_path / "file"), b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_what_was_there_stays_if_the_disk_takes_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            write_whole(str(tmp_path / "file"), b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_whole(str(tmp_path / "nowhere" / "file"), b"x")


def test_a_device_is_written_to_and_stays_one() -> None:
    with pytest.raises(OSError, match="No space left"):
        write_whole("/dev/full", b"x")
    assert Path("/dev/full").is_char_device()
