"""Whatever a function raised, as an answer: errno's name, and a sentence that names what the call was about."""

from __future__ import annotations

import errno
import os
import traceback

from cutaway.errors import ProtocolError
from cutaway.protocol.messages import ErrorMessage

from cutawayd.children import ToolError
from cutawayd.refusal import Refusal
from cutawayd.sysroot import NotMountedError
from cutawayd.work import Cancelled

TEXT_MAX = 8192
NOT_MOUNTED = "no file system is mounted"
#: Places of the daemon's own tree that mean nothing to the caller.
INTERNAL = ("/proc/self/fd/", "/sysroot")


def error_message(serial: int, error: BaseException, about: str = "") -> ErrorMessage:
    """Return an exception as an answer; one that nobody foresaw says where it came from.

    Args:
        serial: The call's.
        error: What was raised.
        about: The path or device that the call was about, for errors that name none.
    """
    name, text, tool = _described(error, about)
    return ErrorMessage(serial, name, text[:TEXT_MAX], tool)


def _described(error: BaseException, about: str) -> tuple[str, str, str]:
    """Return errno's name, the message, and the tool that said it."""
    match error:
        case Cancelled():
            found = ("CANCELLED", "cancelled", "")
        case NotMountedError():
            found = ("NOTMOUNTED", f"{about}: {NOT_MOUNTED}" if about else NOT_MOUNTED, "")
        case Refusal():
            found = (error.errno_name, str(error), "")
        case ToolError():
            found = (error.errno_name, str(error), error.tool)
        case OSError():
            found = (errno.errorcode.get(error.errno or 0, "EIO"), _sentence(error, about), "")
        case ProtocolError() | ValueError() | TypeError():
            found = ("EINVAL", str(error), "")
        case MemoryError():
            found = ("ENOMEM", "the appliance has not enough memory for this", "")
        case _:
            found = ("EIO", _unforeseen(error), "cutawayd")
    return found


def _sentence(error: OSError, about: str) -> str:
    """Return what went wrong with the thing of the person's that it went wrong with."""
    said = (error.strerror or str(error)).strip()
    said = said[:1].lower() + said[1:] if said[1:2].islower() else said
    named = error.filename if isinstance(error.filename, str | bytes) else ""
    text = os.fsencode(named).decode("utf-8", "backslashreplace")
    if not text or text.startswith(INTERNAL):
        text = about
    return f"{text}: {said}" if text else said


def _unforeseen(error: BaseException) -> str:
    trace = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" ({frame.filename}:{frame.lineno})" for frame in trace)
    return f"{type(error).__name__}: {error}{where}"
