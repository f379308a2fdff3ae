"""From a call's number to its function, and from whatever happens to an answer.

The function of a call is the one of its name in the module of its family. It gets the Work and the arguments; what it
returns is the reply, what it raises is the error. A paged call returns an iterable of wire items.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

from cutaway.calls import CALLS
from cutaway.errors import ProtocolError
from cutaway.protocol.declaration import Argument, Call, Data, Kind
from cutaway.protocol.messages import CallMessage, ErrorMessage, Reply
from cutaway.protocol.shapes import decoder, encode

from cutawayd import (
    access,
    accesslists,
    appliance,
    applications,
    architecture,
    attributes,
    blockdevices,
    btrfstools,
    btrfsvolumes,
    contents,
    copies,
    creation,
    cryptsetup,
    devices,
    devicestreams,
    diskusage,
    entries,
    evidence,
    export,
    ext,
    facts,
    fileflags,
    files,
    filesystems,
    globs,
    hivex_calls,
    initrd,
    insertion,
    inspection,
    journal,
    journal_calls,
    listing,
    loops,
    luks,
    lvm,
    md,
    mounts,
    ntfs,
    partitionfacts,
    partitions,
    rawdevices,
    reading,
    registry,
    removing,
    running,
    sqlite,
    stream,
    streams,
    streams_aside,
    strings,
    swap,
    tarsin,
    transfers,
    treecopies,
    volumes,
    watching,
    windows_facts,
    writing,
    xfs,
)
from cutawayd.answers import error_message
from cutawayd.finding import find_device
from cutawayd.packing import pack
from cutawayd.ports import StreamBrokenError
from cutawayd.wire import Wire
from cutawayd.work import Work

FAMILIES: tuple[ModuleType, ...] = (
    access, accesslists, appliance, applications, architecture, attributes, blockdevices, btrfstools, btrfsvolumes,
    contents, copies, creation, cryptsetup, devices, devicestreams, diskusage, entries, evidence, export, ext, facts,
    fileflags, files, filesystems, globs, hivex_calls, initrd, insertion, inspection, journal, journal_calls, listing,
    loops, luks, lvm, md, mounts, ntfs, partitionfacts, partitions, rawdevices, reading, registry, removing, running,
    sqlite, streams, streams_aside, strings, swap, tarsin, transfers, treecopies, volumes, watching, windows_facts,
    writing, xfs,
)  # fmt: skip
#: Turns an argument's wire value into what the function gets.
Check = Callable[[Work, Any], Any]


def _function(call: Call[..., Any]) -> Callable[..., Any]:
    for family in FAMILIES:
        function = getattr(family, call.name, None)
        if callable(function) and function.__module__ == family.__name__:  # a name that is only imported is no call
            return function  # type: ignore[no-any-return]
    raise LookupError(f"{call.name} is declared but not implemented")


class Procedure:
    """A call with its function and the checks of its arguments.

    Attributes:
        subject: Position of the argument that says what the call is about; None if none does.
    """

    def __init__(self, call: Call[..., Any]) -> None:
        self.call = call
        self.function = _function(call)
        self.checks = [_check(argument) for argument in call.wire_arguments]
        self.sends_data = call.data in {Data.OUT, Data.OUT_MANY}
        kinds = [argument.kind for argument in call.wire_arguments]
        named = {Kind.GUEST_PATH, Kind.DEVICE, Kind.MOUNTABLE}
        self.subject = next((position for position, kind in enumerate(kinds) if kind in named), None)

    def about(self, arguments: list[Any]) -> str:
        """Return the path or device that these arguments name, for messages."""
        if self.subject is None or self.subject >= len(arguments):
            return ""
        value = arguments[self.subject]
        return os.fsencode(value).decode("utf-8", "backslashreplace") if isinstance(value, bytes | str) else ""


def _check(argument: Argument) -> Check:
    """Return what turns an argument's wire value into what the function gets."""
    if argument.kind is Kind.GUEST_PATH:
        return _guest_path
    if argument.kind is Kind.DEVICE:
        return _device
    if argument.kind is Kind.MOUNTABLE:
        return _mountable
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
    return find_device(work, value)


def _mountable(work: Work, value: Any) -> str:
    """Translate a device; what is none may be a mount point, about which the call decides."""
    return _device(work, value) if type(value) is not str or value.startswith("/dev/") else value


def carry_out(message: CallMessage, work: Work) -> bytes:
    """Carry a call out and return the answer, framed; raises only what ends the daemon: a broken control stream."""
    procedure = PROCEDURES.get(message.number)
    if procedure is None:
        return pack(ErrorMessage(message.serial, "ENOSYS", f"there is no call number {message.number}", ""))
    try:
        answer = pack(Reply(message.serial, _run(procedure, message.arguments, work)))
        if procedure.sends_data:
            stream.finish(work.data)
        work.finish_progress()
        return answer
    except StreamBrokenError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 one bad call must not end the daemon
        if procedure.sends_data:
            stream.abort(work.data)
        work.tell_kernel_log()
        return pack(error_message(message.serial, error, procedure.about(message.arguments)))


def _run(procedure: Procedure, given: list[Any], work: Work) -> Any:
    if len(given) != len(procedure.checks):
        raise ProtocolError(f"{procedure.call.name} takes {len(procedure.checks)} arguments")
    work.guest.let_go(procedure.function.__module__)
    arguments = [check(work, value) for check, value in zip(procedure.checks, given, strict=True)]
    value = procedure.function(work, *arguments)
    if procedure.call.paged:
        work.send_pages(value)
        return []
    return value.value if type(value) is Wire else encode(value)


PROCEDURES = {call.number: Procedure(call) for call in CALLS.values()}
