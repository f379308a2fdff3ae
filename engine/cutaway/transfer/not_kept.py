"""What files and folders have in the image and did not get on the host: attributes, access control lists, owners.

Counted by attribute and reason: of a system with security labels every file may lose one. Values; no I/O.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

#: So many paths of each kind are told.
EXAMPLES = 20
#: How many kinds are told apart; names of attributes come from the image.
KINDS_MAX = 1000
#: What of one file could not be kept, and why.
Refusals = Sequence[tuple[bytes, str]]
#: An attribute that is dropped as set-user-ID bits are: whoever runs the file would get rights of root.
_GIVES_RIGHTS = frozenset({b"security.capability"})
OWNER = b"owner"
XATTRS = b"extended attributes"


@dataclass(frozen=True, slots=True)
class NotKept:
    """Something that files have in the image and not on the host.

    Attributes:
        what: The name of an extended attribute, "owner", or "extended attributes" if none of a file could be had.
        reason: Why, for a person.
        count: Of how many files and folders.
        examples: Paths of the first of them in the image.
    """

    what: bytes
    reason: str
    count: int
    examples: tuple[bytes, ...]


@dataclass(slots=True)
class _Kind:
    count: int = 0
    examples: list[bytes] = field(default_factory=list)


class Losses:
    """Counts what is not kept."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[bytes, str], _Kind] = {}

    def clear(self) -> None:
        """Forget all: it comes once more."""
        self._kinds.clear()

    def add(self, path: bytes, refusals: Refusals) -> None:
        """Take note of what one file or folder, with its path in the image, has lost."""
        for key in refusals:
            if key not in self._kinds and len(self._kinds) >= KINDS_MAX:
                continue
            kind = self._kinds.setdefault(key, _Kind())
            kind.count += 1
            if len(kind.examples) < EXAMPLES:
                kind.examples.append(path)

    def all(self) -> tuple[NotKept, ...]:
        """Return what has been lost, the most frequent first."""
        found = sorted(self._kinds.items(), key=lambda pair: -pair[1].count)
        return tuple(NotKept(what, why, kind.count, tuple(kind.examples)) for (what, why), kind in found)


def harmless(xattrs: Sequence[bytes]) -> tuple[list[tuple[bytes, bytes]], Refusals]:
    """Divide attributes, names and values in turn, into those that may be kept anywhere, and the others with reasons.

    Returns:
        Names and values; names and reasons.
    """
    kept: list[tuple[bytes, bytes]] = []
    dropped: list[tuple[bytes, str]] = []
    for name, value in zip(xattrs[::2], xattrs[1::2], strict=False):
        if name in _GIVES_RIGHTS:
            dropped.append((name, "it would give rights on this computer"))
        elif not name or b"\0" in name:  # from a hostile guest
            dropped.append((name, "its name is none that an attribute can have"))
        else:
            kept.append((name, value))
    return kept, dropped


def refused(what: bytes, number: int) -> tuple[bytes, str]:
    """Return what the host's file system did not take, with what it answered."""
    return what, f"the destination does not take it: {os.strerror(number)}"
