"""What a person may decide about an extraction, and which names and links of an image are let onto the host.

Values and pure functions on bytes. Everything from the image is hostile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cutaway.file_names import NAME_MAX, is_plain_name, next_name

__all__ = [
    "NAME_MAX",
    "Conflict",
    "ExtractPolicy",
    "Symlinks",
    "is_plain_name",
    "next_name",
    "safe_name",
    "stays_inside",
]

Conflict = Literal["rename", "replace", "skip", "fail"]
Symlinks = Literal["keep-safe", "keep", "skip"]


@dataclass(frozen=True, slots=True)
class ExtractPolicy:
    """The rules of one extraction.

    Set-user-ID, set-group-ID and sticky bits are always dropped; devices, pipes and sockets are reported, never made.

    Attributes:
        conflict: If something has the name already: "rename" takes "name (2)", "replace" replaces a file but never a
            folder, "skip" leaves the path out and reports it, "fail" raises DestinationError.
        symlinks: "keep-safe" keeps links that stay within what is extracted and reports the others, "keep" keeps all
            as they are, "skip" leaves all out. No link is ever followed.
        keep_times: Give files and folders the times that they have in the image.
        keep_modes: Give them their permissions, less the umask; else those of new files.
    """

    conflict: Conflict = "rename"
    symlinks: Symlinks = "keep-safe"
    keep_times: bool = True
    keep_modes: bool = True


def safe_name(name: bytes) -> bytes:
    """Return the name that something from an image gets on the host; the same where that is possible."""
    if is_plain_name(name) and len(name) <= NAME_MAX:
        return name
    cleaned = name.replace(b"/", b"_").replace(b"\0", b"_")[:NAME_MAX]
    return {b"": b"_", b".": b"_", b"..": b"__"}.get(cleaned, cleaned)


def stays_inside(depth: int, target: bytes) -> bool:
    """Tell whether a link leads to something within the tree that is extracted.

    ".." is allowed only at the beginning of the target: after a name, which may be another link, nobody knows where
    it leads.

    Args:
        depth: How many folders of the tree lie above the link, its root included; 0 for a link that is the root.
        target: What the link says.
    """
    if not target or target.startswith(b"/") or b"\0" in target:
        return False
    parts = [part for part in target.split(b"/") if part not in {b"", b"."}]
    ups = next((index for index, part in enumerate(parts) if part != b".."), len(parts))
    return b".." not in parts[ups:] and (ups == 0 or ups < depth)
