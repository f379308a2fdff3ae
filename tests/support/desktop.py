"""A desktop of its own for tests: X server, session bus, window manager, file manager, mouse. Nothing of it survives.

Use it as a context manager. Programs get private XDG folders. What is started last is stopped first, so that no program
sees its display vanish.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Self

TOOLS = ("Xvfb", "openbox", "xdotool", "dbus-daemon", "xprop", "xwininfo")
#: Those that every test machine has.
FILE_MANAGERS = ("pcmanfm", "thunar")
#: How each shows one folder in a window of its own, without taking over the desktop.
OPTIONS: dict[str, tuple[str, ...]] = {
    "caja": ("--no-desktop",),
    "dolphin": ("--new-window",),
    "nautilus": ("--new-window",),
    "pcmanfm": ("--no-desktop",),
}
_TIMEOUT_S = 60.0
_POLL_S = 0.05


class DesktopError(Exception):
    """The desktop did not do what it should; the text says what."""


def missing_tools(*more: str) -> list[str]:
    """Return which of the needed programs are not installed."""
    return [tool for tool in (*TOOLS, *more) if shutil.which(tool) is None]


def wait_until(what: str, is_true: Callable[[], object], timeout_s: float = _TIMEOUT_S) -> None:
    """Wait for another program's doing, which has no other sign."""
    deadline = time.monotonic() + timeout_s
    while not is_true():
        if time.monotonic() > deadline:
            raise DesktopError(f"not within {timeout_s:.0f} s: {what}")
        select.select([], [], [], _POLL_S)


