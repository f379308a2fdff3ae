"""Where an extraction goes: what its parts ask of a hidden folder, or of an archive. Protocols only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cutaway.errors import DestinationError
from cutaway.records import Stat
from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.plan import Planned
from cutaway.transfer.reads import DirectFile


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

    In the worker's thread but for `regular_files` and `digest`. Failures are OSErrors; what takes an entry returns what
    of it could not be kept.

    Attributes:
        keeps_second_names: Whether a file can have several names; else each name is a file of its own.
        keeps_holes: Whether holes stay holes; else they are written as zeros.
    """

    keeps_second_names: bool
    keeps_holes: bool

    @property
    def folds_case(self) -> bool:
        """Whether names that differ only by case are one there."""
        ...

    def make_base(self, path: bytes, *, is_resumed: bool) -> None:
        """Make ready for what is extracted from one directory."""
        ...

    def make(self, path: bytes, entry: Planned, *, is_resumed: bool) -> Refusals:
        """Make a folder, a link, a device, a pipe or a socket."""
        ...

    def make_second(self, path: bytes, original: bytes, entry: Planned, *, is_resumed: bool) -> Refusals:
        """Give a file that was made before a second name."""
        ...

    def end_folder(self, path: bytes, entry: Planned) -> Refusals:
        """Take note that all that a folder holds is there."""
        ...

    def is_whole(self, path: bytes, status: Stat) -> bool:
        """Tell whether an earlier attempt has made this file to its end; one that it has not is removed."""
        ...

    def make_file(self, path: bytes) -> int:
        """Return a descriptor for the content of a file; the caller closes it."""
        ...

    def take_file(self, path: bytes, descriptor: int, entry: Planned) -> Refusals:
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
        """Whether so much waits for the copying thread that no more should come."""
        ...

    def failure(self, path: str, error: OSError) -> DestinationError:
        """Return what it means to a person that a content could not be written; `path` is the file's in the tree."""
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
