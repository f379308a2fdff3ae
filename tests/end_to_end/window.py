"""The true program in a true window, used by keys and mouse as a person does.

Places are counted from the window's edges: the first row of the table, and the buttons of the shelf at its foot.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from cutaway.appliance_path import cache_folder
from support.desktop import Desktop, wait_until

LEFT, TOP, WIDTH, HEIGHT = 10, 40, 960, 760
#: A place in the first row of the table, whether or not the sidebar is shown.
FIRST_ROW = (500, 90)
#: How far the shelf's button that cancels is from the lower right corner.
CANCEL = (54, 51)
#: How far the button that closes a message is from the upper right corner.
CLOSE_MESSAGE = (24, 72)
#: Farther apart than the clicks of a double click.
ELSEWHERE = 60


class Window:
    """A running program with one image, at a fixed place of a desktop."""

    def __init__(self, screen: Desktop, image: Path) -> None:
        self._screen = screen
        self._image = image
        cache = str(cache_folder())  # its appliance and template; all else is private
        self.process: subprocess.Popen[bytes] = screen.start_python(
            "-m", "cutaway_app", str(image), CUTAWAY_CACHE=cache
        )
        self.number = screen.window(f"^/ — {image.name} — Cutaway$")
        screen.place(self.number, LEFT, TOP, WIDTH, HEIGHT)

    def go(self, path: str) -> None:
        """Type a path to go to."""
        self._screen.run("xdotool", "windowfocus", "--sync", self.number)
        self._screen.mouse("key", "--clearmodifiers", "ctrl+l", "sleep", 0.2, "key", "ctrl+a")
        self._screen.mouse("type", "--delay", 20, path)
        self._screen.mouse("key", "Return")
        name = f"{path} — {self._image.name} — Cutaway"
        wait_until(
            f"the window shows {path}", lambda: self._screen.run("xdotool", "getwindowname", self.number) == name
        )

    def select(self, *, everything: bool = False) -> tuple[int, int]:
        """Select the first row by a click, and all by a key; return where on the screen to drag it from."""
        left, top, _, _ = self._screen.geometry(self.number)
        x, y = left + FIRST_ROW[0], top + FIRST_ROW[1]
        self._screen.mouse("mousemove", "--sync", x + ELSEWHERE, y, "sleep", 0.1, "click", 1, "sleep", 0.6)
        if everything:
            self._screen.mouse("key", "--clearmodifiers", "ctrl+a", "sleep", 0.2)
        return x, y

    def cancel_job(self) -> None:
        """Click on the button that cancels the job."""
        left, top, width, height = self._screen.geometry(self.number)
        place = left + width - CANCEL[0], top + height - CANCEL[1]
        self._screen.mouse("mousemove", "--sync", *place, "sleep", 0.1, "click", 1)

    def close_message(self) -> None:
        """Click on the button that closes the message above the files."""
        left, top, width, _ = self._screen.geometry(self.number)
        place = left + width - CLOSE_MESSAGE[0], top + CLOSE_MESSAGE[1]
        self._screen.mouse("mousemove", "--sync", *place, "sleep", 0.1, "click", 1, "sleep", 0.3)

    def close(self) -> None:
        """Quit by the key; it has to end by itself."""
        self._screen.run("xdotool", "windowfocus", "--sync", self.number)
        self._screen.mouse("key", "--clearmodifiers", "ctrl+q")
        self.process.wait(20)


def file_manager_folder(tmp_path: Path) -> Path:
    """Return a new empty folder to drop into."""
    folder = tmp_path / "dropped here"
    folder.mkdir()
    return folder


def entries(folder: Path) -> list[str]:
    """Return all there is in a folder, hidden or not."""
    return sorted(os.listdir(folder))
