"""The messages of the control channel: one frozen class per kind, msgpack arrays on the wire.

The first element is the kind's number, the rest are the fields in order. Text that may not be UTF-8 travels with
surrogate escapes.
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import Any, ClassVar

import msgpack

from cutaway.errors import ProtocolError

#: Changes whenever host and guest of different builds would misunderstand each other.
PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True)
class Hello:
    """Guest → host: the daemon is ready. Sent after boot and as the answer to Wake."""

    kind: ClassVar[int] = 1
    protocol_version: int
    build_hash: str
    kernel: str
    features: list[str]


@dataclass(frozen=True, slots=True)
class CallMessage:
    """Host → guest: carry a call out."""

    kind: ClassVar[int] = 2
    serial: int
    number: int
    arguments: list[Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """Guest → host: the call is done."""

    kind: ClassVar[int] = 3
    serial: int
    value: Any


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """Guest → host: the call failed. `errno_name` is symbolic, `tool` the program that said it."""

    kind: ClassVar[int] = 4
    serial: int
    errno_name: str
    message: str
    tool: str


@dataclass(frozen=True, slots=True)
class Page:
    """Guest → host: a part of a paged result, before the reply (whose value is then an empty list)."""

    kind: ClassVar[int] = 5
    serial: int
    items: list[Any]


@dataclass(frozen=True, slots=True)
class ProgressMessage:
    """Guest → host: how far the call is; total 0 while unknown."""

    kind: ClassVar[int] = 6
    serial: int
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class LogMessage:
    """Guest → host: something for the log; level "error", "warning", "info" or "debug"."""

    kind: ClassVar[int] = 7
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class CancelMessage:
    """Host → guest: stop the call of that serial; of any other it means nothing."""

    kind: ClassVar[int] = 8
    serial: int


@dataclass(frozen=True, slots=True)
class PhaseMessage:
    """Guest → host: a phase of the boot begins: "mounting", "modules", "devices", "ready"."""

    kind: ClassVar[int] = 9
    name: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Host → guest: you may have slept; here are fresh randomness (64 bytes) and the time. Answer: Hello."""

    kind: ClassVar[int] = 10
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
)
_CLASSES: dict[int, Any] = {cls.kind: cls for cls in typing.get_args(Message)}
_FIELDS = {kind: [(field.name, field.type) for field in dataclasses.fields(cls)] for kind, cls in _CLASSES.items()}
_TYPES: dict[str, type] = {"int": int, "str": str, "bytes": bytes, "list[Any]": list}


def encode_message(message: Message) -> bytes:
    """Return a message as bytes, without length word."""
    fields = [getattr(message, name) for name, _ in _FIELDS[message.kind]]
    packed: bytes = msgpack.packb([message.kind, *fields], unicode_errors="surrogateescape")
    return packed


def decode_message(payload: bytes) -> Message:
    """Return the message in a frame.

    Raises:
        ProtocolError: it is none.
    """
    try:
        kind, *values = msgpack.unpackb(payload, unicode_errors="surrogateescape", strict_map_key=False)
        fields = _FIELDS[kind]
        if len(values) != len(fields):
            raise ProtocolError(f"message of kind {kind} has {len(values)} fields")
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        raise ProtocolError(f"malformed message: {error}") from error
    for (name, annotation), value in zip(fields, values, strict=True):
        if not _is_of(value, str(annotation)):
            raise ProtocolError(f"field {name} of message kind {kind} has a wrong type")
    message: Message = _CLASSES[kind](*values)
    return message


def _is_of(value: Any, annotation: str) -> bool:
    """Tell whether a value is of a field's type; True is no number."""
    if annotation == "Any":
        return True
    if annotation == "list[str]":
        return type(value) is list and all(type(item) is str for item in value)
    return type(value) is _TYPES[annotation]
