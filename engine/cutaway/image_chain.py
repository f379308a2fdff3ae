"""What an image consists of, top first. Values; who finds it out is `image_probe`."""

from __future__ import annotations

from dataclasses import dataclass

from cutaway.image_archive import Piece


@dataclass(frozen=True, slots=True)
class ChainMember:
    """One file of an image's chain.

    Attributes:
        path: Its absolute path.
        format: Its format, by qemu's name: "raw", "qcow2", "vmdk" …
        backing: The absolute path of the file below it; None for the last.
        is_block_device: It is no file but a block device.
        extents: The absolute paths of the files that it keeps its data in, if these are others (VMDK).
        piece: Which part of the file it is, if it lies in an archive (OVA).
    """

    path: str
    format: str
    backing: str | None
    is_block_device: bool
    extents: tuple[str, ...] = ()
    piece: Piece | None = None


@dataclass(frozen=True, slots=True)
class ImageChain:
    """An image and the files below it, top first."""

    members: tuple[ChainMember, ...]
    virtual_size_bytes: int
