"""A real mouse drags out of a real window into real file managers; the bytes in the destination are what counts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import cutaway
import cutaway_app
import pytest
from support.desktop import FILE_MANAGERS, Desktop, desktop, missing_tools, wait_until

HERE = Path(__file__).parent
TITLE = "cutaway-drag-source"
CONTENT = {b"big.bin": bytes(range(256)) * 40_000, b"caf\xe9.txt": b"latin-1\n", b"folder/inside.txt": b"inside\n"}
pytestmark = [
    pytest.mark.display,
    pytest.mark.may_stall,  # this process only waits; the window is in another
    pytest.mark.skipif(bool(missing_tools()), reason=f"not installed: {', '.join(missing_tools())}"),
]


@pytest.fixture
def screen() -> Iterator[Desktop]:
    with desktop() as one:
        yield one


class Source:
    """The program that is dragged from, and what it has written down."""

    def __init__(self, screen: Desktop, log: Path) -> None:
        self.log = log
        log.touch()
        folders = {os.path.dirname(os.path.dirname(module.__file__ or "")) for module in (cutaway, cutaway_app)}
        self.process = screen.start_python(str(HERE / "drag_source.py"), str(log), PYTHONPATH=os.pathsep.join(folders))
        self.window = screen.window(f"^{TITLE}$")
        screen.place(self.window, 20, 60, 300, 320)

    def wait_for(self, event: str) -> None:
        wait_until(f"the source says {event!r}", lambda: event in self.log.read_text().splitlines())


def _written(folder: Path) -> dict[bytes, bytes]:
    return {
        os.fsencode(os.path.relpath(path, folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def _places(screen: Desktop, source: str, target: str) -> tuple[tuple[int, int], tuple[int, int]]:
    x, y, _, _ = screen.geometry(source)
    left, top, width, height = screen.geometry(target)
    return (x + 80, y + 48), (left + width * 2 // 3, top + height * 2 // 3)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("file_manager", FILE_MANAGERS)
def test_drop_in_a_file_manager_brings_all_bytes(screen: Desktop, tmp_path: Path, file_manager: str) -> None:
    if missing_tools(file_manager):
        pytest.skip(f"{file_manager} is not installed")
    destination = tmp_path / "destination"
    destination.mkdir()
    target = screen.open_file_manager(file_manager, str(destination))
    source = Source(screen, tmp_path / "log")
    screen.place(target, 380, 60, 680, 560)
    screen.drag(*_places(screen, source.window, target))
    source.wait_for("written")
    assert _written(destination) == CONTENT
    lines = source.log.read_text().splitlines()
    assert lines.count(f"dropped {destination}") == 1, "one drop is one job"
    assert lines[0] == "drag 3"
    assert source.process.poll() is None, "the source died"


@pytest.mark.timeout(120)
def test_hovering_and_escape_extract_nothing(screen: Desktop, tmp_path: Path) -> None:
    if missing_tools("pcmanfm"):
        pytest.skip("pcmanfm is not installed")
    destination = tmp_path / "destination"
    destination.mkdir()
    target = screen.open_file_manager("pcmanfm", str(destination))
    source = Source(screen, tmp_path / "log")
    screen.place(target, 380, 60, 680, 560)
    start, end = _places(screen, source.window, target)
    screen.press(start)
    screen.drag_on(start, end)
    screen.mouse("key", "Escape")
    source.wait_for("drag ended")
    screen.mouse("mouseup", 1)
    assert source.log.read_text().splitlines() == ["drag 3", "drag ended"]
    assert not any(destination.iterdir())
