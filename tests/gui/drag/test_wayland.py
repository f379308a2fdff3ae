"""The real window on a real Wayland compositor: what leaves it are files made ready, since XDS is of X11."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway_app.drag.staging import COPIED_FILES, URI_LIST
from support.backends import skip_or_fail
from support.desktop import Desktop, desktop, missing_tools, wait_until
from support.wayland import HEIGHT, WIDTH, Wayland, missing_wayland_tools

pytestmark = [
    pytest.mark.display,
    pytest.mark.may_stall,  # this process only waits; the window is in another
]
#: In the second row of the table, whether or not a message is shown above it.
ROW = (480, 118)
BESIDE = (480, 600)


@pytest.fixture
def screen() -> Iterator[Desktop]:
    if missing := missing_tools() + missing_wayland_tools():
        skip_or_fail(f"not installed: {', '.join(missing)}")
    with desktop(WIDTH + 100, HEIGHT + 100) as one:
        yield one


@pytest.fixture
def wayland(screen: Desktop) -> Wayland:
    return Wayland(screen)


@pytest.fixture
def program(wayland: Wayland) -> subprocess.Popen[bytes]:
    """Give the program with an image open."""
    return wayland.start_python("-m", "cutaway_app", "--engine", "fake", "/images/sample.img")


def ready(screen: Desktop) -> list[Path]:
    """Return what has been made ready."""
    return list(Path(screen.environment["XDG_CACHE_HOME"]).glob("cutaway/outgoing-*/*/*"))


def test_a_copy_puts_files_on_the_clipboard(
    screen: Desktop, wayland: Wayland, program: subprocess.Popen[bytes]
) -> None:
    def copy() -> bool:
        wayland.click(*ROW)
        wayland.key("ctrl+c")
        return bool(wayland.pasted(URI_LIST))

    wait_until("the clipboard has files", copy, timeout_s=60)
    address = wayland.pasted(URI_LIST).decode().strip()
    assert address.startswith("file:///")
    path = address.removeprefix("file://")
    assert os.path.isdir(path)
    assert os.listdir(path)
    assert Path(path) in ready(screen)
    assert wayland.pasted(COPIED_FILES[0]).decode() == f"copy\n{address}"
    assert program.poll() is None


def test_a_drag_that_nobody_takes_makes_files_ready(
    screen: Desktop, wayland: Wayland, program: subprocess.Popen[bytes]
) -> None:
    def drag() -> bool:
        wayland.click(*BESIDE)
        screen.drag(wayland.place(*ROW), wayland.place(*BESIDE), hover_steps=2)
        return bool(ready(screen))

    wait_until("files are ready", drag, timeout_s=60)
    assert program.poll() is None
