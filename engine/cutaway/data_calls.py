"""Calls that move data: into the guest by a drive, out of it by the data channel, or read by the host itself.

In the worker's loop. Loaded with the first such call: most programs list and read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cutaway.cancel_token import CancelToken
from cutaway.channel.control import PageListener, ProgressListener
from cutaway.direct_calls import DirectCall
from cutaway.errors import ProtocolError
from cutaway.link import Link
from cutaway.protocol.declaration import Call, Data, Kind
from cutaway.transfer.data_sink import DataSink
from cutaway.transfer.own_files import refuse_own_files
from cutaway.transfer.sink import FileSink, open_sink
from cutaway.upload import upload


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told what of a call, and what takes its data; see `HandleCore.run`.

    Attributes:
        image_files: What the drives consist of, which no data may replace.
    """

    sink: DataSink | None
    on_page: PageListener
    on_progress: ProgressListener | None
    on_bytes: Callable[[int], None] | None
    image_files: Sequence[str] = ()


async def carry_out(
    link: Link, call: Call[..., Any], arguments: dict[str, Any], token: CancelToken, listeners: Listeners
) -> Any:
    """Carry a call out; a file that it makes on the host appears when it is complete.

    Raises:
        GuestError, DestinationError, Cancelled, CallInterrupted, ProtocolError: as `Link.call`.
    """
    if call.data is Data.IN:
        return await upload(link, call, arguments, token.check, listeners.on_progress)
    if call.data is not Data.OUT or listeners.sink is not None:
        return await _bring(link, call, arguments, token, listeners)
    sink = _own_sink(call, arguments, listeners.image_files)
    try:
        value = await _bring(link, call, arguments, token, replace(listeners, sink=sink))
        sink.commit()
    finally:
        sink.close()
    return value


async def _bring(
    link: Link, call: Call[..., Any], arguments: dict[str, Any], token: CancelToken, listeners: Listeners
) -> Any:
    """Have the data come, the short way if there is one."""
    direct = DirectCall(link, call, arguments, token, listeners.sink, listeners.on_bytes, listeners.on_progress)
    if (done := await direct.attempt()) is not None:
        return done[0]
    return await link.call(
        call, arguments, sink=listeners.sink, on_page=listeners.on_page, on_progress=listeners.on_progress,
        on_bytes=_bounded(call, arguments, listeners.on_bytes),
    )  # fmt: skip


def _own_sink(call: Call[..., Any], arguments: dict[str, Any], image_files: Sequence[str]) -> FileSink:
    target = next(arguments[item.name] for item in call.arguments if item.kind is Kind.HOST_OUTPUT)
    refuse_own_files(image_files, target)
    return open_sink(target)


def _bounded(
    call: Call[..., Any], arguments: dict[str, Any], on_bytes: Callable[[int], None] | None
) -> Callable[[int], None] | None:
    """Return what counts a call's bytes and refuses more of them than its argument `size` asks for."""
    size = arguments.get("size")
    if call.data is not Data.OUT or not isinstance(size, int):
        return on_bytes
    left = size

    def count(moved: int) -> None:
        nonlocal left
        left -= moved
        if left < 0:
            raise ProtocolError(f"{call.name} brought more than the {size} bytes that were asked for")
        if on_bytes is not None:
            on_bytes(moved)

    return count
