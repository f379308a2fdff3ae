"""The host's side of the control channel as a state machine without I/O: calls to bytes, bytes to events.

    data = session.call(FileCalls.ls, {"directory": "/"})    →  bytes to send
    for event in session.receive(data):                       →  Returned, Failed, PageArrived, …

One call runs at a time. Replies to unknown serials are protocol errors, except for late progress.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cutaway.errors import EngineError, ProtocolError, guest_error
from cutaway.protocol.declaration import Call
from cutaway.protocol.framing import FrameReader, frame
from cutaway.protocol.messages import (
    CallMessage,
    CancelMessage,
    ErrorMessage,
    Hello,
    KernelMessage,
    LogMessage,
    Message,
    Page,
    PhaseMessage,
    ProgressMessage,
    Reply,
    Wake,
    decode_message,
    encode_message,
)
from cutaway.protocol.shapes import decoder, encode_argument


@dataclass(frozen=True, slots=True)
class Returned:
    """The running call is done; `value` is decoded."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The running call failed in the guest."""

    error: EngineError


@dataclass(frozen=True, slots=True)
class PageArrived:
    """A part of the running call's result, decoded; `size` is what it took on the wire."""

    items: list[Any]
    size: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """The running call got further."""

    procedure: str
    serial: int
    position: int
    total: int


SessionEvent = Returned | Failed | PageArrived | Advanced | Hello | LogMessage | KernelMessage | PhaseMessage


class Session:
    """The control channel's conversation of one appliance."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._serial = 0
        self._running: Call[..., Any] | None = None

    @property
    def running(self) -> Call[..., Any] | None:
        """The call that waits for its reply."""
        return self._running

    @property
    def serial(self) -> int:
        """The serial number of the last call."""
        return self._serial

    def call(self, call: Call[..., Any], arguments: dict[str, Any]) -> bytes:
        """Begin a call; return the bytes to send.

        Raises:
            RuntimeError: another call is running, which is a fault of the engine.
            ValueError, TypeError: an argument cannot be sent.
            ProtocolError: the arguments are too long.
        """
        if self._running is not None:
            raise RuntimeError(f"{self._running.name} is still running")
        wire = [encode_argument(item, arguments[item.name]) for item in call.wire_arguments]
        data = frame(encode_message(CallMessage(self._serial + 1, call.number, wire)))
        self._serial += 1
        self._running = call
        return data

    def cancel(self) -> bytes:
        """Return the bytes that ask the guest to stop the running call; empty if none runs."""
        return frame(encode_message(CancelMessage(self._serial))) if self._running else b""

    @staticmethod
    def wake(entropy: bytes, time_ns: int) -> bytes:
        """Return the bytes that wake a restored appliance."""
        return frame(encode_message(Wake(entropy, time_ns)))

    def receive(self, data: bytes) -> list[SessionEvent]:
        """Take bytes from the guest; return what they mean.

        Raises:
            ProtocolError: they mean nothing; the appliance must be given up.
        """
        events: list[SessionEvent] = []
        for payload in self._reader.feed(data):
            event = self._interpret(decode_message(payload), len(payload))
            if event is not None:
                events.append(event)
        return events

    def _interpret(self, message: Message, size: int) -> SessionEvent | None:
        match message:
            case Hello() | LogMessage() | KernelMessage() | PhaseMessage():
                return message
            case ProgressMessage():
                return self._progress(message)
            case Page():
                return self._page(message, size)
            case Reply():
                return self._reply(message)
            case ErrorMessage():
                return self._error(message)
            case _:
                raise ProtocolError(f"the guest sent a {type(message).__name__}")

    def _page(self, message: Page, size: int) -> PageArrived:
        call = self._call_of(message.serial)
        if not call.paged:
            raise ProtocolError(f"a page for {call.name}, whose answer has none")
        return PageArrived(decoder(call.result)(message.items), size)

    def _call_of(self, serial: int) -> Call[..., Any]:
        if self._running is None or serial != self._serial:
            raise ProtocolError(f"an answer for call {serial}, which is not running")
        return self._running

    def _progress(self, message: ProgressMessage) -> Advanced | None:
        if self._running is None or message.serial != self._serial:
            return None
        total = max(0, message.total)
        position = max(0, min(message.position, total) if total else message.position)
        return Advanced(self._running.name, message.serial, position, total)

    def _reply(self, message: Reply) -> Returned:
        call = self._call_of(message.serial)
        value = decoder(call.result)(message.value)
        self._running = None
        return Returned(value)

    def _error(self, message: ErrorMessage) -> Failed:
        call = self._call_of(message.serial)
        self._running = None
        error = guest_error(call.name, message.errno_name, message.message, message.tool)
        return Failed(error)
