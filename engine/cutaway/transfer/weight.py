"""What a file counts for in the progress of a transfer: the bytes that have to be moved for it, not its holes. Pure.

A hole takes no time: a bar that counted holes would stand for long, then jump.
"""

from __future__ import annotations

from cutaway.records import Stat

#: A content up to this length may lie beside any block, as in an inode: it counts in full whatever the blocks say.
SMALL = 64 << 10


def weight_of(status: Stat) -> int:
    """Return the bytes to be moved for a file of which nothing else is known; what blocks say may be wrong."""
    return max(0, min(status.size, max(status.blocks * 512, SMALL)))


class Share:
    """How much of a file's weight has been moved, while its content comes from its beginning to its end.

    Of a file that takes less room than it is long nobody knows yet whether it has holes or is compressed: what comes
    counts one by one as long as it is no more than its place in the file stands for. With holes before it, that is
    exact; of a compressed file the place alone says how far it is.

    Args:
        size: The file's length in bytes.
        weight: What it counts for, at most its length.
    """

    def __init__(self, size: int, weight: int) -> None:
        self._size, self._weight = size, weight
        self._data = self._place = self._counted = 0

    def moved(self, count: int, *, is_hole: bool) -> int:
        """Take note of what came; return what it adds to the weight."""
        self._place += count
        self._data += 0 if is_hole else count
        return self._count(min(self._stands_for, self._weight))

    @property
    def _stands_for(self) -> int:
        if self._weight >= self._size:
            return self._place
        return min(self._data, self._weight * self._place // self._size)

    def rest(self) -> int:
        """Return what the end of the content adds: nothing is left then."""
        return self._count(self._weight)

    def _count(self, counted: int) -> int:
        more, self._counted = counted - self._counted, counted
        return more
