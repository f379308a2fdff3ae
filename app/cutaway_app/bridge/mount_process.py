"""A `cutaway mount` of the window: a process of its own, so that nothing that happens to a mount stops the window.

The process unmounts as soon as the pipe to its standard input closes: by `stop`, or by whatever ends this program. A
thread starts it and listens to it; news come in the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass

from cutaway.errors import EngineError


@dataclass(frozen=True, slots=True)
class Ready:
    """The folder can be used."""


@dataclass(frozen=True, slots=True)
class Said:
    """It has said something to a person after it was ready: the appliance has died."""

    error: EngineError


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over: nothing is mounted any more.

    Attributes:
        error: Why, if nobody wanted it.
    """

    error: EngineError | None


News = Ready | Said | Ended


class MountProcess:
    """One mount. GUI thread, except for its own.

    Args:
        command: Mounts, prints a line when that is done, and ends with its standard input.
        listen: Called in the loop with what happens; `Ended` is the last.
        secret: What it gets through a pipe, if it needs something that must not stand in a command; an option
            --keys-fd, before the command's "--", tells the descriptor.
    """

    def __init__(self, command: list[str], listen: Callable[[News], None], secret: bytes = b"") -> None:
        self._command, self._listen, self._secret = command, listen, secret
        self._loop = asyncio.get_running_loop()
        self._input, self._holder = os.pipe()
        self._is_stopped = False
        threading.Thread(target=self._run, name="cutaway-mount", daemon=True).start()

    def stop(self) -> None:
        """Let it unmount and end; it tells when it has. May be called again."""
        if not self._is_stopped:
            self._is_stopped = True
            os.close(self._holder)

    def _run(self) -> None:
        try:
            process = self._start()
        except OSError as error:
            self._tell(Ended(EngineError(f"{self._command[0]} cannot be started: {error.strerror}")))
            return
        finally:
            os.close(self._input)
        with process:
            self._follow(process)

    def _start(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        if not self._secret:
            return subprocess.Popen(self._command, stdin=self._input, stdout=pipe, stderr=pipe)
        reader, writer = os.pipe()
        options_end = self._command.index("--")
        command = [*self._command[:options_end], f"--keys-fd={reader}", *self._command[options_end:]]
        with contextlib.suppress(BrokenPipeError), open(writer, "wb") as giver:  # broken: it has ended, and tells why
            try:
                process = subprocess.Popen(command, stdin=self._input, stdout=pipe, stderr=pipe, pass_fds=[reader])
            finally:
                os.close(reader)
            giver.write(self._secret)
        return process

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 both are pipes
        assert process.stderr is not None  # noqa: S101 both are pipes
        is_ready = bool(process.stdout.readline())
        if is_ready:
            self._tell(Ready())
        lines: list[bytes] = []
        for line in process.stderr:
            lines.append(line)
            if is_ready and line.startswith(b"  try:"):
                self._tell(Said(error_of(lines)))
        code = process.wait()
        self._tell(Ended(error_of(lines) if code else None))

    def _tell(self, news: News) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._listen, news)


def error_of(lines: list[bytes]) -> EngineError:
    """Return the error that a command has printed, the last one if there are several."""
    message, remedy = "the program that mounts has ended without a word", ""
    for line in (raw.decode("utf-8", "surrogateescape").rstrip("\n") for raw in lines):
        if line.startswith("cutaway: "):
            message, remedy = line.removeprefix("cutaway: "), ""
        elif line.startswith("  try: "):
            remedy = line.removeprefix("  try: ")
    return EngineError(message, remedy=remedy)
