"""Reading files piece by piece, ahead of who reads them: few large calls instead of many small ones.

Files are cut into units that are remembered for a while. Reading on where one has stopped fetches more each time, up
to 4 MiB; reading here and there fetches single units. Knows no handle: what fetches is given. Runs in FUSE's thread.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from cutaway.folder_mount.lru import Lru

UNIT = 256 * 1024
#: The largest piece that is fetched at once, in units: 4 MiB.
WINDOW_MAX = 16
#: How much more is fetched when somebody reads on.
GROWTH = 4
#: Units that are remembered, 64 MiB in all.
UNITS_MAX = 256
#: Files whose readers are followed.
FOLLOWED_MAX = 256

#: Returns a part of a file: path, offset, length.
Fetch = Callable[[bytes, int, int], bytes]


class Blocks:
    """The content of files.

    Args:
        fetch: Brings a part of a file that lies within it.
        units_max: How many units are remembered; for tests.
    """

    def __init__(self, fetch: Fetch, *, units_max: int = UNITS_MAX) -> None:
        self._fetch = fetch
        self._units: Lru[tuple[bytes, int], bytes] = Lru(units_max)
        self._ahead: Lru[bytes, tuple[int, int]] = Lru(FOLLOWED_MAX)

    def read(self, path: bytes, file_size: int, offset: int, length: int) -> bytes:
        """Return a part of a file, cut at its end.

        Raises:
            OSError, EngineError: it cannot be read.
        """
        end = min(offset + length, file_size)
        if offset >= end:
            return b""
        first, last = offset // UNIT, (end - 1) // UNIT
        if first == last:
            return self._unit(path, file_size, first)[offset - first * UNIT : end - first * UNIT]
        joined = b"".join(self._unit(path, file_size, number) for number in range(first, last + 1))
        return joined[offset - first * UNIT : end - first * UNIT]

    def _unit(self, path: bytes, file_size: int, number: int) -> bytes:
        found = self._units.get((path, number))
        if found is not None:
            return found
        window = self._window(path, file_size, number)
        start = number * UNIT
        length = min(window * UNIT, file_size - start)
        data = self._fetch(path, start, length)
        if len(data) != length:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        for position in range(window - 1, -1, -1):  # the wanted one last: it is the newest
            if piece := data[position * UNIT : (position + 1) * UNIT]:
                self._units.put((path, number + position), piece)
        self._ahead.put(path, (number + window, window))
        return data[:UNIT]

    def _window(self, path: bytes, file_size: int, number: int) -> int:
        """Return how many units to fetch, beginning with this one: none of them twice."""
        expected, last = self._ahead.get(path) or (-1, 0)
        unexpected = GROWTH if file_size <= GROWTH * UNIT else 1
        wished = min(last * GROWTH, WINDOW_MAX) if number == expected else unexpected
        for position in range(1, wished):
            if (path, number + position) in self._units:
                return position
        return wished
