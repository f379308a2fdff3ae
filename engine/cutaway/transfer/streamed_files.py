"""The sink of the contents that come over the data channel: file after file, each into the outlet.

In the worker's thread. A file whose name the host's file system does not take is left out; a disk that takes no more
data fails the call.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cutaway.errors import DestinationError, ProtocolError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.direct_copy import DirectCopier
from cutaway.transfer.host_files import NAME_ERRORS, finish_length, refusal, write_all
from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.outlet import Outlet
from cutaway.transfer.plan import Planned
from cutaway.transfer.progress import Meter
from cutaway.transfer.weight import Share

#: The daemon lets some ten thousand files wait before it sends them, and the channel holds some more.
EXPECTED_MAX = 1 << 19


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that will come.

    Attributes:
        staged: Its path in the outlet.
        weight: What it counts for in the progress.
    """

    entry: Planned
    staged: bytes
    weight: int


class StreamedFiles:
    """Takes the contents of files in the order in which they are expected.

    Also what a cancellation reaches: the copier of the other contents stops with it.

    Attributes:
        on_lost: Told a file that the host could not have, with the reason.
    """

    def __init__(
        self,
        outlet: Outlet,
        copier: DirectCopier,
        meter: Meter,
        on_lost: Callable[[bytes, str], None],
        control: TransferControl,
        on_not_kept: Callable[[bytes, Refusals], None],
    ) -> None:
        self._on_not_kept = on_not_kept
        self._control = control
        self._outlet = outlet
        self._copier = copier
        self._meter = meter
        self.on_lost = on_lost
        self._expected: deque[Expected | None] = deque()
        self._changed = asyncio.Event()
        self._is_complete = self._is_refused = False
        self._entry: Planned | None = None
        self._staged = b""
        self._share = Share(0, 0)
        self._is_hole = False
        self._descriptor = -1
        self._nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)

    def expect(self, file: Expected | None) -> None:
        """Take note of a file that will come; None: nobody wants it.

        Raises:
            ProtocolError: more are promised than any guest has to keep back.
        """
        if len(self._expected) >= EXPECTED_MAX:
            raise ProtocolError(f"the image promises more than {EXPECTED_MAX} files, and sends none of them")
        self._expected.append(file)
        self._changed.set()

    def refuse_rest(self) -> None:
        """Take note that nobody wants what comes from now on: it is read away, or the channels were out of step."""
        self._is_refused = True
        self._expected.clear()
        self._changed.set()

    @property
    def path(self) -> str:
        """The path in the tree of the file that is being written."""
        return self._entry.path.decode("utf-8", "backslashreplace") if self._entry else ""

    def fileno(self) -> int | None:
        """Return where the current content goes."""
        return self._nowhere if self._descriptor < 0 else self._descriptor

    async def begin(self) -> None:
        """Wait until it is known which file comes, and open it.

        Raises:
            ProtocolError: none was promised.
            OSError: the disk does not take it.
        """
        while not self._expected and not self._is_refused:
            if self._is_complete:
                raise ProtocolError("the data channel brought more files than were promised")
            self._changed.clear()
            await self._changed.wait()
        if self._outlet.is_crowded and not self._is_refused:
            await self._copier.room()
        expected = self._expected.popleft() if self._expected else None
        if expected is not None:
            self._open(expected)

    def _open(self, expected: Expected) -> None:
        self._entry = entry = expected.entry
        self._staged = expected.staged
        self._share = Share(entry.stat.size, expected.weight)
        try:
            self._descriptor = self._outlet.make_file(self._staged)
        except OSError as error:
            if error.errno not in NAME_ERRORS:
                raise
            self.on_lost(entry.path, refusal(error))

    def moved(self, count: int) -> None:
        """Count bytes, if somebody wants them: those of a hole after it."""
        is_hole, self._is_hole = self._is_hole, False
        if self._descriptor >= 0:
            self._meter.moved(count, self._share.moved(count, is_hole=is_hole))

    def write(self, data: memoryview) -> None:
        """Write to the current file."""
        if self._descriptor >= 0:
            write_all(self._descriptor, data)

    def hole(self, length: int) -> None:
        """Leave a hole in the current file."""
        self._is_hole = True
        if self._descriptor >= 0:
            os.lseek(self._descriptor, length, os.SEEK_CUR)

    def end(self) -> None:
        """Finish the current file."""
        if self._descriptor >= 0 and self._entry is not None:
            finish_length(self._descriptor)
            refusals = self._outlet.take_file(self._staged, self._descriptor, self._entry)
            if refusals:
                self._on_not_kept(self._entry.path, refusals)
            if self._outlet.has_waiting:
                self._copier.nudge()
            self._meter.moved(0, self._share.rest())
            self._meter.files_done()
        self._leave()

    def failed(self) -> None:
        """Remove the current file; the guest will say why it failed."""
        if self._descriptor >= 0 and self._entry is not None:
            self._outlet.drop_file(self._staged)
            self.on_lost(self._entry.path, "")
        self._leave()

    def _leave(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        self._entry = None

    def expect_no_more(self) -> None:
        """Take note that all pages have come."""
        self._is_complete = True
        self._changed.set()

    async def settle(self) -> None:
        """Wait until the other contents are there too.

        Raises:
            ProtocolError: contents that were promised have not come.
            DestinationError, CallInterrupted: the copier stopped.
        """
        if self._expected:
            raise ProtocolError(f"the data channel did not bring {len(self._expected)} of the files it promised")
        await self._copier.finish()

    async def passed(self) -> None:
        """Wait while the transfer is held."""
        await self._control.passed()

    def failure(self, error: OSError) -> DestinationError:
        """Return what an error means to a person."""
        return self._outlet.failure(self.path, error)

    def give_up(self) -> None:
        """Stop copying: files wait for nobody."""
        self._control.end()
        self._copier.abandon()

    def close(self) -> None:
        """Close everything. May be called again."""
        for descriptor in {self._descriptor, self._nowhere} - {-1}:
            os.close(descriptor)
        self._descriptor = self._nowhere = -1
