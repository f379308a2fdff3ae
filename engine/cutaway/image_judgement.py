"""What is refused by a first look at a file of an image, before qemu or qemu-img sees it. Opens nothing."""

from __future__ import annotations

import os
from collections.abc import Set as AbstractSet
from typing import NoReturn

from cutaway.errors import BackingFileError, ImageFormatError, ImageIncomplete
from cutaway.image_file import FileFacts
from cutaway.image_magic import qcow2_header

DAMAGED = "The image may be damaged or incomplete; copy it again from its source, or try 'qemu-img check'."
INCOMPLETE = (
    "Copy it again from its source. To rescue what is there, allow it all the same: what is missing reads as zeros."
)


def judge(facts: FileFacts, kind: str, image: str) -> None:
    """Refuse what can be refused without qemu's help, before it opens further files.

    Args:
        facts: What was seen of a file.
        kind: Its format.
        image: The image that the person opened, for errors.

    Raises:
        BackingFileError: its data is in another file.
        ImageFormatError: it is encrypted or truncated.
    """
    if kind != "qcow2" or (header := qcow2_header(facts.head)) is None:
        return
    if header.has_data_file:
        raise BackingFileError(
            f"{facts.path} keeps its data in another file",
            path=image, backing=facts.path,
            remedy="Convert it to one file with 'qemu-img convert -O qcow2' if you trust it.",
        )  # fmt: skip
    if header.is_encrypted:
        refuse_encrypted(facts.path, image)
    if header.tables_end > facts.size_bytes:
        raise ImageFormatError(f"{facts.path} is truncated: its tables lie behind its end", path=image, remedy=DAMAGED)


def refuse_encrypted(path: str, image: str) -> NoReturn:
    """Refuse a file that wants a password.

    Raises:
        ImageFormatError: always.
    """
    raise ImageFormatError(
        f"{path} is encrypted by qemu", path=image,
        remedy="Decrypt it first with 'qemu-img convert' and its password.",
    )  # fmt: skip


def refuse_incomplete(facts: FileFacts, image: str, allowed: AbstractSet[str], following: str = "") -> None:
    """Refuse a file that ends before its own tables say, unless it is allowed.

    Args:
        facts: What was seen of a file.
        image: The image that the person opened, for errors.
        allowed: The real paths of files that may be so.
        following: What a further part of it would be called, if it may have one.

    Raises:
        ImageIncomplete: it is.
    """
    if facts.size_bytes >= facts.needed_bytes or os.path.realpath(facts.path) in allowed:
        return
    size, needed = f"{facts.size_bytes:,}", f"{facts.needed_bytes:,}"
    which = f"{facts.piece.name!r} in {facts.path}" if facts.piece is not None else facts.path
    remedy = INCOMPLETE
    if following:
        remedy = f"If it is one of several parts, put {os.path.basename(following)} beside it. {INCOMPLETE}"
    raise ImageIncomplete(
        f"{which} is incomplete: it ends after {size} bytes, but by its own tables it has at least {needed}",
        path=image, file=facts.path, remedy=remedy,
    )  # fmt: skip
