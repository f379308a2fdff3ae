"""Values to wire form and back, directed by annotations: None, bool, int, float, str, bytes, lists, dicts, records.

What arrives from the guest is hostile: `decode` checks every type and raises ProtocolError, never anything else.
Converters are made once per annotation. A record that declares PACKED travels as one string of bytes in that format.
"""

from __future__ import annotations

import dataclasses
import struct
import typing
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import PurePosixPath
from types import NoneType, UnionType
from typing import Any, Union

from cutaway.errors import ProtocolError
from cutaway.protocol.declaration import Argument, Kind

Converter = Callable[[Any], Any]
#: Types that are their own wire form.
_PLAIN = frozenset({NoneType, bool, int, float, str, bytes})
#: Types whose subclasses are sent as they are.
_BASES: tuple[Any, ...] = (int, float, str, bytes)
#: What fits into a field of a packed record, by its letter.
_LIMITS = {"I": (0, (1 << 32) - 1), "Q": (0, (1 << 64) - 1), "q": (-(1 << 63), (1 << 63) - 1)}


def encode_argument(argument: Argument, value: Any) -> Any:
    """Return the wire form of an argument.

    Raises:
        ValueError: a path is not absolute or holds a NUL.
        TypeError: the value is of a type that the argument does not take.
    """
    if argument.kind is Kind.GUEST_PATH:
        return guest_path(value)
    if argument.kind is Kind.SECRET:
        return secret(value)
    wire = encode(value)
    if argument.kind is Kind.HOST_INPUT:  # the guest gets the name of a device instead
        return wire
    try:
        decoder(argument.annotation)(wire)
    except ProtocolError as error:
        raise TypeError(f"{argument.name}: {error}") from error
    return wire


def guest_path(path: str | bytes | PurePosixPath) -> bytes:
    """Return an absolute path in the image as bytes.

    Raises:
        ValueError: it is not absolute or holds a NUL.
    """
    raw = str(path).encode("utf-8", "surrogateescape") if not isinstance(path, bytes) else path
    if not raw.startswith(b"/"):
        raise ValueError(f"a path in the image must begin with '/': {path!r}")
    if b"\0" in raw:
        raise ValueError(f"a path in the image cannot hold a NUL: {path!r}")
    return raw


def secret(value: str | bytes) -> bytes:
    """Return a key as bytes, text as UTF-8.

    Raises:
        TypeError: it is neither; the error does not say what it is.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return value
    raise TypeError(f"a key must be text or bytes, not {type(value).__name__}")


def encode(value: Any) -> Any:
    """Return the wire form of a result or plain argument."""
    if type(value) in _PLAIN:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if packed := getattr(type(value), "PACKED", None):
            return pack_numbers(packed, [getattr(value, name) for name in _field_names(type(value))])
        return [encode(getattr(value, name)) for name in _field_names(type(value))]
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    for plain in _BASES:
        if isinstance(value, plain):  # a kind of one of them, such as an IntEnum
            return plain(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def pack_numbers(packed: struct.Struct, numbers: Sequence[int]) -> bytes:
    """Return numbers as one string of bytes; those of hostile file systems that do not fit as the nearest that do."""
    try:
        return packed.pack(*numbers)
    except struct.error:
        limits = [_LIMITS[letter] for letter in packed.format.lstrip("<")]
        fitting = [min(max(number, low), high) for number, (low, high) in zip(numbers, limits, strict=True)]
        return packed.pack(*fitting)


@cache
def _field_names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))


def decode(annotation: Any, value: Any) -> Any:
    """Return a value of the annotated type from its wire form.

    Raises:
        ProtocolError: it is not of that type.
    """
    return decoder(annotation)(value)


@cache
def decoder(annotation: Any) -> Converter:
    """Return the function that checks and converts wire values of an annotated type."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return decoder(arguments[0])
    if origin in {Union, UnionType}:
        return _union(arguments)
    if origin is list:
        return _list(decoder(arguments[0]))
    if origin is dict:
        return _dict(decoder(arguments[0]), decoder(arguments[1]))
    if dataclasses.is_dataclass(annotation):
        return _record(typing.cast("type", annotation))
    return _scalar(NoneType if annotation is None else annotation)


def _scalar(wanted: type) -> Converter:
    def convert(value: Any) -> Any:
        if type(value) is wanted:
            return value
        raise ProtocolError(f"expected {wanted.__name__}, got {type(value).__name__}")

    return convert


def _union(members: tuple[Any, ...]) -> Converter:
    converters = [decoder(member) for member in members]

    def convert(value: Any) -> Any:
        for converter in converters:
            try:
                return converter(value)
            except ProtocolError:
                continue
        raise ProtocolError(f"{type(value).__name__} is none of the types allowed here")

    return convert


def _list(item: Converter) -> Converter:
    def convert(value: Any) -> list[Any]:
        if type(value) is not list:
            raise ProtocolError(f"expected a list, got {type(value).__name__}")
        return [item(element) for element in value]

    return convert


def _dict(key: Converter, item: Converter) -> Converter:
    def convert(value: Any) -> dict[Any, Any]:
        if type(value) is not dict:
            raise ProtocolError(f"expected a map, got {type(value).__name__}")
        return {key(name): item(element) for name, element in value.items()}

    return convert


def _packed(record: type, packed: struct.Struct) -> Converter:
    size, unpack = packed.size, packed.unpack

    def convert(value: Any) -> Any:
        if type(value) is not bytes or len(value) != size:
            raise ProtocolError(f"malformed {record.__name__}")
        return record(*unpack(value))

    return convert


def _record(record: type) -> Converter:
    if packed := getattr(record, "PACKED", None):
        return _packed(record, packed)
    hints = typing.get_type_hints(record)
    names = _field_names(record)
    required = sum(
        field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(record)
    )
    converters = [decoder(hints[name]) for name in names]

    def convert(value: Any) -> Any:
        if type(value) is not list or not required <= len(value) <= len(names):
            raise ProtocolError(f"malformed {record.__name__}")
        return record(*[convert(item) for convert, item in zip(converters, value, strict=False)])

    return convert
