"""Writes to what may keep a writer waiting: a pipe, a terminal, a socket; and can be told to give up.

`write` and `zeros` run in a helper thread, `give_up` may come from any. Opens and closes nothing but its own wake-up.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import threading

from cutaway.transfer.host_files import ZEROS

#: A pipe that is writable takes so much at once, whatever else (PIPE_BUF); more could wait.
PIECE = 4096


class PatientWriter:
    """Writes to one descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._waiting = select.poll()
        self._waiting.register(self._wake, select.POLLIN)
        self._waiting.register(descriptor, select.POLLOUT)
        self._busy = threading.Lock()
        self._is_closed = False
        mode = os.fstat(descriptor).st_mode
        self._may_wait = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)

    def write(self, data: memoryview) -> None:
        """Write all of it.

        Raises:
            OSError: it cannot be written; ECANCELED after `give_up`.
        """
        with self._busy:
            while data:
                data = data[self._some(data) :]

    def zeros(self, length: int) -> None:
        """Write so many zeros; see `write`."""
        while length:
            piece = min(length, len(ZEROS))
            self.write(memoryview(ZEROS)[:piece])
            length -= piece

    def _some(self, data: memoryview) -> int:
        if not self._may_wait:
            return os.write(self._descriptor, data)
        if any(ready == self._wake for ready, _ in self._waiting.poll()):
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        return os.write(self._descriptor, data[:PIECE])

    def give_up(self) -> None:
        """Let a write that waits, and all that follow, fail. Does nothing after `close`."""
        if not self._is_closed:
            os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """End a write that still waits, and close the wake-up. May be called again."""
        self.give_up()
        with self._busy:
            if not self._is_closed:
                self._is_closed = True
                os.close(self._wake)
