"""A Wayland compositor in a window of a test's X11 desktop: there a real mouse and real keys reach it.

Each window in it fills it, so that places are known. One Wayland client cannot see the titles of others: what there is
to wait for is what a program does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from support.desktop import Desktop, wait_until

TOOLS = ("weston", "wl-paste", "xdotool")
WIDTH, HEIGHT = 1000, 780
SOCKET = "cutaway-test"
PASTE_S = 10


def missing_wayland_tools() -> list[str]:
    """Return what is not installed."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


class Wayland:
    """A running compositor. The desktop, which ends it, has to be larger than it."""

    def __init__(self, screen: Desktop) -> None:
        self._screen = screen
        screen.mouse("mousemove", 1, 1)  # it learns where the pointer is when that comes in
        screen.start(
            "weston", "--backend=x11-backend.so", "--use-pixman", "--shell=kiosk-shell.so", "--no-config",
            f"--width={WIDTH}", f"--height={HEIGHT}", f"--socket={SOCKET}", "--idle-time=0",
        )  # fmt: skip
        wait_until("the compositor's window", lambda: bool(self._windows()))
        self._window = self._windows()[-1]
        socket = os.path.join(screen.environment["XDG_RUNTIME_DIR"], SOCKET)
        wait_until("the compositor's socket", lambda: os.path.exists(socket))

    def _windows(self) -> list[str]:
        return self._screen.run("xdotool", "search", "--onlyvisible", "--class", "weston").split()

    def start_python(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program of this Python, with Qt on Wayland and no other display."""
        place = {"QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": SOCKET, "DISPLAY": ""}
        return self._screen.start(sys.executable, *arguments, **place, **environment)

    def place(self, x: int, y: int) -> tuple[int, int]:
        """Return where on the desktop a place of the compositor is."""
        left, top, _, _ = self._screen.geometry(self._window)
        return left + x, top + y

    def click(self, x: int, y: int) -> None:
        """Click somewhere, and let keys go there."""
        self._screen.run("xdotool", "windowactivate", "--sync", self._window)
        left, top = self.place(x, y)
        self._screen.mouse("mousemove", left - 3, top, "sleep", 0.1, "mousemove", left, top, "sleep", 0.1, "click", 1)

    def key(self, name: str) -> None:
        """Press a key."""
        self._screen.mouse("key", "--clearmodifiers", name)

    def pasted(self, kind: str) -> bytes:
        """Return what the clipboard holds of a type; nothing if it does not."""
        command = ["wl-paste", "--no-newline", "--type", kind]
        environment = self._screen.environment | {"WAYLAND_DISPLAY": SOCKET}
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=PASTE_S, check=False)
        except subprocess.TimeoutExpired:
            return b""
        return done.stdout if done.returncode == 0 else b""
