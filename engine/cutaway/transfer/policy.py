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
    "Specials",
    "Symlinks",
    "is_plain_name",
    "is_portable_name",
    "next_name",
    "safe_name",
    "stays_inside",
]

Conflict = Literal["rename", "replace", "skip", "fail"]
Symlinks = Literal["keep-safe", "keep", "skip"]
Specials = Literal["skip", "pipes", "all"]
_WINDOWS_FORBIDS = frozenset(b'<>:"/\\|?*') | frozenset(range(32))
_WINDOWS_PORTS = [b"%s%d" % (kind, number) for kind in (b"COM", b"LPT") for number in range(1, 10)]
_WINDOWS_RESERVES = frozenset([b"CON", b"PRN", b"AUX", b"NUL", *_WINDOWS_PORTS])


@dataclass(frozen=True, slots=True)
class ExtractPolicy:
    """The rules of one extraction.

    Set-user-ID, set-group-ID and sticky bits are always dropped.

    Attributes:
        conflict: If something has the name already: "rename" takes "name (2)", "replace" replaces a file but never a
            folder, "skip" leaves the path out and reports it, "fail" raises DestinationError.
        symlinks: "keep-safe" keeps links that stay within what is extracted and reports the others, "keep" keeps all
            as they are, "skip" leaves all out. No link is ever followed.
        keep_times: Give files and folders the times that they have in the image.
        keep_modes: Give them their permissions, less the umask; else those of new files.
        keep_xattrs: Give them their extended attributes (access control lists and security labels are such), where
            this user may set them and the file system holds them.
        keep_owners: Give them their owners; only root may.
        specials: "skip" reports devices, pipes and sockets, "pipes" makes pipes and sockets, "all" also devices.
        portable_names: Leave out and report names that Windows does not allow.
        read_drives: Let the host read contents from the drives itself where that is as good; False: all contents come
            through the guest.
    """

    conflict: Conflict = "rename"
    symlinks: Symlinks = "keep-safe"
    keep_times: bool = True
    keep_modes: bool = True
    keep_xattrs: bool = True
    keep_owners: bool = False
    specials: Specials = "skip"
    portable_names: bool = False
    read_drives: bool = True


def is_portable_name(name: bytes) -> bool:
    """Tell whether Windows can hold a name too (Microsoft, "Naming Files, Paths, and Namespaces")."""
    stem = name.split(b".", 1)[0].rstrip(b" ").upper()
    return not (set(name) & _WINDOWS_FORBIDS or name.endswith((b".", b" ")) or stem in _WINDOWS_RESERVES)


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
