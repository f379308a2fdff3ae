"""One file's content on its way into an archive: a short one is held until it has come whole. Blocking."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from cutaway.transfer.archive_format import ArchiveWriter, Member
from cutaway.transfer.host_files import ZEROS
from cutaway.transfer.plan import Planned

#: Contents up to this length leave no trace in any archive if they do not come to their end.
HELD_MAX = 4 << 20


def is_held(parts: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a content is written only when it has come whole."""
    return sum(length for _, length in parts) <= HELD_MAX


class ArchiveContent:
    """A content.

    Args:
        writer: The archive.
        name: The file's path in it.
        entry: What is known of the file.
        size: Of its content in bytes.
        parts: Place and length of each part that is no hole, in order.
        check: Called in the middle of long work; raises if nobody wants the archive any more.
        digest: Which checksum of it is wished, as hashlib calls it; "": none.
    """

    def __init__(
        self,
        writer: ArchiveWriter,
        name: bytes,
        entry: Planned,
        size: int,
        parts: Sequence[tuple[int, int]],
        check: Callable[[], None],
        *,
        digest: str,
    ) -> None:
        self._writer, self._name, self._entry = writer, name, entry
        self._size, self._parts, self._check = size, parts, check
        self._held: list[tuple[int, bytes]] | None = [] if is_held(parts) else None
        self._member: Member | None = None if self._held is not None else self._begin()
        self._digest = hashlib.new(digest, usedforsecurity=False) if digest else None
        self._digested = 0

    def _begin(self) -> Member:
        return self._writer.begin(self._name, self._entry, self._size, self._parts, self._check)

    def write(self, place: int, data: memoryview) -> None:
        """Take a part; parts come in order."""
        if self._digest is not None:
            self._zeros(self._digest, place)
            self._digest.update(data)
            self._digested += len(data)
        if self._held is not None:
            self._held.append((place, bytes(data)))
        elif self._member is not None:
            self._member.write(place, data)

    def finish(self) -> str:
        """Let the file be in the archive; return its digest in hexadecimal, if it is wished."""
        if self._member is None:
            self._member = self._begin()
            for place, data in self._held or ():
                self._member.write(place, memoryview(data))
        self._member.finish()
        if self._digest is None:
            return ""
        self._zeros(self._digest, self._size)
        return self._digest.hexdigest()

    def drop(self) -> bool:
        """Forget the file; return False if it is in the archive all the same, filled with zeros."""
        return self._member is None or self._member.drop()

    def forget(self) -> None:
        """Forget the file, and the archive too if that is worth nothing without it: then nothing more is written."""
        if self._writer.can_take_back:
            self.drop()

    def _zeros(self, digest: Any, place: int) -> None:
        while self._digested < place:
            self._check()
            piece = min(place - self._digested, len(ZEROS))
            digest.update(memoryview(ZEROS)[:piece])
            self._digested += piece
