"""Saves a whole device as an image file: qemu-img reads it from qemu's own block server, knows what is empty there, and
writes raw or qcow2. In the worker's loop; the file appears when it is complete.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable
from socket import socket
from typing import Any, Literal

from cutaway.calls import AllCalls
from cutaway.errors import DestinationError, DriveError, EngineError
from cutaway.qemu_img import INSTALL_REMEDY
from cutaway.records import ContentMap
from cutaway.runner import Runner
from cutaway.transfer.host_files import destination_error, hidden_name

SaveFormat = Literal["raw", "qcow2"]
_PERCENT = re.compile(rb"\(\s*([0-9.]+)/100%\)")


async def save_device(
    runner: Runner,
    device: str,
    filename: str,
    *,
    format: SaveFormat,  # noqa: A002 the field's own term
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Save a drive, a partition or a plain volume as an image file; what is empty takes no space.

    Args:
        runner: Makes the calls.
        device: Its name in the appliance, such as "/dev/sda2".
        filename: The new file; one that is there is replaced when all is done.
        format: The image's format.
        on_progress: Told bytes done and bytes in all, in the worker's thread.

    Raises:
        DestinationError: the file cannot be written, or the disk is full; nothing partial is left.
            Neither is the image itself, or a file that it builds on, ever replaced.
        DriveError: the device is made of several parts, or there is no qemu-img.
        GuestError, Cancelled, CallInterrupted: nothing partial is left.
    """
    target = os.path.realpath(filename)  # noqa: ASYNC240 one look
    _refuse_own_files(target, runner)
    arguments = {"device": device, "drives": runner.serials()}
    found: ContentMap = await runner.run(AllCalls.device_map, arguments)
    if found.extents is None or len(found.extents) != 4:
        raise DriveError(
            f"{device} does not lie in one piece on a drive",
            remedy="Save the whole drive, or download it ('cutaway get IMAGE /dev/… FILE'): that gives a raw image.",
        )
    number, _, offset, length = found.extents
    hidden = os.path.join(os.path.dirname(target), hidden_name(os.path.basename(target)))
    try:
        sockets = await runner.open_reading()
        try:
            if f"drive{number}" not in sockets:
                raise DriveError(f"{device} lies on a drive that qemu does not serve", remedy="Download it instead.")
            source = _source(sockets[f"drive{number}"], f"drive{number}", offset, length)
            await _convert(source, sockets[f"drive{number}"], hidden, format, found.size, runner, on_progress)
        finally:
            for sock in sockets.values():
                sock.close()
            await runner.close_reading()
        os.replace(hidden, target)
    except OSError as error:
        if isinstance(error, EngineError):
            raise
        raise destination_error(filename, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(hidden)


def _refuse_own_files(target: str, runner: Runner) -> None:
    """See to it that what is read is not replaced."""
    for path in runner.image_files():
        with contextlib.suppress(FileNotFoundError):
            if os.path.realpath(path) == target or os.path.samefile(path, target):
                raise DestinationError(
                    f"{target} is what would be saved itself", path=target, errno_name="EBUSY",
                    remedy="Choose another name: the image is never written.",
                )  # fmt: skip


def _source(sock: socket, export: str, offset: int, length: int) -> dict[str, Any]:
    """Return what qemu-img reads: a part of an export, over a connection that it inherits."""
    server = {"type": "fd", "str": str(sock.fileno())}
    file = {"driver": "nbd", "export": export, "server": server}
    return {"driver": "raw", "offset": offset, "size": length, "file": file}


async def _convert(
    source: dict[str, Any],
    sock: socket,
    target: str,
    image_format: SaveFormat,
    size: int,
    runner: Runner,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    program = shutil.which("qemu-img")
    if program is None:
        raise DriveError("saving a device needs qemu-img, which is not installed", remedy=INSTALL_REMEDY)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))
    sock.setblocking(True)  # noqa: FBT003 the socket module's own signature
    process = await asyncio.create_subprocess_exec(
        program, "convert", "-p", "-U", "-O", image_format, "json:" + json.dumps(source), target,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        pass_fds=[sock.fileno()], env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    with runner.beside(lambda: _kill(process)):
        try:
            complaint = await _follow(process, size, on_progress)
        finally:
            _kill(process)
            await process.wait()
    runner.check("saving the device")
    if process.returncode:
        raise _failure(target, complaint)


async def _follow(
    process: asyncio.subprocess.Process, size: int, on_progress: Callable[[int, int], None] | None
) -> bytes:
    """Tell how far it is until it ends; return what it complains of."""
    assert process.stdout is not None  # noqa: S101 both are pipes
    assert process.stderr is not None  # noqa: S101 both are pipes
    complaint = asyncio.ensure_future(process.stderr.read(1 << 16))
    while piece := await process.stdout.read(4096):
        if on_progress is not None and (found := _PERCENT.findall(piece)):
            on_progress(min(size, int(float(found[-1]) * size / 100)), size)
    await process.wait()
    return await complaint


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _failure(target: str, complaint: bytes) -> EngineError:
    text = complaint.decode("utf-8", "replace").strip().removeprefix("qemu-img: ")
    if "No space left" in text:
        return destination_error(target, OSError(28, "No space left on device"))
    return DestinationError(f"the device could not be saved: {text[:300]}", path=target, errno_name="EIO")
