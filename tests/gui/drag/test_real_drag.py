"""A real mouse drags out of a real window into real file managers; the bytes in the destination are what counts."""

from __future__ import annotations

import os
import sys
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


def our_folders() -> str:
    """Return where programs of these tests find ours."""
    return os.pathsep.join(
        {os.path.dirname(os.path.dirname(module.__file__ or "")) for module in (cutaway, cutaway_app)}
    )


class Source:
    """The program that is dragged from, and what it has written down."""

    def __init__(self, screen: Desktop, log: Path, *files: Path) -> None:
        self.log = log
        log.touch()
        arguments = [str(path) for path in (HERE / "drag_source.py", log, *files)]
        self.process = screen.start_python(*arguments, PYTHONPATH=our_folders())
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


@pytest.mark.parametrize("file_manager", FILE_MANAGERS)
def test_files_that_are_there_are_taken_as_such(screen: Desktop, tmp_path: Path, file_manager: str) -> None:
    if missing_tools(file_manager):
        pytest.skip(f"{file_manager} is not installed")
    file = tmp_path / os.fsdecode(b"caf\xe9.txt")
    file.write_bytes(b"latin-1\n")
    destination = tmp_path / "destination"
    destination.mkdir()
    target = screen.open_file_manager(file_manager, str(destination))
    source = Source(screen, tmp_path / "log", file)
    screen.place(target, 380, 60, 680, 560)
    screen.drag(*_places(screen, source.window, target))
    wait_until("the file is there", lambda: _written(destination) == {b"caf\xe9.txt": b"latin-1\n"})
    assert source.log.read_text().splitlines() == ["drag 3", "drag ended"]
    assert file.exists(), "a drag copies"


def test_a_program_that_asks_as_gtk_4_does_is_answered(screen: Desktop, tmp_path: Path) -> None:
    file = tmp_path / "with space.txt"
    file.touch()
    source = Source(screen, tmp_path / "log", file)
    start = _places(screen, source.window, source.window)[0]
    screen.press(start)
    screen.drag_on(start, (700, 500))
    screen.environment["PYTHONPATH"] = our_folders()
    kinds = ("text/uri-list", "x/none", "TARGETS")
    asked = [screen.run(sys.executable, str(HERE / "selection_asker.py"), kind) for kind in kinds]
    screen.mouse("mouseup", 1)
    assert asked == [file.as_uri(), "refused", "2 numbers"]
    source.wait_for("drag ended")
    assert source.process.poll() is None, "the source died"


@pytest.mark.parametrize("is_given_up", [True, False], ids=["Escape", "button released"])
def test_a_drag_that_nobody_takes_is_refused_unless_it_was_given_up(
    screen: Desktop, tmp_path: Path, is_given_up: bool
) -> None:
    source = Source(screen, tmp_path / "log")
    start = _places(screen, source.window, source.window)[0]
    screen.press(start)
    screen.drag_on(start, (700, 500))
    if is_given_up:
        screen.mouse("key", "Escape")
        source.wait_for("drag ended")
    screen.mouse("mouseup", 1)
    source.wait_for("drag ended" if is_given_up else "refused")
    screen.mouse("sleep", 0.3)
    assert source.log.read_text().splitlines() == ["drag 3", "drag ended", *([] if is_given_up else ["refused"])]
