"""What becomes of each entry that the image lists: made on the host, or left out and why.

Pure: entries in, decisions out, one after another; only folders and names of several links are remembered. The list
comes from the guest and is hostile: every entry has to lie in a folder that came before, under a plain name.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cutaway.errors import ProtocolError
from cutaway.records import ExportItem, Stat
from cutaway.transfer.host_names import why_not_encoded
from cutaway.transfer.policy import NAME_MAX, ExtractPolicy, is_plain_name, is_portable_name, stays_inside

#: Folders nested deeper are an attack on programs that walk them.
DEPTH_MAX = 400
#: What is left out is told in full up to so many times.
TOLD_MAX = 10_000
#: What of a tree has to be remembered may be so long in all: paths, and a sum for each.
REMEMBERED_MAX, ENTRY_COST = 1 << 30, 64
_SPECIAL = {
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}
_DEVICES = frozenset({stat.S_IFCHR, stat.S_IFBLK})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not extracted: its path in the image, and the reason for a person.

    Attributes:
        destination: Where on the host it would be, for what could not be had though it was wanted; else "".
    """

    path: bytes
    reason: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """Something to be made.

    Attributes:
        path: As the image lists it, relative to the directory that the extraction began in.
        target: What a symbolic link says; for a hard link the path of the file it is a second name of.
        xattrs: Names and values of extended attributes in turn.
    """

    path: bytes
    stat: Stat
    target: bytes = b""
    xattrs: tuple[bytes, ...] = ()


