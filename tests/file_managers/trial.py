"""One file manager beside the window, and what a person does to get files from one into the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from end_to_end.scene import Scene
from end_to_end.trees import read_tree
from end_to_end.window import entries
from support.desktop import Desktop, DesktopError, wait_until

#: How long one gesture may take in all, the boot of its appliance included.
GESTURE_S = 60
NAME = "thousand"


class TrialFailed(Exception):
    """The files did not arrive as they should; the text says what was seen."""


class Trial:
    """Both windows on a desktop.

    Attributes:
        way: By which way the files came.
    """

    def __init__(self, screen: Desktop, image: Path, file_manager: str, pictures: Path) -> None:
        self.way = ""
        self._screen = screen
        self._logs = pictures / "logs.txt"
        self._calls = Path(screen.folder, "ark-calls")
        with self._calls.open("wb") as log:
            screen.start("dbus-monitor", "interface='org.kde.ark.DndExtract'", stdout=log.fileno())
        self._scene = Scene(screen, image, file_manager, pictures)
        self._scene.window.go("/srv")

    def drag(self, expected: dict[bytes, bytes]) -> float:
        """Drag the folder; return the seconds from the drop to the last byte."""
        self._scene.drag()
        released = time.monotonic()
        self._wait("the folder did not come", self._arrived)
        self.way = "Ark" if b"extractSelectedFilesTo" in self._calls.read_bytes() else "XDS"
        return self._finish(expected, released)

    def _arrived(self) -> bool:
        return entries(self._scene.folder) == [NAME]

    def _finish(self, expected: dict[bytes, bytes], begun: float) -> float:
        self._wait("not all bytes came", lambda: self._arrived() and read_tree(self._scene.folder / NAME) == expected)
        seconds = time.monotonic() - begun
        self._scene.picture("arrived")
        self._scene.window.close()
        if entries(self._scene.folder) != [NAME]:
            raise TrialFailed(f"one gesture gave {entries(self._scene.folder)}")
        if self._scene.window.process.returncode != 0:
            raise TrialFailed("the program did not end well")
        return seconds

    def _wait(self, otherwise: str, is_true: Callable[[], bool]) -> None:
        try:
            wait_until(otherwise, is_true, timeout_s=GESTURE_S)
        except DesktopError:
            self._scene.picture("failed")
            self._logs.write_text(self._screen.logs())
            there = ", ".join(entries(self._scene.folder)) or "nothing"
            raise TrialFailed(f"{otherwise}; {there} is there") from None
