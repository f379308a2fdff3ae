"""What was asked for: paths of the image, and what they are to be called on the host. Pure."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.host_names import folded, root_name
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy, next_name


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
        """The path in the image."""
        return self.directory.rstrip(b"/") + b"/" + self.name


def roots_of(paths: Sequence[GuestPath], policy: ExtractPolicy) -> list[Root]:
    """Return what was asked for, each once."""
    return list(dict.fromkeys(_root_of(_bytes_of(path), policy) for path in paths))


def roots_again(failures: Sequence[LeftOut], folder: str, policy: ExtractPolicy) -> list[Root]:
    """Return what could not be had, each to be put where it would be in a folder of the host.

    What lies in a folder that is tried again itself is left out.

    Raises:
        ValueError: it would not be there.
    """
    roots = list(dict.fromkeys(_root_again(failure, folder, policy) for failure in failures))
    paths = {root.path for root in roots}
    return [root for root in roots if not any(above in paths for above in _above(root.path))]


def told_apart(roots: Sequence[Root]) -> list[Root]:
    """Return them with names of the host that differ by more than case, in each folder."""
    taken: set[tuple[bytes, bytes]] = set()
    numbers: dict[tuple[bytes, bytes], int] = {}
    found = []
    for root in roots:
        name, first = root.host_name, (root.folder, folded(root.host_name))
        number = numbers.get(first, 2)
        while (root.folder, folded(name)) in taken:
            name, number = next_name(root.host_name, number, is_folder=False), number + 1
        numbers[first] = number
        taken.add((root.folder, folded(name)))
        found.append(replace(root, host_name=name))
    return found


def _root_of(path: bytes, policy: ExtractPolicy) -> Root:
    """Divide a path; the root of the image has no name of its own, nor has what is named by dots."""
    directory, _, name = path.rpartition(b"/")
    if name in {b"", b".", b".."}:
        return Root(path, b"", root_name(name or b"root", policy))
    return Root(directory or b"/", name, root_name(name, policy))


def _root_again(left: LeftOut, folder: str, policy: ExtractPolicy) -> Root:
    place = os.path.relpath(os.fsencode(left.destination or "."), os.fsencode(folder))
    above, _, name = place.rpartition(b"/")
    if not left.destination or name in {b"", b".", b".."} or place.startswith(b"../"):
        raise ValueError(f"{left.destination or left.path!r} does not lie in {folder}")
    depth = above.count(b"/") + 1 if above else 0
    return replace(_root_of(left.path, policy), host_name=name, folder=above, depth=depth, is_again=True)


def _above(path: bytes) -> list[bytes]:
    parts = path.split(b"/")
    return [b"/".join(parts[:count]) for count in range(2, len(parts))]


def _bytes_of(path: GuestPath) -> bytes:
    written = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return written.rstrip(b"/") or b"/"
