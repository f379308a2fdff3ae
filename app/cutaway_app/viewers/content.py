"""What a viewer gets to show: a file's beginning, its status, and a way to read more. A value."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from cutaway.image_magic import looks_like_image
from cutaway.records import (
    ContentHit,
    DataStream,
    ExtendedAttribute,
    JournalBoot,
    JournalEntry,
    JournalField,
    JournalFile,
    RegistryKey,
    RegistryValue,
    SqliteInfo,
    SqliteTable,
    SqliteValue,
    Stat,
)

#: How much of a file comes with the content at most.
MAX_HEAD_BYTES = 1 << 20
#: Read `count` bytes from `offset`: (offset, count).
Read = Callable[[int, int], Awaitable[bytes]]


@dataclass(frozen=True)
class FolderSize:
    """How much a folder holds, at any depth.

    Attributes:
        files: Files, each once however many names it has.
        folders: Those below it.
        bytes: Content of the files, holes included.
        on_disk: The same without holes.
    """

    files: int
    folders: int
    links: int
    others: int
    bytes: int
    on_disk: int


#: Count; what it takes is told files and bytes so far.
Measure = Callable[[Callable[[int, int], None]], Awaitable[FolderSize]]


class Registry(Protocol):
    """Reads a hive of a Windows registry, in which keys are named by the names that lead to them."""

    async def keys(self, key: list[str]) -> list[RegistryKey]:
        """Return the keys below a key."""
        ...

    async def values(self, key: list[str]) -> list[RegistryValue]:
        """Return the values of a key."""
        ...


@dataclass(frozen=True)
class LogWishes:
    """Which entries of a log are to be shown.

    Attributes:
        priority: As important as this, or more: 0 to 7.
        unit: A unit of systemd or a program; "" for all.
        boot: The identifier of a boot; "" for all.
        text: What their message holds.
    """

    priority: int = 7
    unit: str = ""
    boot: str = ""
    text: str = ""


class Log(Protocol):
    """Reads a log."""

    def pages(
        self, wishes: LogWishes, cursor: str = "", count: int = 0, *, backward: bool = True
    ) -> AsyncGenerator[list[JournalEntry], None]:
        """Give entries as they are found, from behind one on; the generator must be closed."""
        ...

    async def boots(self) -> list[JournalBoot]:
        """Return the times that the machine was up."""
        ...

    async def fields(self, cursor: str) -> list[JournalField]:
        """Return all that is known of an entry."""
        ...

    async def files(self) -> list[JournalFile]:
        """Return the files of the log, with what is wrong with them."""
        ...


class Database(Protocol):
    """Reads a database of SQLite."""

    async def info(self) -> SqliteInfo:
        """Return what is known of it as a whole."""
        ...

    async def tables(self) -> list[SqliteTable]:
        """Return its tables and views."""
        ...

    async def rows(self, table: str, offset: int, count: int) -> list[list[SqliteValue]]:
        """Return rows of a table, long values by their beginnings."""
        ...

    async def whole_row(self, table: str, row: int) -> list[SqliteValue]:
        """Return a row with its values as far as they can be had."""
        ...


class Streams(Protocol):
    """Reads the alternate data streams of a file."""

    async def list(self) -> list[DataStream]:
        """Return them."""
        ...

    async def read(self, name: bytes, offset: int, count: int) -> bytes:
        """Return a piece of one."""
        ...

    async def save(self, name: bytes, target: str) -> None:
        """Copy one to a file of this computer."""
        ...


@dataclass(frozen=True)
class LinkFacts:
    """What is known of a symbolic link through which a file is looked at.

    Attributes:
        stat: The status of the link itself.
        target: What it says.
        real_path: Where that leads in the end; empty if nowhere.
        problem: Why it leads nowhere.
    """

    stat: Stat
    target: bytes
    real_path: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class PreviewContent:
    """A file to look at.

    Attributes:
        name: Its name, as in the image.
        head: Its first bytes, MAX_HEAD_BYTES at most; empty for a folder.
        total_size: The size of its content, which for a device is not that of its status.
        stat: The status of what is shown; of the link itself if it leads to no file.
        link: The symbolic link that leads to it; None for anything else.
        read: Reads more of it; None if that is not possible.
        measure: Finds out how much a folder holds; None for anything else.
        owner: What the image calls its owner; "" if it has no name for it.
        hit: The place to show: a text that was looked for stands there.
        registry: Reads it as a hive; None if it is none.
        log: Reads it as a log; None if it is none.
        streams: Reads its alternate data streams; None where its file system has none.
        database: Reads it as a database; None if it is none.
    """

    name: bytes
    stat: Stat
    head: bytes
    total_size: int
    link: LinkFacts | None = None
    xattrs: list[ExtendedAttribute] = field(default_factory=list)
    read: Read | None = None
    measure: Measure | None = None
    owner: str = ""
    hit: ContentHit | None = None
    registry: Registry | None = None
    log: Log | None = None
    database: Database | None = None
    streams: Streams | None = None

    @property
    def found(self) -> bytes:
        """What stands at the place to show; empty if there is none, or it is not in the head."""
        return self.head[self.hit.offset : self.hit.offset + self.hit.length] if self.hit is not None else b""

    @property
    def is_complete(self) -> bool:
        """Whether the head is all of it."""
        return len(self.head) >= self.total_size


def is_image(content: PreviewContent) -> bool:
    """Tell whether a file is a disk image, by its name and its beginning."""
    name = content.link.real_path if content.link is not None else content.name
    return content.read is not None and looks_like_image(name, content.head, content.total_size)
