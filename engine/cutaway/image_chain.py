"""What an image consists of, top first. Values; who finds it out is `image_probe`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cutaway.drives import Drive
from cutaway.image_archive import Piece
from cutaway.image_snapshots import Snapshot

_OF_SNAPSHOT = "'qemu-img convert -l NAME' makes an image of its own of a snapshot."
_OF_ARCHIVE = "Unpack it with 'tar -xf', and write to the image that comes out."


class Served(Protocol):
    """A file of an image that is none of the host: qemu reads it over a socket, by NBD."""

    def serve(self, sock: socket.socket) -> None:
        """Answer over a connected, blocking socket, which is taken over, in a thread, until the other side goes."""
        ...


@dataclass(frozen=True, slots=True)
class ChainMember:
    """One file of an image's chain.

    Attributes:
        path: Its absolute path.
        format: Its format, by qemu's name: "raw", "qcow2", "vmdk" …
        backing: The absolute path of the file below it; None for the last.
        is_block_device: It is no file but a block device.
        extents: The absolute paths of the files that it keeps its data in, if these are others (VMDK); of a raw one
            in several files those after the first.
        piece: Which part of the file it is, if it lies in an archive (OVA).
        first_sector: What stands in place of its first sector: the header that shows a snapshot of it; mostly nothing.
        served: What serves it, if it is no file of the host; then it is one, whatever it consists of.
    """

    path: str
    format: str
    backing: str | None
    is_block_device: bool
    extents: tuple[str, ...] = ()
    piece: Piece | None = None
    first_sector: bytes = b""
    served: Served | None = None

    @property
    def is_split(self) -> bool:
        """Whether it goes on in the next file where one ends."""
        return self.format == "raw" and bool(self.extents)

    @property
    def is_joined(self) -> bool:
        """Whether it has to be put together of several pieces."""
        return self.is_split or bool(self.first_sector)

    @property
    def unwritable(self) -> tuple[str, str] | None:
        """Why it cannot be written, and what to do; None for what is in its file, and nothing else."""
        if self.first_sector:
            return "is shown as it was, and the past cannot be written", _OF_SNAPSHOT
        if self.is_split:
            return "is in several parts, and cannot be written", "Join the parts with 'cat', in their order."
        if self.piece is not None:
            return "is an archive, and the image in it cannot be written", _OF_ARCHIVE
        return None


@dataclass(frozen=True, slots=True)
class ImageChain:
    """An image and the files below it, top first; and the points in time that the image keeps."""

    members: tuple[ChainMember, ...]
    virtual_size_bytes: int
    snapshots: tuple[Snapshot, ...] = ()


class OpenSource(Protocol):
    """An image that is no file of the host, while it can be read.

    Attributes:
        chain: What it consists of; each member is served.
        files: The files of the host that all of it comes from.
    """

    chain: ImageChain
    files: tuple[str, ...]

    def watch(self, lost: Callable[[str], None]) -> None:
        """Have `lost` called once with a sentence, from any thread, when nothing can be read any more."""
        ...

    async def close(self) -> None:
        """Let go of everything; who is served finds the connection closed. In any loop."""
        ...


class ImageSource(Protocol):
    """Where an image comes from that is no file of the host."""

    async def open(self, drive: Drive) -> OpenSource:
        """Find out what it consists of, and make it readable. In any loop.

        Raises:
            DriveError: it cannot be used.
        """
        ...
