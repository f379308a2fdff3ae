"""A file of the host in which zeros become holes: for contents of which nobody knows beforehand what is empty.

Belongs to the worker's thread; data is written in its helper thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from cutaway.transfer.host_files import write_all
from cutaway.transfer.sink import FileSink

BLOCK = 64 << 10
_ZEROS = bytes(BLOCK)


def zero_runs(data: memoryview) -> Iterator[tuple[memoryview, bool]]:
    """Give data in blocks, each with whether it is nothing but zeros."""
    for begin in range(0, len(data), BLOCK):
        block = data[begin : begin + BLOCK]
        yield block, block.tobytes() == _ZEROS[: len(block)]


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
        for block, is_zero in zero_runs(data):
            if is_zero:
                os.lseek(self._target, len(block), os.SEEK_CUR)
            else:
                write_all(self._target, block)
