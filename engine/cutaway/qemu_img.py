"""Asks qemu-img about one image file, in a child process with limits on memory, time and output.

The child opens only the file it is given: backing files are never opened by it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

from cutaway.errors import DriveError, ImageFormatError, ImageUnreadable
from cutaway.image_archive import Piece

LIMITS = ("prlimit", "--as=1073741824", "--cpu=10", "--")
TIMEOUT_S = 20.0
#: An honest answer has a few kilobytes.
OUTPUT_MAX = 1 << 20
INSTALL_REMEDY = "Install qemu-img (Debian: apt install qemu-utils) and prlimit (util-linux)."
DAMAGED_REMEDY = "The image may be damaged, truncated or made to mislead; 'qemu-img check' tells more."


async def image_info(path: str, kind: str, image: str, piece: Piece | None = None) -> dict[str, Any]:
    """Return what `qemu-img info` says about one file.

    Args:
        path: The file, as an absolute path.
        kind: Its format; qemu-img does not guess.
        image: The image that the person opened, for errors.
        piece: Which part of the file it is; None: all of it.

    Raises:
        ImageFormatError: qemu-img cannot read it.
        ImageUnreadable: its file cannot be opened.
        DriveError: there is no qemu-img.
    """
    with _named(path, kind, piece) as (name, descriptors):
        process = await _start(path, name, descriptors, image)
    return await _told(process, path, kind, image)


async def served_image_info(sock: int, path: str, kind: str, image: str) -> dict[str, Any]:
    """Return what `qemu-img info` says about what is served by NBD.

    Args:
        sock: Descriptor of a connected socket; qemu-img inherits it.
        path: What the file is called, for errors.
        kind: Its format.
        image: The image that the person opened, for errors.

    Raises:
        ImageFormatError, DriveError: as `image_info`.
    """
    file = {"driver": "nbd", "server": {"type": "fd", "str": str(sock)}}
    process = await _start(path, ["json:" + json.dumps({"driver": kind, "file": file})], [sock], image)
    return await _told(process, path, kind, image)


async def _told(process: asyncio.subprocess.Process, path: str, kind: str, image: str) -> dict[str, Any]:
    try:
        output, complaint = await asyncio.wait_for(_answer(process), TIMEOUT_S)
    except TimeoutError as error:
        raise ImageFormatError(
            f"reading {path} took longer than {TIMEOUT_S:.0f} s", path=image, remedy=DAMAGED_REMEDY
        ) from error
    finally:
        await _end(process)
    if process.returncode:
        raise ImageFormatError(_sentence(path, kind, complaint), path=image, remedy=DAMAGED_REMEDY)
    return _parse(path, output, image)


@contextlib.contextmanager
def _named(path: str, kind: str, piece: Piece | None) -> Iterator[tuple[list[str], list[int]]]:
    """Give what qemu-img takes for an image, and what it inherits: a name in JSON cannot be any bytes."""
    if piece is None:
        yield ["-f", kind, path], []
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ImageUnreadable(f"{path} cannot be opened: {error.strerror}", path=path) from error
    try:
        file = {"driver": "file", "filename": f"/dev/fd/{descriptor}"}
        part = {"driver": "raw", "offset": piece.offset, "size": piece.size, "file": file}
        yield ["json:" + json.dumps({"driver": kind, "file": part})], [descriptor]
    finally:
        os.close(descriptor)


async def _start(path: str, name: list[str], descriptors: list[int], image: str) -> asyncio.subprocess.Process:
    program = shutil.which("qemu-img")
    if program is None:
        raise DriveError(f"{path} needs qemu-img, which is not installed", path=image, remedy=INSTALL_REMEDY)
    try:
        return await asyncio.create_subprocess_exec(
            *LIMITS, program, "info", "-U", "--output=json", *name, pass_fds=descriptors,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except OSError as error:
        raise DriveError(f"qemu-img cannot be run: {error.strerror}", path=image, remedy=INSTALL_REMEDY) from error


async def _answer(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None  # noqa: S101 both are pipes
    assert process.stderr is not None  # noqa: S101 both are pipes
    output, complaint = await asyncio.gather(_bounded(process.stdout), _bounded(process.stderr))
    await process.wait()
    return output, complaint


async def _bounded(stream: asyncio.StreamReader) -> bytes:
    """Read all of a stream, keep what is in bounds."""
    kept = bytearray()
    while piece := await stream.read(1 << 16):
        kept += piece[: OUTPUT_MAX - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _sentence(path: str, kind: str, complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    reason = lines[-1].removeprefix("qemu-img: ") if lines else "its reader died"
    reason = reason.removeprefix(f"Could not open '{path}': ")
    return f"{path} cannot be read as {kind}: {reason[:300]}"


def _parse(path: str, output: bytes, image: str) -> dict[str, Any]:
    try:
        info = json.loads(output.decode("utf-8", "surrogateescape"))
    except ValueError as error:
        raise ImageFormatError(
            f"qemu-img says nothing useful about {path}", path=image, remedy=DAMAGED_REMEDY
        ) from error
    return info if isinstance(info, dict) else {}
