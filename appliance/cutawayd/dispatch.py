"""From a call's number to its function, and from whatever happens to an answer.

The function of a call is the one of its name in the module of its family. It gets the Work and the arguments; what it
returns is the reply, what it raises is the error. A paged call returns an iterable of wire items.
"""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from cutaway.calls import CALLS
from cutaway.errors import ProtocolError
from cutaway.protocol.declaration import Argument, Call, Data, Kind
from cutaway.protocol.messages import CallMessage, ErrorMessage, Reply
from cutaway.protocol.shapes import decoder, encode

from cutawayd import appliance, creation, devices, files, inspection, listing, lvm, mounts, stream, transfers
from cutawayd.children import ToolError
from cutawayd.names import translate
from cutawayd.refusal import Refusal
from cutawayd.sysroot import NotMountedError
from cutawayd.wire import Wire
from cutawayd.work import Cancelled, Work

FAMILIES: tuple[ModuleType, ...] = (
    appliance, creation, devices, files, inspection, listing, lvm, mounts, transfers,
)  # fmt: skip
#: Turns an argument's wire value into what the function gets.
Check = Callable[[Work, Any], Any]
NOT_MOUNTED = "no file system is mounted"


def _function(call: Call[..., Any]) -> Callable[..., Any]:
    for family in FAMILIES:
        function = getattr(family, call.name, None)
        if callable(function) and function.__module__ == family.__name__:  # a name that is only imported is no call
            return function  # type: ignore[no-any-return]
    raise LookupError(f"{call.name} is declared but not implemented")


class Procedure:
    """A call with its function and the checks of its arguments."""

    def __init__(self, call: Call[..., Any]) -> None:
        self.call = call
        self.function = _function(call)
        self.checks = [_check(argument) for argument in call.wire_arguments]


def _check(argument: Argument) -> Check:
    """Return what turns an argument's wire value into what the function gets."""
    if argument.kind is Kind.GUEST_PATH:
        return _guest_path
    if argument.kind in {Kind.DEVICE, Kind.MOUNTABLE}:
        return _device
    if argument.kind is Kind.HOST_INPUT:
        return _plain(list[str | int])
    return _plain(argument.annotation)


def _plain(annotation: Any) -> Check:
    convert = decoder(annotation)
    return lambda _work, value: convert(value)


def _guest_path(_work: Work, value: Any) -> bytes:
    if type(value) is not bytes or not value.startswith(b"/") or b"\0" in value:
        raise ProtocolError("a path in the image must begin with '/'")
    return value


def _device(work: Work, value: Any) -> str:
    if type(value) is not str:
        raise ProtocolError("a device's name must be text")
    if not value.startswith("/dev/"):
        return value
    if lvm.is_volume_name(value) and not os.path.exists(value) and work.guest.may_activate_volumes:
        lvm.activate(work)
    return translate(value)


def carry_out(message: CallMessage, work: Work) -> Reply | ErrorMessage:
    """Carry a call out; never raises but for what ends the daemon."""
    procedure = PROCEDURES.get(message.number)
    if procedure is None:
        return ErrorMessage(message.serial, "ENOSYS", f"there is no call number {message.number}", "")
    try:
        value = _run(procedure, message, work)
        if procedure.call.data in {Data.OUT, Data.OUT_MANY}:
            stream.finish(work.data)
        work.finish_progress()
        return Reply(message.serial, value)
    except Exception as error:  # noqa: BLE001 one bad call must never take the daemon down
        if procedure.call.data in {Data.OUT, Data.OUT_MANY}:
            stream.abort(work.data)
        return error_message(message.serial, error)


def _run(procedure: Procedure, message: CallMessage, work: Work) -> Any:
    if len(message.arguments) != len(procedure.checks):
        raise ProtocolError(f"{procedure.call.name} takes {len(procedure.checks)} arguments")
    arguments = [check(work, value) for check, value in zip(procedure.checks, message.arguments, strict=True)]
    value = procedure.function(work, *arguments)
    if procedure.call.paged:
        work.send_pages(value)
        return []
    return value.value if isinstance(value, Wire) else encode(value)


def error_message(serial: int, error: Exception) -> ErrorMessage:
    """Return an exception as an answer; one that nobody foresaw says where it came from."""
    match error:
        case Cancelled():
            answer = ("CANCELLED", "cancelled", "")
        case NotMountedError():
            answer = ("NOTMOUNTED", NOT_MOUNTED, "")
        case Refusal():
            answer = (error.errno_name, str(error), "")
        case ToolError():
            answer = (error.errno_name, str(error), error.tool)
        case OSError():
            answer = (errno.errorcode.get(error.errno or 0, "EIO"), _sentence(error), "")
        case ProtocolError() | ValueError() | TypeError():
            answer = ("EINVAL", str(error), "")
        case MemoryError():
            answer = ("ENOMEM", "the appliance has not enough memory for this", "")
        case _:
            answer = ("EIO", _unforeseen(error), "cutawayd")
    return ErrorMessage(serial, *answer)


def _unforeseen(error: Exception) -> str:
    trace = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" ({frame.filename}:{frame.lineno})" for frame in trace)
    return f"{type(error).__name__}: {error}{where}"


def _sentence(error: OSError) -> str:
    said = (error.strerror or str(error)).strip()
    name = error.filename
    if name is None:
        return said
    text = name if isinstance(name, str) else bytes(name).decode("utf-8", "backslashreplace")
    return f"{text}: {said[:1].lower()}{said[1:]}"


PROCEDURES = {call.number: Procedure(call) for call in CALLS.values()}
