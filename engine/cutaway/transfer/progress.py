"""How far a transfer is: values for the person, told not too often. In the worker's thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

#: Between two reports of progress.
INTERVAL_S = 0.05


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """How far a transfer is.

    Attributes:
        bytes_done: What has been moved; holes take no time, and do not count where they stay holes.
        bytes_total: What has to be moved.
        current: Path in the image of the file that is being copied; empty at the end.
        is_counted: Whether the totals are final; until then they are what has been found so far.
    """

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    current: bytes
    is_counted: bool = True


ProgressCallback = Callable[[TransferProgress], None]


class Meter:
    """Counts files and bytes, and tells the callback.

    Attributes:
        files: How many are there.
        bytes: How long they are together, holes included: what the report says.
        current: Path in the image of the file that is being copied.
    """

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._files_total = 0
        self._weight = self._weight_total = 0
        self._is_counted = False
        self._next = 0.0
        self.files = 0
        self.bytes = 0
        self.current = b""

    def restart(self) -> None:
        """Count from the beginning, for another attempt."""
        self._files_total = self._weight = self._weight_total = self.files = self.bytes = 0
        self._is_counted = False

    def found(self, files: int, weight: int) -> None:
        """Take note of what has to be copied."""
        self._files_total += files
        self._weight_total += weight
        self._tell()

    def counted(self) -> None:
        """Take note that everything has been found."""
        self._is_counted = True

    def moved(self, size: int, weight: int) -> None:
        """Count bytes, and what they are of that which has to be moved."""
        self.bytes += size
        self._weight += weight
        self._tell()

    def files_done(self, count: int = 1) -> None:
        """Count files."""
        self.files += count
        self._tell()

    def finish(self) -> None:
        """Tell the end, at which all is done whatever became of single files."""
        if self._callback is not None:
            files, weight = self._files_total, self._weight_total
            self._callback(TransferProgress(files, files, weight, weight, b""))

    def _tell(self) -> None:
        if self._callback is None or (now := time.monotonic()) < self._next:
            return
        self._next = now + INTERVAL_S
        done = min(self._weight, self._weight_total)
        files = min(self.files, self._files_total)
        self._callback(
            TransferProgress(files, self._files_total, done, self._weight_total, self.current, self._is_counted)
        )