class Planner:
    """Decides about the entries of the trees that are extracted from one directory.

    Attributes:
        folders: Those that are made, each before what it holds.
        hard_links: Second names of files, to be made at the end.
        left_out: What is not made, and why; the first TOLD_MAX.
        left_out_count: How much that is in all.
        left_out_reason: Why the last was left out.
    """

    def __init__(
        self,
        directory: bytes,
        names: Iterable[bytes],
        policy: ExtractPolicy,
        *,
        depths: Mapping[bytes, int] | None = None,
        keeps_second_names: bool = True,
    ) -> None:
        """Begin.

        Args:
            directory: The directory in the image.
            names: What was asked for in it; an empty name means the directory itself.
            policy: The rules.
            depths: How many folders that were extracted before lie above each name.
            keeps_second_names: Whether a file may have several names; else each becomes a file of its own.
        """
        self._directory = directory
        self._wanted = set(names)
        self._depths = depths or {}
        self._keeps_second_names = keeps_second_names
        self._policy = policy
        self._barred: set[bytes] = set()
        self._room = REMEMBERED_MAX
        self._first_names: dict[tuple[int, int], bytes] = {}
        self.folders: dict[bytes, Planned] = {}
        self.hard_links: list[Planned] = []
        self.left_out: list[LeftOut] = []
        self.left_out_count = 0
        self.left_out_reason = ""

    def decide(self, item: ExportItem, status: Stat) -> Planned | None:
        """Return what an entry becomes, unless it is a second name of a file or is left out; both are remembered."""
        path, parent = item.path, item.path.rpartition(b"/")[0]
        if parent in self._barred and path not in self._wanted:
            self._bar(path)
            return None
        if reason := self._why_not(path, parent) or self._why_not_kind(path, status, item.target):
            self.leave_out(path, reason)
            return None
        planned = Planned(path, status, item.target, tuple(item.xattrs))
        kind = stat.S_IFMT(status.mode)
        if kind == stat.S_IFDIR:
            self.remember(path)
            self.folders[path] = planned
        elif kind == stat.S_IFREG and self._keeps_second_names and status.nlink > 1 and self._is_second(planned):
            return None
        return planned

    def is_root(self, path: bytes) -> bool:
        """Tell whether this was asked for itself."""
        return path in self._wanted

    def why_left_out(self, path: bytes) -> str:
        """Return why something was left out, right after it was; empty for a second name of a file."""
        if path not in self._barred:
            return ""
        last = self.left_out[-1] if self.left_out else None
        return last.reason if last and last.path == self.path_of(path) else "its folder is left out"

    def is_another_name(self, path: bytes) -> bool:
        """Tell whether the entry that was decided about last is a second name of a file."""
        return bool(self.hard_links) and self.hard_links[-1].path == path

    def is_barred(self, path: bytes) -> bool:
        """Tell whether something was left out."""
        return path in self._barred

    def bar(self, path: bytes) -> None:
        """Take note that a folder could not be made: nothing below it can."""
        self.folders.pop(path, None)
        self._bar(path)

    def _bar(self, path: bytes) -> None:
        self.remember(path)
        self._barred.add(path)

    def remember(self, path: bytes, reason: str = "") -> None:
        """Take note that a path is kept to the end, wherever, and perhaps what is wrong with it.

        Raises:
            ProtocolError: it is too much: a list without an end would fill the memory.
        """
        self._room -= len(path) + len(reason) + ENTRY_COST
        if self._room < 0:
            raise ProtocolError("the image lists more than can be remembered of one extraction")

    def path_of(self, path: bytes) -> bytes:
        """Return the whole path in the image of an entry."""
        return self._directory.rstrip(b"/") + b"/" + path if path else self._directory

    def leave_out(self, path: bytes, reason: str) -> None:
        """Take note that something is not extracted, nor what is below it."""
        self.left_out_count += 1
        self.left_out_reason = reason
        if len(self.left_out) < TOLD_MAX:
            self.left_out.append(LeftOut(self.path_of(path), reason))
        if path not in self.folders:
            self._bar(path)

    def _why_not(self, path: bytes, parent: bytes) -> str:
        """Return why an entry's path cannot be used; empty if it can."""
        name = path.rpartition(b"/")[2]
        if path in self.folders or path in self._wanted:
            return "the image lists it twice" if path in self.folders else ""
        if not is_plain_name(name) or (b"/" in path and not parent):
            return "its name is none that a file can have"
        if len(name) > NAME_MAX:
            return "its name is too long"
        if parent not in self.folders:
            return "the image lists it outside of its folder"
        if reason := self._why_not_portable(name):
            return reason
        return "it is nested too deep" if path.count(b"/") >= DEPTH_MAX else ""

    def _why_not_portable(self, name: bytes) -> str:
        if self._policy.encode_names:
            return why_not_encoded(name)
        is_refused = self._policy.portable_names and not is_portable_name(name)
        return "its name is not allowed on Windows" if is_refused else ""

    def _why_not_kind(self, path: bytes, status: Stat, target: bytes) -> str:
        """Return why something of this kind is not made; empty if it is."""
        kind = stat.S_IFMT(status.mode)
        if kind in {stat.S_IFDIR, stat.S_IFREG}:
            return ""
        if kind == stat.S_IFLNK:
            return self._why_no_link(path, target)
        keeps = {"skip": frozenset[int](), "pipes": frozenset(_SPECIAL) - _DEVICES, "all": frozenset(_SPECIAL)}
        allowed = kind in keeps[self._policy.specials]
        return "" if allowed else f"it is {_SPECIAL.get(kind, 'of an unknown kind')}"

    def _why_no_link(self, path: bytes, target: bytes) -> str:
        root = next((name for name in self._ancestors(path) if name in self._wanted), path)
        depth = path.count(b"/") - root.count(b"/") if root else path.count(b"/") + 1
        depth += self._depths.get(root, 0)
        if self._policy.symlinks == "skip":
            return "it is a symbolic link"
        if not target or b"\0" in target:
            return "it is a damaged symbolic link"
        if self._policy.symlinks == "keep-safe" and not stays_inside(depth, target):
            shown = target.decode("utf-8", "backslashreplace")
            return f"it is a symbolic link that leads out of what is extracted, to {shown}"
        return ""

    @staticmethod
    def _ancestors(path: bytes) -> Iterable[bytes]:
        """Give the path of each folder above, the uppermost first, and the path itself."""
        yield b""
        end = path.find(b"/")
        while end >= 0:
            yield path[:end]
            end = path.find(b"/", end + 1)
        yield path

    def _is_second(self, planned: Planned) -> bool:
        """Tell whether a file has come before under another name; remember this one otherwise."""
        self.remember(planned.path)
        inode = (planned.stat.dev, planned.stat.ino)
        first = self._first_names.setdefault(inode, planned.path)
        if first == planned.path:
            return False
        self.hard_links.append(Planned(planned.path, planned.stat, first))
        return True
