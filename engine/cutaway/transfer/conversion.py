"""qemu-img as a process beside the loop: makes an image, or copies into one, knows what is empty, tells how far it is.

In the worker's event loop; a cancellation kills the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from cutaway.errors import DestinationError, DriveError, EngineError
from cutaway.qemu_img import INSTALL_REMEDY
from cutaway.transfer.host_files import destination_error

_PERCENT = re.compile(rb"\(\s*([0-9.]+)/100%\)")
#: Told the part that is done, 0 to 1.
Told = Callable[[float], None]
#: A node of qemu's block graph, or the path of a file.
Node = dict[str, Any] | str


class Cancellable(Protocol):
    """What a cancellation comes from; `cutaway.runner.Runner` is such."""

    def beside(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, a cancellation calls `stop`."""
        ...

    def check(self, what: str) -> None:
        """Raise Cancelled if the work was cancelled."""
        ...


async def create(runner: Cancellable, target: str, image_format: str, size: int) -> None:
    """Make an empty image in an empty file.

    Raises:
        DestinationError, DriveError, Cancelled: as `convert`.
    """
    await _run(runner, ["create", "-q", "-f", image_format, target, str(size)], target, [], None)


async def convert(
    runner: Cancellable,
    source: Node,
    target: Node,
    path: str,
    *,
    arguments: Sequence[str] = (),
    descriptors: Sequence[int] = (),
    told: Told | None = None,
) -> None:
    """Copy a node; what is empty is not written.

    Args:
        runner: What may be cancelled.
        source: What to read.
        target: What to write: a new file, or with the argument "-n" a node that is there.
        path: The file that is written, for messages.
        arguments: Further arguments.
        descriptors: What the process inherits.
        told: Told how far it is.

    Raises:
        DestinationError: it cannot be written.
        DriveError: there is no qemu-img.
        Cancelled: it was killed.
    """
    command = ["convert", "-p", *arguments, _named(source), _named(target)]
    await _run(runner, command, path, descriptors, told)


def _named(node: Node) -> str:
    return node if isinstance(node, str) else "json:" + json.dumps(node)


async def _run(
    runner: Cancellable, arguments: Sequence[str], path: str, descriptors: Sequence[int], told: Told | None
) -> None:
    program = shutil.which("qemu-img")
    if program is None:
        raise DriveError("saving a device needs qemu-img, which is not installed", remedy=INSTALL_REMEDY)
    process = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, pass_fds=descriptors, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    try:
        with runner.beside(lambda: _kill(process)):
            complaint = await _follow(process, told)
    finally:
        _kill(process)
        await process.wait()
    runner.check("saving the device")
    if process.returncode:
        raise _failure(path, complaint)


async def _follow(process: asyncio.subprocess.Process, told: Told | None) -> bytes:
    """Tell how far it is until it ends; return what it complains of."""
    assert process.stdout is not None  # noqa: S101 both are pipes
    assert process.stderr is not None  # noqa: S101 both are pipes
    complaint = asyncio.ensure_future(process.stderr.read(1 << 16))
    while piece := await process.stdout.read(4096):
        if told is not None and (found := _PERCENT.findall(piece)):
            told(min(1.0, float(found[-1]) / 100))
    await process.wait()
    return await complaint


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _failure(path: str, complaint: bytes) -> EngineError:
    text = complaint.decode("utf-8", "replace").strip().removeprefix("qemu-img: ")
    if "No space left" in text:
        return destination_error(path, OSError(28, "No space left on device"))
    return DestinationError(f"the device could not be saved: {text[:300]}", path=path, errno_name="EIO")
