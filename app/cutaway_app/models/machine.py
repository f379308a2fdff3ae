"""The disks of one machine, as whatever works on an image needs them. A value; nothing is opened here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """An image with the others that belong to it.

    Attributes:
        image: The image file on the host.
        further: Those of its other disks, in the order in which they were added.
        snapshot: The point in time at which the image is seen; None: now.
        allowed: Files to use all the same: backing files outside the images' folders, incomplete files.
    """

    image: str
    further: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    snapshot: str | None = None

    @property
    def key(self) -> str:
        """What tells it from another time of the same image, and from all other images."""
        return self.image if self.snapshot is None else f"{self.image}\0{self.snapshot}"

    @property
    def images(self) -> tuple[str, ...]:
        """All of them."""
        return (self.image, *self.further)