class Desktop:
    """A running desktop."""

    def __init__(self, width: int = 1100, height: int = 700) -> None:
        self._size = f"{width}x{height}x24"
        self._cleanup = contextlib.ExitStack()
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "DBUS_", "QT_", "WAYLAND"))
        }

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._cleanup = stack
            self._make_folders()
            self._start_display()
            self._start_bus()
            self.start("openbox", "--sm-disable")
            wait_until("the window manager runs", lambda: "_NET_SUPPORTING_WM_CHECK(W" in self._root_properties())
            self._cleanup = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def _make_folders(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="cutaway-desktop-")
        self._cleanup.callback(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("RUNTIME_DIR", "CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME"):
            path = os.path.join(self.folder, name.lower())
            os.mkdir(path, 0o700)
            self.environment[f"XDG_{name}"] = path
        home = os.path.join(self.folder, "home")
        os.mkdir(home)
        quiet = {"HOME": home, "NO_AT_BRIDGE": "1", "GTK_A11Y": "none", "GIO_USE_VFS": "local", "LC_ALL": "C.UTF-8"}
        self.environment.update(quiet)

    def _start_display(self) -> None:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as answer:
            try:
                command = (
                    "Xvfb",
                    "-displayfd",
                    str(writing),
                    "-screen",
                    "0",
                    self._size,
                    "-nolisten",
                    "tcp",
                    "-noreset",
                )
                self._spawn(command, pass_fds=(writing,))
            finally:
                os.close(writing)
            ready, _, _ = select.select([answer], [], [], _TIMEOUT_S)
            number = answer.readline().strip().decode() if ready else ""
        if not number:
            raise DesktopError("Xvfb does not start")
        self.environment["DISPLAY"] = f":{number}"

    def _start_bus(self) -> None:
        command = ("dbus-daemon", "--session", "--nofork", "--print-address=1")
        bus = self._spawn(command, stdout=subprocess.PIPE)
        assert bus.stdout is not None
        self._cleanup.callback(bus.stdout.close)
        ready, _, _ = select.select([bus.stdout], [], [], _TIMEOUT_S)
        address = bus.stdout.readline().strip().decode() if ready else ""
        if not address:
            raise DesktopError("the session bus does not start")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address

    def start(self, *command: str, stdout: int | None = None, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program on this desktop; it is stopped with it."""
        return self._spawn(command, environment, stdout=stdout)

    def start_python(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program of this Python on this desktop, with Qt on X11."""
        return self.start(sys.executable, *arguments, QT_QPA_PLATFORM="xcb", **environment)

    def _spawn(
        self,
        command: tuple[str, ...],
        environment: dict[str, str] | None = None,
        *,
        stdout: int | None = None,
        pass_fds: tuple[int, ...] = (),
    ) -> subprocess.Popen[bytes]:
        number = len(os.listdir(self.folder))
        log = os.path.join(self.folder, f"{number:02}-{os.path.basename(command[0])}.log")
        with open(log, "wb") as errors:
            process = subprocess.Popen(
                command, env=self.environment | (environment or {}), stdin=subprocess.DEVNULL,
                stdout=errors if stdout is None else stdout, stderr=errors, pass_fds=pass_fds, start_new_session=True,
            )  # fmt: skip
        self._cleanup.callback(stop, process)
        return process

    def logs(self) -> str:
        """Return what all programs have said, for a failing test."""
        parts = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(os.path.join(self.folder, name), errors="replace") as file:
                    parts.append(f"--- {name}\n{file.read()[-3000:]}")
        return "\n".join(parts)

    def run(self, *command: str) -> str:
        """Run a program to its end and return what it prints; empty if it fails."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def _root_properties(self) -> str:
        return self.run("xprop", "-root")

    def window(self, title: str) -> str:
        """Wait for the visible window whose title matches a regular expression; return its number."""
        found: list[str] = []

        def look() -> bool:
            found[:] = self.run("xdotool", "search", "--onlyvisible", "--name", title).split()
            return bool(found)

        wait_until(f"a window named {title}", look)
        return found[-1]

    def place(self, window: str, x: int, y: int, width: int, height: int) -> None:
        """Move a window and give it a size; returns when it is there."""
        self.run("xdotool", "windowsize", "--sync", window, str(width), str(height))
        self.run("xdotool", "windowmove", "--sync", window, str(x), str(y))
        self.run("xdotool", "windowraise", window)

    def geometry(self, window: str) -> tuple[int, int, int, int]:
        """Return x, y, width and height of a window's content on the screen; xdotool counts the frame twice."""
        said = self.run("xwininfo", "-id", window)
        found = re.findall(r"^ *(?:Absolute upper-left [XY]|Width|Height): +(-?\d+)$", said, re.MULTILINE)
        x, y, width, height = map(int, found)
        return x, y, width, height

    def open_file_manager(self, name: str, folder: str) -> str:
        """Show a folder in a file manager; return its window."""
        self.start(name, *OPTIONS.get(name, ()), folder, QT_QPA_PLATFORM="xcb", GDK_BACKEND="x11")
        return self.window(f"^{os.path.basename(folder)}( |$)")

    def mouse(self, *arguments: object) -> None:
        """Let xdotool do something, such as ("mousemove", 10, 20)."""
        self.run("xdotool", *(str(argument) for argument in arguments))

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, hover_steps: int = 10) -> None:
        """Drag with the left button as a hand does: in steps, with a rest over the target."""
        self.press(start)
        self.drag_on(start, end, hover_steps=hover_steps)
        self.mouse("mouseup", 1)

    def press(self, place: tuple[int, int]) -> None:
        """Press the left button somewhere and hold it."""
        self.mouse("mousemove", "--sync", *place, "sleep", 0.15, "mousedown", 1, "sleep", 0.15)

    def drag_on(self, start: tuple[int, int], end: tuple[int, int], *, hover_steps: int = 10) -> None:
        """Move with the button held, and rest at the end: file managers answer only after some movements."""
        for step in range(1, 13):
            x = start[0] + (end[0] - start[0]) * step // 12
            y = start[1] + (end[1] - start[1]) * step // 12
            self.mouse("mousemove", x, y, "sleep", 0.05)
        for step in range(hover_steps):
            self.mouse("mousemove", end[0] + step % 4, end[1] + step % 3, "sleep", 0.08)

    def screenshot(self, path: str) -> None:
        """Write a picture of the whole screen, if ImageMagick is there."""
        if shutil.which("import"):
            self.run("import", "-window", "root", path)


def stop(process: subprocess.Popen[bytes], timeout_s: float = 5.0) -> None:
    """End a program with all it started: politely, then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            continue
        break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def desktop(width: int = 1100, height: int = 700) -> Iterator[Desktop]:
    """Give a desktop; when the test fails, what its programs said is added to the failure."""
    with Desktop(width, height) as one:
        try:
            yield one
        except BaseException as error:
            error.add_note(one.logs())
            raise
