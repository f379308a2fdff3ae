"""Reading files piece by piece, ahead of who reads them: few large calls instead of many small ones.

Files are cut into units that are remembered for a while. Reading on where one has stopped fetches more each time, up
to 4 MiB; reading here and there fetches single units. Who goes on reading has the next piece fetched meanwhile, one at
a time. Knows no handle: what fetches is given. Runs in FUSE's thread, and fetches ahead in one of its own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from cutaway.errors import EngineError
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


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Units that are being fetched, or have been."""

    path: bytes
    units: range
    data: Future[bytes]


class Blocks:
    """The content of files.

    Args:
        fetch: Brings a part of a file that lies within it; called in either thread.
        units_max: How many units are remembered; for tests.
    """

    def __init__(self, fetch: Fetch, *, units_max: int = UNITS_MAX) -> None:
        self._fetch = fetch
        self._units: Lru[tuple[bytes, int], bytes] = Lru(units_max)
        self._followed: Lru[bytes, tuple[int, int]] = Lru(FOLLOWED_MAX)
        self._thread: ThreadPoolExecutor | None = ThreadPoolExecutor(1, thread_name_prefix="cutaway-ahead")
        self._ahead: _Ahead | None = None

    def close(self) -> None:
        """Fetch no more ahead; what is being fetched may end when it likes."""
        thread, self._thread, self._ahead = self._thread, None, None
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)

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
        if (ahead := self._ahead) is not None and ahead.path == path and number in ahead.units:
            self._ahead = None
            try:
                self._keep(path, file_size, ahead.units, ahead.data.result())
            except (OSError, EngineError):  # it is tried again, for who wants it now
                return self._unit(path, file_size, number)
            return self._unit(path, file_size, number)
        units = range(number, number + self._window(path, file_size, number))
        data = self._fetch_units(path, file_size, units)
        self._keep(path, file_size, units, data)
        return data[:UNIT]

    def _fetch_units(self, path: bytes, file_size: int, units: range) -> bytes:
        start = units.start * UNIT
        length = min(len(units) * UNIT, file_size - start)
        data = self._fetch(path, start, length)
        if len(data) != length:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return data

    def _keep(self, path: bytes, file_size: int, units: range, data: bytes) -> None:
        """Remember units that have come; of who has got so far, fetch the next meanwhile."""
        for number in reversed(units):  # the first one last: it is the newest
            begin = (number - units.start) * UNIT
            if piece := data[begin : begin + UNIT]:
                self._units.put((path, number), piece)
        self._followed.put(path, (units.stop, len(units)))
        if len(units) == WINDOW_MAX:
            self._fetch_ahead(path, file_size, units.stop)

    def _fetch_ahead(self, path: bytes, file_size: int, first: int) -> None:
        is_busy = self._ahead is not None and not self._ahead.data.done()
        if self._thread is None or is_busy or first * UNIT >= file_size or (path, first) in self._units:
            return
        units = range(first, first + WINDOW_MAX)
        self._ahead = _Ahead(path, units, self._thread.submit(self._fetch_units, path, file_size, units))

    def _window(self, path: bytes, file_size: int, number: int) -> int:
        """Return how many units to fetch, beginning with this one: none of them twice."""
        expected, last = self._followed.get(path) or (-1, 0)
        unexpected = GROWTH if file_size <= GROWTH * UNIT else 1
        wished = min(last * GROWTH, WINDOW_MAX) if number == expected else unexpected
        for position in range(1, wished):
            if (path, number + position) in self._units:
                return position
        return wished
