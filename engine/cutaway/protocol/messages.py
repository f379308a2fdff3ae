"""The messages of the control channel: one named tuple per kind, msgpack arrays on the wire.

The first element is the kind's number, the rest are the fields in order. Text that may not be UTF-8 travels with
surrogate escapes. Every call passes here on both sides, and under emulation each step of Python counts.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any, NamedTuple

import msgpack

from cutaway.errors import ProtocolError

Packer = Callable[[Any], bytes]


class Hello(NamedTuple):
    """Guest → host: the daemon is ready. Sent after boot and as the answer to Wake."""

    protocol_version: int
    build_hash: str
    kernel: str
    features: list[str]


class CallMessage(NamedTuple):
    """Host → guest: carry a call out."""

    serial: int
    number: int
    arguments: list[Any]


class Reply(NamedTuple):
    """Guest → host: the call is done."""

    serial: int
    value: Any


class ErrorMessage(NamedTuple):
    """Guest → host: the call failed. `errno_name` is symbolic, `tool` the program that said it."""

    serial: int
    errno_name: str
    message: str
    tool: str


class Page(NamedTuple):
    """Guest → host: a part of a paged result, before the reply (whose value is then an empty list)."""

    serial: int
    items: list[Any]


class ProgressMessage(NamedTuple):
    """Guest → host: how far the call is; total 0 while unknown."""

    serial: int
    position: int
    total: int


class LogMessage(NamedTuple):
    """Guest → host: something for the log; level "error", "warning", "info" or "debug"."""

    level: str
    text: str


class KernelMessage(NamedTuple):
    """Guest → host: lines of the kernel's log, each as its console would show it: "[    1.234567] text"."""

    lines: str


class CancelMessage(NamedTuple):
    """Host → guest: stop the call of that serial; of any other it means nothing."""

    serial: int


class PhaseMessage(NamedTuple):
    """Guest → host: a phase of the boot begins: "mounting", "modules", "devices", "ready"."""

    name: str


class Wake(NamedTuple):
    """Host → guest: you may have slept; here are fresh randomness (64 bytes) and the time. Answer: Hello."""

    entropy: bytes
    time_ns: int


Message = (
    Hello
    | CallMessage
    | Reply
    | ErrorMessage
    | Page
    | ProgressMessage
    | LogMessage
    | CancelMessage
    | PhaseMessage
    | Wake
    | KernelMessage
)
#: Every kind by its number on the wire; numbers are never used again.
KINDS: dict[int, type[Message]] = {
    1: Hello,
    2: CallMessage,
    3: Reply,
    4: ErrorMessage,
    5: Page,
    6: ProgressMessage,
    7: LogMessage,
    8: CancelMessage,
    9: PhaseMessage,
    10: Wake,
    11: KernelMessage,
}
_NUMBERS = {cls: number for number, cls in KINDS.items()}
#: The types of each kind's fields; of lists whose items may be anything, only that.
_TYPES = {
    kind: [list if hint == list[Any] else hint for hint in typing.get_type_hints(cls).values()]
    for kind, cls in KINDS.items()
}


def new_packer() -> Packer:
    """Return what turns values into msgpack. It may be kept by one thread; making one costs more than a message."""
    packer: Packer = msgpack.Packer(unicode_errors="surrogateescape").pack
    return packer


def encode_message(message: Message, pack: Packer | None = None) -> bytes:
    """Return a message as bytes, without length word; `pack` is a packer that the caller keeps."""
    return (pack or new_packer())([_NUMBERS[type(message)], *message])


def decode_message(payload: bytes) -> Message:
    """Return the message in a frame.

    Raises:
        ProtocolError: it is none.
    """
    try:
        kind, *values = msgpack.unpackb(payload, unicode_errors="surrogateescape", strict_map_key=False)
        types = _TYPES[kind]
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        raise ProtocolError(f"malformed message: {error}") from error
    if list(map(type, values)) != types:
        _check(kind, values)
    return KINDS[kind](*values)


def _check(kind: int, values: list[Any]) -> None:
    """Check fields some of which are more than a bare type; True is no number."""
    if len(values) != len(_TYPES[kind]):
        raise ProtocolError(f"message of kind {kind} has {len(values)} fields")
    for name, wanted, value in zip(KINDS[kind]._fields, _TYPES[kind], values, strict=True):
        if not _is_of(value, wanted):
            raise ProtocolError(f"field {name} of message kind {kind} has a wrong type")


def _is_of(value: Any, wanted: Any) -> bool:
    if wanted is Any:
        return True
    if wanted == list[str]:
        return type(value) is list and all(type(item) is str for item in value)
    return type(value) is wanted
