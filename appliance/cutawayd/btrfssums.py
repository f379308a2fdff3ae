"""The checksums that btrfs keeps of its data, as its checksum tree has them: four bytes for each sector."""

from __future__ import annotations

from bisect import bisect_right

from cutawayd.btrfstrees import CSUM_KEY, CSUM_TREE, CSUMS, TreeReader

SECTOR, SUM = 4096, 4
#: So much further than was asked is looked: files that were written together lie together.
AHEAD = 4 << 20


class Checksums:
    """Remembers what the last search has found; nobody writes to the file system meanwhile.

    Args:
        reader: Reads the tree.
        node_size: Of the file system: no item is longer.
    """

    def __init__(self, reader: TreeReader, node_size: int) -> None:
        self._reader = reader
        self._item_span = node_size // SUM * SECTOR
        self._known = range(0)
        self._starts: list[int] = []
        self._items: list[bytes] = []

    def of(self, descriptor: int, start: int, length: int) -> bytes | None:
        """Return the checksums of some sectors, by their address; None if one of them has none.

        Raises:
            OSError: the tree cannot be read.
        """
        end = start + length
        if start not in self._known or end > self._known.stop:
            self._load(descriptor, start, max(end, start + AHEAD))
        found: list[bytes] = []
        index = bisect_right(self._starts, start) - 1
        while start < end:
            if not 0 <= index < len(self._starts) or start < self._starts[index]:
                return None
            skip = (start - self._starts[index]) // SECTOR * SUM
            part = self._items[index][skip : skip + (end - start) // SECTOR * SUM]
            if not part:
                return None
            found.append(part)
            start += len(part) // SUM * SECTOR
            index += 1
        return b"".join(found)

    def _load(self, descriptor: int, start: int, end: int) -> None:
        self._known, self._starts, self._items = range(0), [], []
        place, first = (CSUMS, CSUM_KEY), max(0, start - self._item_span)
        for offset, content in self._reader.items(descriptor, CSUM_TREE, place, first, end - 1):
            self._starts.append(offset)
            self._items.append(bytes(content))
        self._known = range(start, end)
