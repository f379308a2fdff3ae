"""What a person may decide about an extraction, and which names and links of an image are let onto the host.

Values and pure functions on bytes. Everything from the image is hostile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cutaway.file_names import NAME_MAX, is_plain_name, next_name

__all__ = [
    "NAME_MAX",
    "WINDOWS_FORBIDS",
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
#: Bytes that no name on Windows may hold.
WINDOWS_FORBIDS = frozenset(b'<>:"/\\|?*') | frozenset(range(32))
_DIGITS = [b"%d" % number for number in range(10)] + ["¹".encode(), "²".encode(), "³".encode()]
_WINDOWS_PORTS = [kind + digit for kind in (b"COM", b"LPT") for digit in _DIGITS]
_WINDOWS_RESERVES = frozenset([b"CON", b"PRN", b"AUX", b"NUL", b"CONIN$", b"CONOUT$", *_WINDOWS_PORTS])


@dataclass(frozen=True, slots=True)
class ExtractPolicy:
    """The rules of one extraction.

    Set-user-ID, set-group-ID and sticky bits are always dropped, and so are capabilities of files.

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
        encode_names: Instead of leaving them out, write what Windows does not allow as %XX; see
            `cutaway.transfer.host_names`. Reported as renamed.
        fold_case: Give names that differ only by case different ones, as is always done where the destination takes
            them for one: for what will be copied on to such a place. Reported as renamed.
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
    encode_names: bool = False
    fold_case: bool = False
    read_drives: bool = True


def is_portable_name(name: bytes) -> bool:
    """Tell whether Windows can hold a name too (Microsoft, "Naming Files, Paths, and Namespaces")."""
    stem = name.split(b".", 1)[0].rstrip(b" ").upper()
    if not name.isascii():
        try:
            name.decode()
        except UnicodeDecodeError:
            return False
    return not (set(name) & WINDOWS_FORBIDS or name.endswith((b".", b" ")) or stem in _WINDOWS_RESERVES)


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
