"""One file manager beside the window, and what a person does to get files from one into the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from end_to_end.scene import Scene
from end_to_end.trees import read_tree
from end_to_end.window import entries
from images.debian_tree import LATIN_1
from support.desktop import Desktop, DesktopError, wait_until

#: How long one gesture may take in all, the boot of its appliance included.
GESTURE_S = 60
NAME = "thousand"
#: Shows whether the file manager called us.
MONITOR = "dbus-monitor"
#: What a file manager cannot copy itself, and how its question about that is answered: KIO's names are all UTF-8.
CANNOT_COPY = {"dolphin": ({LATIN_1}, "^Information", "alt+s")}


class TrialFailed(Exception):
    """The files did not arrive as they should; the text says what was seen."""


class Trial:
    """Both windows on a desktop.

    Attributes:
        way: By which way the files came.
        lost: Which the file manager left out, as is known of it.
    """

    def __init__(self, screen: Desktop, image: Path, file_manager: str, pictures: Path) -> None:
        self.way = ""
        self.lost: set[bytes] = set()
        self._file_manager = file_manager
        self._screen = screen
        self._logs = pictures / "logs.txt"
        self._calls = Path(screen.folder, "ark-calls")
        with self._calls.open("wb") as log:
            screen.start(MONITOR, "interface='org.kde.ark.DndExtract'", stdout=log.fileno())
        self._scene = Scene(screen, image, file_manager, pictures)
        self._scene.window.go("/srv")

    def drag(self, expected: dict[bytes, bytes]) -> float:
        """Drag the folder, a second time if it was made ready after the first; return the seconds that it took."""
        self._scene.drag()
        released = time.monotonic()
        self._wait("neither came the folder, nor was it made ready", lambda: self._arrived() or self._is_staged())
        if self._arrived():
            self.way = "Ark" if b"extractSelectedFilesTo" in self._calls.read_bytes() else "XDS"
        else:
            self.way = "staged"
            self._scene.window.close_message()
            self._scene.drag()
        return self._finish(expected, released)

    def paste(self, expected: dict[bytes, bytes]) -> float:
        """Copy the folder and paste it by keys; return the seconds that it took."""
        self.way = "paste"
        self._scene.window.select()
        begun = time.monotonic()
        self._screen.mouse("key", "--clearmodifiers", "ctrl+c")
        self._wait("the folder was not made ready", self._is_staged)
        self._scene.picture("ready")
        self._screen.mouse("mousemove", "--sync", *self._scene.middle, "sleep", 0.3, "click", 1, "sleep", 0.5)
        self._screen.mouse("key", "--clearmodifiers", "ctrl+v")
        if self._file_manager in CANNOT_COPY:
            self.lost, question, key = CANNOT_COPY[self._file_manager]
            self._screen.run("xdotool", "windowfocus", "--sync", self._screen.window(question))
            self._screen.mouse("key", "--clearmodifiers", key)
        return self._finish({name: data for name, data in expected.items() if name not in self.lost}, begun)

    def _arrived(self) -> bool:
        return entries(self._scene.folder) == [NAME]

    def _is_staged(self) -> bool:
        cache = Path(self._screen.environment["XDG_CACHE_HOME"], "cutaway")
        return any(cache.glob(f"outgoing-*/*/{NAME}"))

    def _finish(self, expected: dict[bytes, bytes], begun: float) -> float:
        self._wait("not all bytes came", lambda: self._arrived() and read_tree(self._scene.folder / NAME) == expected)
        seconds = time.monotonic() - begun
        self._scene.picture("arrived")
        self._scene.window.close()
        if entries(self._scene.folder) != [NAME]:
            raise TrialFailed(f"one gesture gave {entries(self._scene.folder)}")
        if self._scene.window.process.returncode != 0 or self._is_staged():
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
