"""Receives the stream of one call from the data channel into a sink, as fast as the host allows.

Lives in the worker's event loop and yields to it after every megabyte. The guest is hostile: every word is checked.
Contents of files go socket → pipe → file by splice(2), without a copy through this program. Does not know which call
it serves; the grammar of a stream stands in `cutaway.protocol.framing`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from cutaway.errors import DestinationError, ProtocolError
from cutaway.protocol.framing import DATA_MAX, HOLE_LENGTH, LENGTH, Mark
from cutaway.transfer.data_sink import DataSink
from cutaway.transfer.socket_source import SocketSource, SpliceRefused

#: What a regular file's length may be.
HOLE_MAX = (1 << 63) - 1
#: Zeros for a destination that has no holes come in pieces, so that a cancellation has a chance.
HOLE_PIECE = 16 << 20
#: Frames from this length on are spliced.
SPLICE_MIN = 64 << 10
#: After so much work the loop gets its turn; the end of a file counts as FILE_COST bytes.
TURN = 1 << 20
FILE_COST = 32 << 10


async def receive(
    sock: socket.socket,
    sink: DataSink,
    *,
    on_bytes: Callable[[int], None],
    on_sink_error: Callable[..., None],
) -> None:
    """Receive one stream, to its DONE or ABORT.

    Args:
        sock: The data channel, non-blocking.
        sink: Takes the files.
        on_bytes: Called with the length of each piece, holes included.
        on_sink_error: Called once when the sink fails or the stream makes no sense: the guest should stop. After a
            failure of the sink the rest of the stream is drained.

    Raises:
        DestinationError: the sink failed; the stream was received to its end.
        ProtocolError: the guest sent what it may not; the stream is out of step.
        EOFError: the channel was closed.
    """
    source = SocketSource(sock)
    try:
        await _Receiver(source, sink, on_bytes, on_sink_error).run()
    except ProtocolError:
        on_sink_error()
        raise
    finally:
        source.close()


class _Receiver:
    """One stream on its way."""

    def __init__(
        self, source: SocketSource, sink: DataSink, on_bytes: Callable[[int], None], on_trouble: Callable[..., None]
    ) -> None:
        self._source = source
        self._sink = sink
        self._on_bytes = on_bytes
        self._on_trouble = on_trouble
        self._failure: DestinationError | None = None
        self._is_in_file = False
        self._can_splice = True
        self._work = 0

    async def run(self) -> None:
        while (word := LENGTH.unpack(await self._source.take(LENGTH.size))[0]) not in {Mark.DONE, Mark.ABORT}:
            await self._handle(word)
        if word == Mark.DONE and self._is_in_file:
            raise ProtocolError("the data channel says done in the middle of a file")
        if self._source.buffered:
            raise ProtocolError("the data channel goes on after the end of its stream")
        if self._failure is not None:
            raise self._failure

    async def _handle(self, word: int) -> None:
        match word:
            case Mark.END | Mark.FAILED:
                await self._begin()
                self._is_in_file = False
                await self._into_sink(self._sink.end if word == Mark.END else self._sink.failed)
                await self._breathe(FILE_COST)
            case Mark.HOLE:
                await self._hole(HOLE_LENGTH.unpack(await self._source.take(HOLE_LENGTH.size))[0])
            case length if length <= DATA_MAX:
                await self._data(length)
            case _:
                raise ProtocolError(f"a frame of {word} bytes on the data channel is longer than {DATA_MAX}")

    async def _begin(self) -> None:
        """Have the sink make ready, unless it is in the middle of a file."""
        if not self._is_in_file and self._failure is None:
            try:
                await self._sink.begin()
            except OSError as error:
                self._fail(error)
        self._is_in_file = True

    async def _hole(self, length: int) -> None:
        if length > HOLE_MAX:
            raise ProtocolError(f"a hole of {length} bytes is longer than any file")
        await self._begin()
        while length and self._failure is None:
            piece = length if self._sink.fileno() is not None else min(length, HOLE_PIECE)
            await self._into_sink(self._sink.hole, piece)
            self._on_bytes(piece)
            length -= piece
        await self._breathe(FILE_COST)

    async def _data(self, length: int) -> None:
        await self._begin()
        while length:
            descriptor = self._splice_target()
            if descriptor is not None and not self._source.buffered and length >= SPLICE_MIN:
                moved = await self._splice(descriptor, length)
            else:
                piece = await self._source.piece(length)
                await self._into_sink(self._sink.write, piece)
                moved = len(piece)
            length -= moved
            self._on_bytes(moved)
            await self._breathe(moved)

    def _splice_target(self) -> int | None:
        return self._sink.fileno() if self._can_splice and self._failure is None else None

    async def _splice(self, descriptor: int, length: int) -> int:
        try:
            return await self._source.splice(descriptor, length)
        except SpliceRefused as refused:
            self._can_splice = False
            await self._into_sink(self._sink.write, memoryview(refused.data))
            return refused.moved
        except OSError as error:
            moved = self._source.drop()
            if not moved:
                raise
            self._fail(error)
            return moved

    async def _into_sink(self, action: Callable[..., Any], *arguments: Any) -> None:
        """Do something with the sink, in a helper thread where it may block; remember its failure."""
        if self._failure is not None:
            return
        try:
            if self._sink.fileno() is None:
                await asyncio.to_thread(action, *arguments)
            else:
                action(*arguments)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self._failure = self._sink.failure(error)
        self._failure.__cause__ = error
        self._on_trouble()

    async def _breathe(self, work: int) -> None:
        self._work += work
        if self._work >= TURN:
            self._work = 0
            await self._sink.passed()
            await asyncio.sleep(0)
