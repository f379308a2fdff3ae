"""`packaging/run IMAGE` on a machine without a display: a picture of the window, and nothing left over."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from end_to_end.command import PROGRAM, PROJECT, environment
from images.debian import DebianImage
from PySide6.QtGui import QImage
from support.backends import skip_or_fail
from support.desktop import missing_tools, wait_until

#: A window with text, icons and rows has hundreds; an empty one a handful.
MIN_COLOURS = 100
MARK = "CUTAWAY_TEST_MARK"


def processes_with(mark: str) -> list[int]:
    """Return the processes that have inherited a variable of the environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def colours(image: QImage, x: range, y: range) -> int:
    """Return how many colours a part of a picture has."""
    return len({image.pixel(column, row) for column in x for row in y})


@pytest.mark.display
def test_run_shows_the_image_and_leaves_nothing(debian_image: DebianImage, tmp_path: Path) -> None:
    if PROGRAM != PROJECT / ".venv/bin/cutaway":
        pytest.skip("packaging/run would set up .venv; run the tests from it")
    if missing_tools():
        skip_or_fail(f"not installed: {', '.join(missing_tools())}")
    picture, mark = tmp_path / "window.png", str(os.getpid())
    done = subprocess.run(
        [PROJECT / "packaging/run", debian_image.path], cwd=tmp_path, capture_output=True, text=True, timeout=150,
        env=environment() | {"CUTAWAY_SCREENSHOT": str(picture), MARK: mark}, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"screenshot: {picture}" in done.stdout
    image = QImage(str(picture))
    assert image.width() >= 800
    assert image.height() >= 500
    assert colours(image, range(0, image.width(), 2), range(0, image.height(), 2)) > MIN_COLOURS
    wait_until("all that was started has ended", lambda: not processes_with(mark), timeout_s=30)
    assert [path.name for path in tmp_path.iterdir()] == ["window.png"]


@pytest.mark.display
def test_run_on_what_is_no_image_fails_with_a_reason(tmp_path: Path) -> None:
    if PROGRAM != PROJECT / ".venv/bin/cutaway":
        pytest.skip("packaging/run would set up .venv; run the tests from it")
    picture = tmp_path / "window.png"
    done = subprocess.run(
        [PROJECT / "packaging/run", tmp_path / "nothing.qcow2"], cwd=tmp_path, capture_output=True, text=True,
        env=environment() | {"CUTAWAY_SCREENSHOT": str(picture)}, timeout=150, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "nothing.qcow2" in done.stderr
    assert "Traceback" not in done.stderr
    assert not picture.exists()
