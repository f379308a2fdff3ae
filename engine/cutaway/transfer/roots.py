"""What was asked for: paths of the image, and what they are to be called on the host. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.host_names import folded, root_name
from cutaway.transfer.policy import ExtractPolicy, next_name


@dataclass(frozen=True, slots=True)
class Root:
    """One path that the person asked for: where it is, and what it is called in the image and on the host."""

    directory: bytes
    name: bytes
    host_name: bytes

    @property
    def path(self) -> bytes:
        """The path in the image."""
        return self.directory.rstrip(b"/") + b"/" + self.name


def roots_of(paths: Sequence[GuestPath], policy: ExtractPolicy) -> list[Root]:
    """Return what was asked for, each once."""
    return list(dict.fromkeys(_root_of(_bytes_of(path), policy) for path in paths))


def told_apart(roots: Sequence[Root]) -> list[Root]:
    """Return them with names of the host that differ by more than case."""
    taken: set[bytes] = set()
    found = []
    for root in roots:
        name, number = root.host_name, 2
        while folded(name) in taken:
            name, number = next_name(root.host_name, number, is_folder=False), number + 1
        taken.add(folded(name))
        found.append(replace(root, host_name=name))
    return found


def _bytes_of(path: GuestPath) -> bytes:
    written = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return written.rstrip(b"/") or b"/"


def _root_of(path: bytes, policy: ExtractPolicy) -> Root:
    """Divide a path; the root of the image has no name of its own, nor has what is named by dots."""
    directory, _, name = path.rpartition(b"/")
    if name in {b"", b".", b".."}:
        return Root(path, b"", root_name(name or b"root", policy))
    return Root(directory or b"/", name, root_name(name, policy))
