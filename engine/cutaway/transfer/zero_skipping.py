"""A file of the host in which zeros become holes: for contents of which nobody knows beforehand what is empty.

Belongs to the worker's thread; data is written in its helper thread.
"""

from __future__ import annotations

import os

from cutaway.transfer.host_files import write_all
from cutaway.transfer.sink import FileSink

BLOCK = 64 << 10
_ZEROS = bytes(BLOCK)


class ZeroSkippingFile(FileSink):
    """Takes the data of one call; `commit` after it, `close` in any case.

    Args:
        path: For messages.
        descriptor: An empty regular file; it stays the caller's.
    """

    def __init__(self, path: str, descriptor: int) -> None:
        super().__init__(path, descriptor, owned=False)
        self._target = descriptor

    def fileno(self) -> int | None:
        """Return nothing: all data has to be looked at."""
        return None

    def write(self, data: memoryview) -> None:
        """Write what is not zeros; go on behind the rest."""
        for begin in range(0, len(data), BLOCK):
            piece = data[begin : begin + BLOCK]
            if piece.tobytes() == _ZEROS[: len(piece)]:
                os.lseek(self._target, len(piece), os.SEEK_CUR)
            else:
                write_all(self._target, piece)
