"""Values to wire form and back, directed by annotations: None, bool, int, float, str, bytes, lists, dicts, records.

What arrives from the guest is hostile: `decode` checks every type and raises ProtocolError, never anything else.
Converters are made once per annotation.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from functools import cache
from pathlib import PurePosixPath
from types import NoneType, UnionType
from typing import Any, Union

from cutaway.errors import ProtocolError
from cutaway.protocol.declaration import Argument, Kind

Converter = Callable[[Any], Any]


def encode_argument(argument: Argument, value: Any) -> Any:
    """Return the wire form of an argument.

    Raises:
        ValueError: a path is not absolute or holds a NUL.
        TypeError: the value is of a type that the argument does not take.
    """
    if argument.kind is Kind.GUEST_PATH:
        return guest_path(value)
    return encode(value)


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


def encode(value: Any) -> Any:
    """Return the wire form of a result or plain argument."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [encode(getattr(value, name)) for name in _field_names(type(value))]
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    raise TypeError(f"{type(value).__name__} cannot be sent")


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


def _record(record: type) -> Converter:
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
