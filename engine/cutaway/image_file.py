"""A first look at an image file: whether it can be read at all, its size, its first and last bytes.

An image in a tar archive, as in an OVA, is looked at where it lies; one in several files (disk.001 …) as a whole.

Blocks on the file system, so it belongs in a helper thread. Interprets nothing but what kind of file it is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from cutaway.errors import DriveError, ImageFormatError, ImageNotFound, ImageUnreadable
from cutaway.image_archive import BLOCK, Piece, disks_in
from cutaway.image_end import Read, end_of_data
from cutaway.image_magic import (
    HEAD_SIZE,
    TAIL_SIZE,
    VMDK_TEXT_MAX,
    backing_place,
    compression_of,
    format_of,
    is_tar,
    vmdk_descriptor,
)
from cutaway.image_parts import check_sizes, first_part, parts_after, refuse_what_is_not_raw
from cutaway.image_snapshots import Snapshot, snapshots_in

_KINDS = {
    stat.S_IFDIR: ("a folder", "Choose an image file inside it."),
    stat.S_IFIFO: ("a pipe", "Write its content to a file first."),
    stat.S_IFCHR: ("a character device", "Choose a block device or an image file."),
    stat.S_IFSOCK: ("a socket", "Choose an image file."),
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a first look at a file has shown.

    Attributes:
        head: Its first bytes, at most HEAD_SIZE.
        tail: Its last TAIL_SIZE bytes.
        descriptor: The text that names further files, if it is a VMDK that has one.
        needed_bytes: How long it must be at least by its own tables; 0 if they do not tell.
        piece: Which part of the file it is; None: all of it.
        backing_name: What its header calls the file below it, if it tells.
        parts: The files that it goes on in, if it is the first part of an image in several.
        snapshots: The points in time that it keeps (qcow2).
    """

    path: str
    size_bytes: int
    is_block_device: bool
    head: bytes
    tail: bytes
    descriptor: bytes
    needed_bytes: int
    piece: Piece | None = None
    backing_name: bytes = b""
    parts: tuple[str, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()


def look(path: str, *, in_archives: bool = False, member: int | None = None) -> FileFacts:
    """Open a file, read its ends and close it.

    Args:
        path: The file.
        in_archives: If it is a tar archive, look at the disk image in that; if a first part, at all parts.
        member: Which one, counted from 0; None: the only one.

    Raises:
        ImageFormatError: it is a tar archive without that disk image, or with several and none was chosen; or parts
            that make no image.
        ImageNotFound: it, or a part of it, does not exist.
        ImageUnreadable: it is a folder, a pipe, a character device, empty, or may not be read.
    """
    with _opened(path) as descriptor:
        return _read(path, descriptor, in_archives=in_archives, member=member)


def images_in(path: str) -> list[str]:
    """Return the names of the disk images in a tar archive; of anything else there are none.

    Raises:
        ImageNotFound, ImageUnreadable: as `look`.
    """
    with _opened(path) as descriptor:
        if not is_tar(os.pread(descriptor, HEAD_SIZE, 0)):
            return []
        return [piece.name for piece in disks_in(lambda count, offset: os.pread(descriptor, count, offset))]


def snapshots(path: str) -> tuple[Snapshot, ...]:
    """Return the points in time that an image keeps within itself (qcow2), the oldest first; mostly there are none.

    Raises:
        ImageNotFound, ImageUnreadable: as `look`.
    """
    return look(path).snapshots


@contextmanager
def _opened(path: str) -> Iterator[int]:
    try:
        _refuse_kinds(path, os.stat(path).st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error
    try:
        yield descriptor
    except DriveError:
        raise
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        os.close(descriptor)


def _refuse_kinds(path: str, mode: int) -> None:
    if found := _KINDS.get(stat.S_IFMT(mode)):
        raise ImageUnreadable(f"{path} is {found[0]}", path=path, remedy=found[1])


def _refusal(path: str, error: OSError | ValueError) -> ImageNotFound | ImageUnreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ImageNotFound(f"{path} does not exist", path=path)
    if isinstance(error, PermissionError):
        remedy = "Change its permissions, or run as a user who may read it."
        return ImageUnreadable(f"{path} may not be read by this user", path=path, remedy=remedy)
    remedy = "Check that the disk or share that holds it is connected and healthy."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ImageUnreadable(f"{path!r} cannot be read: {reason}", path=path, remedy=remedy)


def _read(path: str, descriptor: int, *, in_archives: bool, member: int | None) -> FileFacts:
    mode = os.fstat(descriptor).st_mode
    _refuse_kinds(path, mode)
    size = os.lseek(descriptor, 0, os.SEEK_END)

    def read(count: int, offset: int) -> bytes:
        return os.pread(descriptor, count, offset)

    facts = facts_of(path, size, read, in_archives=in_archives, member=member)
    facts = replace(facts, is_block_device=stat.S_ISBLK(mode) and facts.piece is None)
    is_whole = facts.piece is not None or 0 < facts.needed_bytes <= size
    return _with_parts(facts, format_of(facts.head, facts.tail)) if in_archives and not is_whole else facts


def facts_of(path: str, size: int, read: Read, *, in_archives: bool = False, member: int | None = None) -> FileFacts:
    """Return what a few reads show of a content, wherever it is.

    Args:
        path: What it is called.
        size: Its length in bytes.
        read: Reads of it.
        in_archives: If it is a tar archive, look at the disk image in that.
        member: Which one, counted from 0; None: the only one.

    Raises:
        ImageFormatError, ImageUnreadable: as `look`.
        OSError: it cannot be read.
    """
    if size == 0:
        raise ImageUnreadable(
            f"{path} is empty", path=path, remedy="Check that it was copied or downloaded completely."
        )
    head = read(HEAD_SIZE, 0)
    if in_archives and is_tar(head):
        return _piece_facts(path, size, read, member)
    tail = read(TAIL_SIZE, max(0, size - TAIL_SIZE))
    text = _vmdk_text(read, head)
    kind = format_of(head, tail)
    needed = end_of_data(kind, head, read)
    place = backing_place(kind, head)
    name = read(place[1], place[0]) if place is not None else b""
    snapshots = snapshots_in(head, read) if kind == "qcow2" else ()
    return FileFacts(
        path, size, is_block_device=False, head=head, tail=tail, descriptor=text, needed_bytes=needed,
        backing_name=name, snapshots=snapshots,
    )  # fmt: skip


def _with_parts(facts: FileFacts, kind: str) -> FileFacts:
    """Return an image with the parts that it goes on in; one that is whole by its own tables has none."""
    if parts := parts_after(facts.path):
        if program := compression_of(facts.head):
            kind = program
        if kind != "raw":
            refuse_what_is_not_raw(facts.path, len(parts) + 1, kind)
        return replace(facts, parts=parts, size_bytes=sum(check_sizes(facts.path, parts)))
    if kind == "raw" and (first := first_part(facts.path)) and facts.path in look(first, in_archives=True).parts:
        raise ImageFormatError(
            f"{facts.path} is a later part of an image that begins in {first}", path=facts.path,
            remedy=f"Open {first}.",
        )  # fmt: skip
    return facts


def _piece_facts(path: str, size: int, read_all: Read, member: int | None) -> FileFacts:
    """Look at an image in a tar archive; what its archive has lost of it, it needs."""
    piece = _chosen(path, disks_in(read_all), member)
    there = min(piece.size, max(0, size - piece.offset))

    def read(count: int, offset: int) -> bytes:
        return read_all(max(0, min(count, there - offset)), piece.offset + offset)

    head, tail = read(HEAD_SIZE, 0), read(TAIL_SIZE, max(0, there - TAIL_SIZE))
    needed = max(piece.size, end_of_data(format_of(head, tail), head, read))
    text = b"" if (offset := vmdk_descriptor(head)) is None else read(VMDK_TEXT_MAX, offset)
    return FileFacts(
        path, there, is_block_device=False, head=head, tail=tail, descriptor=text, needed_bytes=needed,
        piece=piece._replace(size=_whole_blocks(piece.size, size - piece.offset)),
    )  # fmt: skip


def _whole_blocks(size: int, there: int) -> int:
    """Return a length that qemu takes for a piece: an archive fills its last block with zeros."""
    return min(-(-size // BLOCK), max(0, there) // BLOCK) * BLOCK


def _chosen(path: str, disks: list[Piece], member: int | None) -> Piece:
    if member is None and len(disks) == 1:
        return disks[0]
    if member is not None and 0 <= member < len(disks):
        return disks[member]
    names = ", ".join(repr(disk.name) for disk in disks[:5])
    raise ImageFormatError(
        f"{path} is a tar archive with {len(disks)} disk images: {names}"
        if disks else f"{path} is a tar archive in which there is no disk image that is known",
        path=path, remedy="Unpack it with 'tar -xf', and open an image that comes out.",
    )  # fmt: skip


def _vmdk_text(read: Read, head: bytes) -> bytes:
    """Return what qemu would take for the text of a VMDK, whatever this is: it ends with the first NUL."""
    if (offset := vmdk_descriptor(head)) is None:
        return b""
    return head if offset == 0 and b"\0" in head else read(VMDK_TEXT_MAX, offset)
