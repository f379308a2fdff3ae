"""The disks of one machine, as whatever works on an image needs them. A value; nothing is opened here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cutaway.mount_plan import MountTree
from cutaway.unlocking import Unlocked


@dataclass(frozen=True, slots=True)
class Inside:
    """Where an image lies that is a file in another.

    Attributes:
        machine: The other one.
        number, tree: Which of its trees the file is in.
        path: The file there.
        unlocked: What was unlocked of it, with its keys.
    """

    machine: Machine
    number: int
    tree: MountTree = field(repr=False)
    path: bytes
    unlocked: tuple[Unlocked, ...] = field(default=(), compare=False, repr=False)

    @property
    def name(self) -> str:
        """The file as it is told to the command line."""
        return f"{self.number}:{os.fsdecode(self.path)}"


@dataclass(frozen=True, slots=True)
class Machine:
    """An image with the others that belong to it.

    Attributes:
        image: The image file on the host; of one that lies in another, that one's with the path behind it.
        further: Those of its other disks, in the order in which they were added.
        snapshot: The point in time at which the image is seen; None: now.
        allowed: Files to use all the same: backing files outside the images' folders, incomplete files.
        inside: Where it lies, if it is a file in another image.
    """

    image: str
    further: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    snapshot: str | None = None
    inside: Inside | None = None

    @property
    def key(self) -> str:
        """What tells it from another time of the same image, and from all other images."""
        image = self.image
        if self.inside is not None:
            image = "\0".join((self.inside.machine.key, str(self.inside.number), os.fsdecode(self.inside.path)))
        return image if self.snapshot is None else f"{image}\0{self.snapshot}"

    @property
    def host_image(self) -> str:
        """The image file on the host that all of it comes from."""
        return self.image if self.inside is None else self.inside.machine.host_image

    @property
    def places(self) -> tuple[Inside, ...]:
        """Where it lies in which images, the outermost first; nothing if it lies in none."""
        return () if self.inside is None else (*self.inside.machine.places, self.inside)

    @property
    def images(self) -> tuple[str, ...]:
        """All of them."""
        return (self.image, *self.further)


def machine_inside(inside: Inside) -> Machine:
    """Return the machine of an image that lies in another."""
    return Machine(f"{inside.machine.image}:{os.fsdecode(inside.path)}", inside=inside)
