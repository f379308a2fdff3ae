"""How far an insertion is: every byte of a small file moves twice, into the archive and out of it. Any one thread."""

from __future__ import annotations

import time

from cutaway.transfer.progress import INTERVAL_S, ProgressCallback, TransferProgress


class InsertMeter:
    """Counts bytes through the stages of an insertion, and tells the callback.

    Attributes:
        current: What is being copied, by its path on the host; empty while it is many small files.
    """

    def __init__(self, callback: ProgressCallback | None, files_total: int, bytes_total: int) -> None:
        self._callback = callback
        self._files = files_total
        self._total = bytes_total
        self._before = 0
        self._here = 0
        self._next = 0.0
        self.current = b""

    def moved(self, count: int) -> None:
        """Count bytes of this stage."""
        self.at(self._here + count)

    def at(self, position: int) -> None:
        """Take note how far this stage is."""
        self._here = position
        now = time.monotonic()
        if self._callback is not None and now >= self._next:
            self._next = now + INTERVAL_S
            self._callback(self._value())

    def stage(self, size: int) -> None:
        """Take note that a stage of so many bytes is over; the next begins."""
        self._before += size
        self._here = 0

    def finish(self) -> None:
        """Tell the end, at which all is done whatever became of single files."""
        if self._callback is not None:
            self._callback(TransferProgress(self._files, self._files, self._total, self._total, b""))

    def _value(self) -> TransferProgress:
        done = min(self._before + self._here, self._total)
        files = self._files * done // self._total if self._total else 0
        return TransferProgress(files, self._files, done, self._total, self.current)
