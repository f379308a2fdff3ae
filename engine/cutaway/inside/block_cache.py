"""Blocks of a content that were read lately: small reads that lie close together become few long ones. Thread-safe."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

BLOCK = 64 << 10
#: So much is kept of one content, in bytes.
KEPT_MAX = 16 << 20
#: So many blocks are read at once where reads follow one another.
AHEAD_MAX = 16

Fetch = Callable[[int, int], bytes | bytearray]


class BlockCache:
    """Blocks of one content.

    Args:
        size: Of the content in bytes.
        fetch: Reads a part of it: place and length, both of whole blocks but at its end.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        self._size = size
        self._fetch = fetch
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._behind = -1
        self._ahead = 1
        self._lock = threading.Lock()

    def read(self, offset: int, length: int) -> bytearray:
        """Return a part of the content, which lies within.

        Raises:
            OSError: it cannot be read there.
        """
        found = bytearray()
        with self._lock:
            number, end = offset // BLOCK, offset + length
            while number * BLOCK < end:
                if (block := self._blocks.get(number)) is None:
                    try:
                        block = self._fill(number, -(-end // BLOCK) - number)
                    except OSError:  # what was asked for may be sound, though its neighbours are not
                        return bytearray(self._fetch(offset, length))
                else:
                    self._blocks.move_to_end(number)
                start = number * BLOCK
                found += block[max(0, offset - start) : end - start]
                number += 1
        return found

    def _fill(self, first: int, wanted: int) -> bytes:
        """Read blocks from one on: as many as are wanted, or more where the read before ended here."""
        self._ahead = min(2 * self._ahead, AHEAD_MAX) if first == self._behind else 1
        count = max(min(wanted, AHEAD_MAX), self._ahead)
        count = next((number for number in range(1, count) if first + number in self._blocks), count)
        data = self._fetch(first * BLOCK, min(count * BLOCK, self._size - first * BLOCK))
        for number in range(count):
            if piece := bytes(data[number * BLOCK : (number + 1) * BLOCK]):
                self._blocks[first + number] = piece
        self._behind = first + count
        while len(self._blocks) > KEPT_MAX // BLOCK:
            self._blocks.popitem(last=False)
        return bytes(data[:BLOCK])
