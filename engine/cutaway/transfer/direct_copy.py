"""Copies contents from the drives themselves to where they go: a thread that asks ahead, and writes what comes.

The worker's loop puts files in, a bounded number of them, and is told in its own thread what has become of them.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from cutaway.errors import CallInterrupted, Cancelled, EngineError, ProtocolError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.copied import Copied
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.outlet import Outlet, Work
from cutaway.transfer.reads import DirectFile

#: How many files and pieces of files may wait to be copied before the listing has to wait.
WAITING_MAX = 65536
#: Makes the work: told the drives, what to tell, whether it was abandoned, and what holds it.
MakeWork = Callable[[Drives, Callable[[Copied], None], Callable[[], bool], TransferControl], Work]


class DirectCopier:
    """Made and used in the worker's loop; its thread ends with `finish` or `abandon`.

    Args:
        drives: A connection to each drive, by its number; they stay the caller's.
        outlet: Where the files are made.
        make_work: Makes what the thread does.
        on_copied: Called in the loop with what has been done, not too often.
        on_trouble: Called in the loop when nothing more can be copied.
        control: Holds it.
    """

    def __init__(
        self,
        drives: Drives,
        outlet: Outlet,
        make_work: MakeWork,
        on_copied: Callable[[Copied], None],
        on_trouble: Callable[[], None],
        control: TransferControl,
    ) -> None:
        self._control = control
        self._drives = drives
        self._outlet = outlet
        self._make_work = make_work
        self._on_copied = on_copied
        self._on_trouble = on_trouble
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition()
        self._batches: deque[list[DirectFile]] = deque()
        self._waiting = 0
        self._is_last = self._is_abandoned = False
        self._room = asyncio.Event()
        self._ended: asyncio.Future[None] | None = None
        self.failure: EngineError | None = None

    @property
    def sizes(self) -> dict[int, int]:
        """The sizes of the drives in bytes."""
        return {number: drive.size for number, drive in self._drives.items()}

    async def put(self, files: list[DirectFile]) -> None:
        """Have files copied; waits while too many wait already. Does nothing once it has failed or was abandoned."""
        ended = self._started()
        if self._is_abandoned:
            return
        while self._waiting > WAITING_MAX and not ended.done():
            self._room.clear()
            await self._room.wait()
        with self._changed:
            self._batches.append(files)
            self._waiting += _weight(files)
            self._changed.notify()

    def nudge(self) -> None:
        """Have what waits in the outlet taken."""
        self._started()
        if not self._is_abandoned:
            with self._changed:
                self._batches.append([])
                self._changed.notify()

    async def room(self) -> None:
        """Wait until the outlet can take more, or nothing more can be copied."""
        ended = self._started()
        while self._outlet.is_crowded and not ended.done():
            self._room.clear()
            await self._room.wait()

    def _started(self) -> asyncio.Future[None]:
        """Return what will tell the thread's end; start it if need be."""
        if self._ended is None:
            self._ended = self._loop.create_future()
            threading.Thread(target=self._run, name="cutaway-copier", daemon=True).start()
        return self._ended

    async def finish(self) -> None:
        """Wait until all is copied.

        Raises:
            DestinationError, CallInterrupted, ProtocolError: what stopped it.
            Cancelled: it was abandoned.
        """
        with self._changed:
            self._is_last = True
            self._changed.notify()
        if self._ended is not None:
            await asyncio.shield(self._ended)
        if self.failure is not None:
            raise self.failure
        if self._is_abandoned:
            raise Cancelled("the extraction was cancelled")

    def abandon(self) -> None:
        """Stop at once; what waits is forgotten. In the loop; may be called again."""
        self._control.end()
        self._stop()

    def _stop(self) -> None:
        self._is_abandoned = True
        with self._changed:
            self._batches.clear()
            self._is_last = True
            self._changed.notify()
        self._outlet.give_up()
        for drive in self._drives.values():
            drive.abort()

    async def close(self) -> None:
        """Stop unless it is finished, and wait until the thread has ended; the connections stay if it was."""
        if self._ended is not None and not self._ended.done():
            self.abandon()
            await asyncio.shield(self._ended)

    def _run(self) -> None:
        copy = None
        try:
            copy = self._make_work(self._drives, self._tell, lambda: self._is_abandoned, self._control)
            for batch in self._taken():
                copy.copy(batch)
        except Exception as error:  # noqa: BLE001 whatever ends the thread has to fail the extraction
            if not self._is_abandoned:
                self.failure = _understood(error, copy.path if copy else b"")
                self._loop.call_soon_threadsafe(self._on_trouble)
        finally:
            if copy is not None:
                copy.close()
            self._loop.call_soon_threadsafe(self._over)

    def _taken(self) -> Iterator[list[DirectFile]]:
        while True:
            with self._changed:
                while not self._batches and not self._is_last:
                    self._changed.wait()
                if not self._batches:
                    return
                batch = self._batches.popleft()
            yield batch
            with self._changed:
                self._waiting -= _weight(batch)
            self._loop.call_soon_threadsafe(self._room.set)

    def _tell(self, copied: Copied) -> None:
        self._loop.call_soon_threadsafe(self._on_copied, copied)

    def _over(self) -> None:
        self._room.set()
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


def _weight(files: Sequence[DirectFile]) -> int:
    """Return what files take of the room for those that wait: one in pieces takes more."""
    return sum(1 + len(file.pieces) for file in files)


def _understood(error: Exception, path: bytes) -> EngineError:
    if isinstance(error, EngineError):
        return error
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return destination_error(path.decode("utf-8", "backslashreplace"), error)
    if isinstance(error, ConnectionError | EOFError):
        return CallInterrupted("the connection to the drive broke")
    shown = path.decode("utf-8", "backslashreplace")
    return ProtocolError(f"what the image says of {shown} cannot be: {error!r}")
