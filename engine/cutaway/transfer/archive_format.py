"""What a format of archives has to do for an extraction: values and protocols; and what names tell formats."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, get_args

from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.plan import Planned

ArchiveFormat = Literal["tar", "tar.gz", "zip"]
FORMATS: tuple[ArchiveFormat, ...] = get_args(ArchiveFormat)
#: How names of archives end.
SUFFIXES: dict[str, ArchiveFormat] = {".tar": "tar", ".tar.gz": "tar.gz", ".tgz": "tar.gz", ".zip": "zip"}


class Member(Protocol):
    """The content of one file on its way into an archive."""

    def write(self, place: int, data: memoryview) -> None:
        """Take a part; parts come in order, what lies between them is zeros."""
        ...

    def finish(self) -> None:
        """Take note that everything has come."""
        ...

    def drop(self) -> bool:
        """Take the file out again; return False if it had to stay, filled with zeros."""
        ...


class ArchiveWriter(Protocol):
    """Writes an archive. Blocking; one member after another.

    Attributes:
        keeps_second_names: Whether a file can have several names in it.
        keeps_holes: Whether large holes of a file stay holes in it; else they are written as zeros.
        takes_folders_last: Whether a folder has to come after what it holds. tar(1) gives a folder its times as soon as
            it comes upon something that is not in it; unzip(1) gives them only to folders that it has made itself.
    """

    keeps_second_names: bool
    keeps_holes: bool
    takes_folders_last: bool

    @property
    def can_take_back(self) -> bool:
        """Whether a member that was begun can be taken out without a trace."""
        ...

    def why_not(self, mode: int) -> str:
        """Return why something of that kind cannot be in it; empty if it can."""
        ...

    def why_not_name(self, name: bytes) -> str:
        """Return why something of that path cannot be in it; empty if it can."""
        ...

    def not_kept(self, entry: Planned) -> Refusals:
        """Return what of an entry will not be in it."""
        ...

    def add(self, name: bytes, entry: Planned) -> None:
        """Add a folder, a link, or something special."""
        ...

    def add_second(self, name: bytes, original: bytes, entry: Planned) -> None:
        """Add a second name of a file."""
        ...

    def begin(
        self, name: bytes, entry: Planned, size: int, parts: Sequence[tuple[int, int]], check: Callable[[], None]
    ) -> Member:
        """Begin a file.

        Args:
            name: Its path in the archive.
            entry: What is known of it.
            size: Of its content in bytes.
            parts: Place and length of each part that is no hole, in order.
            check: Called in the middle of long work; raises if nobody wants the archive any more.
        """
        ...

    def finish(self) -> None:
        """Write the end."""
        ...

    def close(self) -> None:
        """Let go of what is open. May be called again."""
        ...


def kind_of(archive: int | str | bytes | os.PathLike[str], kind: ArchiveFormat | None) -> ArchiveFormat:
    """Return the format that an archive shall have: the one that is given, else the one its name tells.

    Raises:
        ValueError: nothing tells it.
    """
    found = kind or (None if isinstance(archive, int) else format_of(os.fsdecode(archive)))
    if found is None:
        raise ValueError(f"the name of an archive ends in one of {', '.join(SUFFIXES)}, or its format is given")
    return found


def format_of(path: str) -> ArchiveFormat | None:
    """Return the format that a name tells; None if it tells none."""
    lower = path.lower()
    return next((known for suffix, known in SUFFIXES.items() if lower.endswith(suffix)), None)
