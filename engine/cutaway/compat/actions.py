"""The calls of the compatible handle: every call that libguestfs and Cutaway share, made from its declaration.

A call that is declared in `cutaway.calls` is a method here, under libguestfs' name, arguments, defaults and shapes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cutaway.compat.action import action
from cutaway.compat.lifecycle import Lifecycle
from cutaway.compat.shapes import result_of
from cutaway.compat.signatures import OPTS_ALIASES, own_arguments, shared_calls, signature_of
from cutaway.compat.subvolumes import with_options
from cutaway.protocol.declaration import Argument, Call, Kind

_PATHS = frozenset({Kind.GUEST_PATH, Kind.HOST_INPUT, Kind.HOST_OUTPUT})
_DEVICES = frozenset({Kind.DEVICE, Kind.MOUNTABLE})


class Actions(Lifecycle):
    """The shared calls; filled below."""

    def __init__(self, *, python_return_dict: bool, close_on_exit: bool) -> None:
        super().__init__(close_on_exit=close_on_exit)
        self._python_return_dict = python_return_dict

    def _make(self, call: Call[..., Any], given: dict[str, Any]) -> Any:
        """Make a call with libguestfs' arguments; return its result in libguestfs' shape."""
        call, arguments = with_options(call, own_arguments(call, given))
        for item in call.arguments:
            if item.name in arguments:
                arguments[item.name] = self._checked(call.name, item, arguments[item.name])
        value = self._running(call.name).invoke(call, call.bind(**arguments))
        return result_of(call.name, value, arguments, as_dict=self._python_return_dict)

    def _checked(self, name: str, item: Argument, value: Any) -> Any:
        """Return an argument as the engine takes it.

        Raises:
            TypeError: it is of another type than libguestfs takes.
        """
        if item.kind in _PATHS or item.annotation in {bytes, bytes | None}:
            return os.fsencode(_of_type(name, item, value, str | bytes))
        if item.kind in _DEVICES:
            return self._unlabelled(_of_type(name, item, value, str))
        if item.annotation in {bool, bool | None}:
            return bool(value)
        if item.annotation in {int, int | None}:
            return _of_type(name, item, value, int)
        if isinstance(value, list | tuple):
            return [os.fsencode(word) if item.annotation == list[bytes] else word for word in value]
        text = str | None if item.is_required and item.annotation == str | None else str
        return _of_type(name, item, value, str | bytes if item.kind is Kind.SECRET else text)


def _of_type(name: str, item: Argument, value: Any, wanted: Any) -> Any:
    if not isinstance(value, wanted):
        expected = "int" if wanted is int else "str"
        raise TypeError(f"guestfs_{name}() argument {item.name} must be {expected}, not {type(value).__name__}")
    return value


def _method(call: Call[..., Any]) -> Callable[..., Any]:
    signature = signature_of(call)

    def method(self: Actions, *values: Any) -> Any:
        return self._make(call, dict(zip(list(signature.parameters)[1:], values, strict=True)))

    vars(method)["__signature__"] = signature
    method.__name__ = call.name
    method.__qualname__ = f"Actions.{call.name}"
    method.__doc__ = call.__doc__
    return action(method)


for _name, _call in shared_calls().items():
    setattr(Actions, _name, _method(_call))
for _name in OPTS_ALIASES:
    setattr(Actions, f"{_name}_opts", getattr(Actions, _name))
