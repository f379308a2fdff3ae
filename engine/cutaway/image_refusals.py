"""What cannot be opened as it is, though it is known: compressed images, and formats of other programs."""

from __future__ import annotations

from cutaway.errors import ImageCompressed, ImageFormatError
from cutaway.image_file import FileFacts
from cutaway.image_magic import DECOMPRESSORS, compression_of, foreign_kind


def refuse_other_kinds(facts: FileFacts, image: str) -> None:
    """Refuse a file without a magic of qemu's that is no raw image either.

    Args:
        facts: What was seen of it.
        image: The image that the person opened, for errors.

    Raises:
        ImageCompressed: it is compressed.
        ImageFormatError: it is of a format that only other programs read.
    """
    if program := compression_of(facts.head):
        raise ImageCompressed(
            f"{facts.path} is compressed with {program}", path=image, file=facts.path, program=program,
            remedy=f"{'Decompress' if program in DECOMPRESSORS else 'Unpack'} it first, and open the image that comes "
            "out.",
        )  # fmt: skip
    if foreign := foreign_kind(facts.head):
        kind, remedy = foreign
        raise ImageFormatError(f"{facts.path} is {kind}, which cannot be opened", path=image, remedy=remedy)
