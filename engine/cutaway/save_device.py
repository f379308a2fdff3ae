"""Saves a whole device as an image file, raw or qcow2; what is empty takes no space. The file appears when complete.

What lies on drives, in one piece or in several, qemu-img reads from qemu's own block server, which knows what is empty
there. Anything else (striped, mirrored, encrypted, thin) the guest reads and sends. In the worker's loop.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from typing import Any, Literal

from cutaway.calls import AllCalls
from cutaway.errors import DestinationError, EngineError, ProtocolError
from cutaway.records import ContentMap
from cutaway.runner import Runner
from cutaway.transfer import conversion
from cutaway.transfer.host_files import destination_error, hidden_name
from cutaway.transfer.own_files import refuse_own_files
from cutaway.transfer.pieces import Piece
from cutaway.transfer.zero_skipping import ZeroSkippingFile

SaveFormat = Literal["raw", "qcow2"]
Told = Callable[[int, int], None]


async def save_device(
    runner: Runner,
    device: str,
    filename: str,
    *,
    format: SaveFormat,  # noqa: A002 the field's own term
    on_progress: Told | None = None,
) -> None:
    """Save a drive, a partition or a volume as an image file; what is empty takes no space.

    A volume that does not lie plainly on the drives comes through the guest, which takes longer; as qcow2 it then needs
    the space twice while it is made.

    Args:
        runner: Makes the calls.
        device: Its name in the appliance, such as "/dev/sda2".
        filename: The new file; one that is there is replaced when all is done.
        format: The image's format.
        on_progress: Told bytes done and bytes in all, in the worker's thread.

    Raises:
        DestinationError: the file cannot be written, or the disk is full; nothing partial is left.
            Neither is the image itself, or a file that it builds on, ever replaced.
        DriveError: there is no qemu-img.
        GuestError, Cancelled, CallInterrupted: nothing partial is left.
    """
    refuse_own_files(runner.image_files(), filename)
    _refuse_special(filename)
    target = os.path.realpath(filename)  # noqa: ASYNC240 one look
    arguments = {"device": device, "drives": runner.serials()}
    found: ContentMap = await runner.run(AllCalls.device_map, arguments)
    save = _Saving(runner, os.path.join(os.path.dirname(target), hidden_name(os.path.basename(target))), format)
    save.on_progress = on_progress
    try:
        pieces = joined(found.extents, found.size) if found.extents is not None else []
        if not pieces or not await save.from_drives(pieces, found.size):
            await save.through_guest(device)
        os.replace(save.path, target)
    except OSError as error:
        if isinstance(error, EngineError):
            raise
        raise destination_error(filename, error) from error
    finally:
        save.remove()


def joined(flat: list[int], size: int) -> list[Piece]:
    """Return the pieces of a device in their order; such as go on where the one before ends are one.

    Args:
        flat: Drive number, place in the device, place on the drive, length, and so on, as the guest says.
        size: The device's size.

    Raises:
        ProtocolError: they are not all of it.
    """
    found: list[Piece] = []
    behind = 0
    for piece in sorted((Piece(*flat[index : index + 4]) for index in range(0, len(flat) // 4 * 4, 4)), key=_place):
        if piece.logical != behind or piece.length <= 0 or piece.offset < 0:
            raise ProtocolError("the parts of a device overlap, or leave something out")
        behind += piece.length
        last = found[-1] if found else None
        if last is not None and (last.drive, last.offset + last.length) == (piece.drive, piece.offset):
            found[-1] = last._replace(length=last.length + piece.length)
        else:
            found.append(piece)
    if behind != size or len(flat) % 4:
        raise ProtocolError("the parts of a device are not all of it")
    return found


def _place(piece: Piece) -> int:
    return piece.logical


def _refuse_special(target: str) -> None:
    """See to it that a device or a pipe is not replaced by a file: qemu-img writes here and there, not on and on."""
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise destination_error(target, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if not stat.S_ISREG(mode):
        raise DestinationError(
            f"{target} is no file, and a device is saved only to one", path=target, errno_name="EINVAL",
            remedy="Save to a file, and copy that to where it shall go.",
        )  # fmt: skip


class _Saving:
    """One device on its way into a hidden file.

    Attributes:
        path: The hidden file.
        on_progress: Told bytes done and bytes in all.
    """

    def __init__(self, runner: Runner, path: str, image_format: SaveFormat) -> None:
        self.path = path
        self.on_progress: Told | None = None
        self._runner = runner
        self._format = image_format
        self._raw = path + "-raw"

    def remove(self) -> None:
        """Remove what is left."""
        for path in (self.path, self._raw):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    async def from_drives(self, pieces: list[Piece], size: int) -> bool:
        """Read the pieces where they lie; return False if qemu does not serve one of the drives."""
        os.close(_make(self.path))
        if len(pieces) > 1:
            await conversion.create(self._runner, self.path, self._format, size)
        done = 0
        for piece in pieces:
            place = self.path if len(pieces) == 1 else self._window(piece)
            if not await self._copy(piece, place, done, size):
                self.remove()
                return False
            done += piece.length
        return True

    async def _copy(self, piece: Piece, place: conversion.Node, done: int, size: int) -> bool:
        """Copy a piece over a connection of its own, which ends with it."""
        # A window lies in an image that is new, and so reads as zeros already.
        how = ["-O", self._format] if place == self.path else ["-n", "--target-is-zero", "-O", "raw"]
        sockets = await self._runner.open_reading()
        try:
            sock = sockets.get(f"drive{piece.drive}")
            if sock is None:
                return False
            sock.setblocking(True)  # noqa: FBT003 the socket module's own signature
            await conversion.convert(
                self._runner, _source(sock.fileno(), piece), place, self.path, arguments=["-U", *how],
                descriptors=[sock.fileno()], told=lambda part: self._tell(done + int(part * piece.length), size),
            )  # fmt: skip
        finally:
            for opened in sockets.values():
                opened.close()
            await self._runner.close_reading()
        return True

    def _window(self, piece: Piece) -> dict[str, Any]:
        """Return the part of the new image that a piece belongs to."""
        file = {"driver": "file", "filename": self.path}
        image = file if self._format == "raw" else {"driver": "qcow2", "file": file}
        return {"driver": "raw", "offset": piece.logical, "size": piece.length, "file": image}

    async def through_guest(self, device: str) -> None:
        """Have the guest read the device and send it; zeros become holes."""
        raw = self.path if self._format == "raw" else self._raw
        descriptor = _make(raw)
        sink = ZeroSkippingFile(self.path, descriptor)
        try:
            await self._runner.run(
                AllCalls.download, {"remotefile": device, "filename": -1}, sink=sink, on_progress=self.on_progress
            )
            sink.commit()
        finally:
            sink.close()
            os.close(descriptor)
        if raw != self.path:
            os.close(_make(self.path))
            await conversion.convert(
                self._runner, {"driver": "raw", "file": {"driver": "file", "filename": raw}}, self.path, self.path,
                arguments=["-O", self._format],
            )  # fmt: skip

    def _tell(self, done: int, size: int) -> None:
        if self.on_progress is not None:
            self.on_progress(min(size, done), size)


def _source(descriptor: int, piece: Piece) -> dict[str, Any]:
    """Return what qemu-img reads: a part of an export, over a connection that it inherits."""
    server = {"type": "fd", "str": str(descriptor)}
    file = {"driver": "nbd", "export": f"drive{piece.drive}", "server": server}
    return {"driver": "raw", "offset": piece.offset, "size": piece.length, "file": file}


def _make(path: str) -> int:
    """Make an empty file, and return its descriptor."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o666)
