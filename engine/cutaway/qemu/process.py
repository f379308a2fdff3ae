"""The qemu process: spawned hardened, watched, and never left behind.

It is started through prlimit(1) and setpriv(1), which exec: no core dumps, no new privileges, and SIGKILL from the
kernel when the thread that started it (the handle's worker) ends for whatever reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
from collections.abc import Sequence

log = logging.getLogger(__name__)

LAUNCHER = ("prlimit", "--core=0:0", "setpriv", "--no-new-privs", "--pdeathsig", "KILL", "--")
OUTPUT_MAX = 64 * 1024


class QemuProcess:
    """A running qemu. Belongs to the event loop in which it was spawned."""

    def __init__(self, process: subprocess.Popen[bytes], command: tuple[str, ...]) -> None:
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._output = bytearray()
        self.command = command
        self.exited = self._loop.create_future()
        self._pidfd = os.pidfd_open(process.pid)
        assert process.stderr is not None  # noqa: S101 opened by spawn
        self._stderr = process.stderr
        os.set_blocking(self._stderr.fileno(), False)
        self._loop.add_reader(self._pidfd, self._on_exit)
        self._loop.add_reader(self._stderr.fileno(), self._on_output)

    @classmethod
    def spawn(cls, command: tuple[str, ...], descriptors: Sequence[int] = ()) -> QemuProcess:
        """Start qemu with these arguments; it inherits the descriptors.

        Raises:
            OSError: it could not be started.
        """
        process = subprocess.Popen(
            (*LAUNCHER, *command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=tuple(descriptors),
            start_new_session=True,
        )
        return cls(process, command)

    @property
    def pid(self) -> int:
        """The process number."""
        return self._process.pid

    @property
    def output(self) -> str:
        """What qemu has said on its standard error so far, at most 64 KiB."""
        return self._output.decode("utf-8", "replace").strip()

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.returncode

    def describe_exit(self) -> str:
        """Return how it ended as words."""
        code = self.exit_code
        if code is None:
            return "qemu is running"
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"qemu {how}" + (f": {self.output.splitlines()[-1]}" if self.output else "")

    def kill(self) -> None:
        """Kill qemu, and whatever a wrapper script has started beside it."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def exited_shielded(self) -> int:
        """Wait until it has ended; return the exit code. Cancelling the wait disturbs nobody."""
        code: int = await asyncio.shield(self.exited)
        return code

    async def stop(self) -> None:
        """End qemu and wait until it is gone: at once, it has nothing to lose."""
        self.kill()
        await self.exited_shielded()

    def _on_output(self) -> None:
        try:
            data = os.read(self._stderr.fileno(), 65536)
        except BlockingIOError:
            return
        if not data:
            self._loop.remove_reader(self._stderr.fileno())
            return
        self._output += data[: OUTPUT_MAX - len(self._output)]
        log.debug("qemu: %s", data.decode("utf-8", "replace").rstrip())

    def _on_exit(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._on_output()
        self._loop.remove_reader(self._stderr.fileno())
        self._stderr.close()
        self._process.wait()
        self.exited.set_result(self._process.returncode)
