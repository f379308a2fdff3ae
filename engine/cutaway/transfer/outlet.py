"""Where an extraction goes: what its parts ask of a hidden folder, or of an archive. Values and protocols only."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cutaway.records import Stat
from cutaway.transfer.plan import LeftOut, Planned
from cutaway.transfer.policy import safe_name
from cutaway.transfer.reads import DirectFile


@dataclass(frozen=True, slots=True)
class Root:
    """One path that the person asked for: where it is, and what it is called in the image and on the host.

    Attributes:
        folder: The folder in the destination that it goes into; "" for the destination itself.
        depth: How many folders that were extracted before lie above it.
        is_again: Whether an extraction did not get it, or not all of it: what that got is kept.
    """

    directory: bytes
    name: bytes
    host_name: bytes
    folder: bytes = b""
    depth: int = 0
    is_again: bool = False

    @property
    def path(self) -> bytes:
        """Its path in the image."""
        return self.directory.rstrip(b"/") + b"/" + self.name


def root_of(path: bytes) -> Root:
    """Divide a path; the root of the image has no name of its own, nor has what is named by dots."""
    directory, _, name = path.rpartition(b"/")
    if name in {b"", b".", b".."}:
        return Root(path, b"", safe_name(name or b"root"))
    return Root(directory or b"/", name, safe_name(name))


def root_again(left: LeftOut, folder: str) -> Root:
    """Return what could not be had, to be put where it would be in a folder of the host.

    Raises:
        ValueError: it would not be there.
    """
    place = os.path.relpath(os.fsencode(left.destination or "."), os.fsencode(folder))
    above, _, name = place.rpartition(b"/")
    if not left.destination or name in {b"", b".", b".."} or place.startswith(b"../"):
        raise ValueError(f"{left.destination or left.path!r} does not lie in {folder}")
    depth = above.count(b"/") + 1 if above else 0
    return replace(root_of(left.path), host_name=name, folder=above, depth=depth, is_again=True)


class Work(Protocol):
    """What the copying thread does; everything in it is called in that thread."""

    @property
    def path(self) -> bytes:
        """What is being written, for messages."""
        ...

    def copy(self, batch: Sequence[DirectFile]) -> None:
        """Copy some contents, and whatever waits beside them."""
        ...

    def close(self) -> None:
        """Close what is open; what is not complete is taken back."""
        ...


class Outlet(Protocol):
    """Takes what is extracted. Paths are bytes of plain names, of which the first names a directory of the image.

    In the worker's thread but for `regular_files` and `digest`. Failures are OSErrors.

    Attributes:
        keeps_second_names: Whether a file can have several names; else each name is a file of its own.
    """

    keeps_second_names: bool

    def make_base(self, path: bytes, *, is_resumed: bool) -> None:
        """Make ready for what is extracted from one directory."""
        ...

    def make(self, path: bytes, entry: Planned, *, is_resumed: bool) -> None:
        """Make a folder, a link, a device, a pipe or a socket."""
        ...

    def make_second(self, path: bytes, original: bytes, entry: Planned, *, is_resumed: bool) -> None:
        """Give a file that was made before a second name."""
        ...

    def end_folder(self, path: bytes, entry: Planned) -> None:
        """Take note that all that a folder holds is there."""
        ...

    def is_whole(self, path: bytes, status: Stat) -> bool:
        """Tell whether an earlier attempt has made this file to its end; one that it has not is removed."""
        ...

    def make_file(self, path: bytes) -> int:
        """Return a descriptor for the content of a file; the caller closes it."""
        ...

    def take_file(self, path: bytes, descriptor: int, entry: Planned) -> None:
        """Take a file whose content is complete."""
        ...

    def drop_file(self, path: bytes) -> None:
        """Forget a file whose content did not come."""
        ...

    @property
    def has_waiting(self) -> bool:
        """Whether something waits for the copying thread to take it."""
        ...

    @property
    def is_crowded(self) -> bool:
        """Whether so many contents wait for the copying thread that no more should come."""
        ...

    def give_up(self) -> None:
        """Let whoever waits for the destination fail; from the loop's thread."""
        ...

    def regular_files(self, path: bytes) -> list[bytes]:
        """Return the paths of all regular files below something that was made, relative to it."""
        ...

    def digest(self, path: bytes, check: Callable[[], None]) -> str:
        """Return the SHA-256 of a file that was made, in hexadecimal; `check` is called now and then."""
        ...

    def reject(self, path: bytes) -> str:
        """Take away a file that is not as it should be; return what a person has to know of it beside that."""
        ...
