"""Answers that list directories and whole trees."""

from __future__ import annotations

import fnmatch
import os
import stat as modes
import time
import unicodedata
from collections.abc import Iterator

from cutaway.records import DirectoryEntry, EntryAttributes, ExtendedAttribute, FolderEntry, Stat, StatVfs, TreeEntry
from cutaway.testing.answers.base import Family, file_system_use, status, status_of
from cutaway.testing.content import BLOCK
from cutaway.testing.nodes import Entries, Folder, Link, Node, folder
from cutaway.testing.vfs import Place, Refusal, Step, show


class ListingAnswers(Family):
    """ListingCalls, answered."""

    def _open(self, path: bytes) -> tuple[Place, Entries]:
        place = self.tree.folder(path)
        return place, place.node.entries if isinstance(place.node, Folder) else {}

    def ls(self, directory: bytes) -> list[bytes]:
        """List the names."""
        return sorted(self._open(directory)[1])

    def ll(self, directory: bytes) -> str:
        """Print a listing."""
        place, entries = self._open(directory)
        above = place.steps[-2] if len(place.steps) > 1 else place.steps[-1]
        steps = [(b".", place.steps[-1]), (b"..", above)]
        steps += [(name, self.tree.child(place, name, node)) for name, node in sorted(entries.items())]
        total = sum(step.node.blocks for _, step in steps) // 2
        return "".join([f"total {total}\n", *(_ll_line(name, step) for name, step in steps)])

    def readdir(self, directory: bytes) -> Iterator[DirectoryEntry]:
        """List inodes, types and names."""
        place, entries = self._open(directory)
        above = place.steps[-2] if len(place.steps) > 1 else place.steps[-1]
        dots: Entries = {b".": place.node, b"..": above.node}
        for name, node in sorted({**entries, **dots}.items()):
            mounted = above.mounted if name == b".." else place.mounted
            yield DirectoryEntry(mounted.inode(node), node.letter, name)

    def scandir(self, directory: bytes) -> Iterator[FolderEntry]:
        """List everything of each entry, in the order of the disk."""
        place, entries = self._open(directory)
        for name, node in entries.items():
            step = self.tree.child(place, name, node)
            target = node.target if isinstance(node, Link) else b""
            yield FolderEntry(name, status(step), target, self._leads_to_folder(place, name, node))

    def _leads_to_folder(self, place: Place, name: bytes, node: Node) -> bool:
        if not isinstance(node, Link):
            return isinstance(node, Folder)
        try:
            return isinstance(self.tree.resolve(place.path + b"/" + name).node, Folder)
        except Refusal:
            return False

    def scanxattrs(self, directory: bytes) -> Iterator[EntryAttributes]:
        """List the attributes of the entries that have any."""
        _, entries = self._open(directory)
        for name, node in entries.items():
            if node.xattrs:
                found = [ExtendedAttribute(key, value) for key, value in sorted(node.xattrs.items())]
                yield EntryAttributes(name, found)

    def walk(self, directory: bytes) -> Iterator[TreeEntry]:
        """List a tree with the status of everything; what is no directory is listed by itself."""
        place = self.tree.resolve(directory, follow=False)
        yield TreeEntry(b"", status_of(place), place.node.target if isinstance(place.node, Link) else b"")
        for path, found in self.tree.below(place):
            target = found.node.target if isinstance(found.node, Link) else b""
            yield TreeEntry(path, status_of(found), target)

    def find(self, directory: bytes) -> list[bytes]:
        """List the paths of a tree."""
        return sorted(path for path, _ in self.tree.below(self.tree.folder(directory)))

    def search(self, directory: bytes, text: str) -> Iterator[FolderEntry]:
        """List what has a text in its name."""
        sought = _folded(text)
        pattern = sought if any(sign in text for sign in "*?[") else f"*{sought}*"
        for path, found in self.tree.below(self.tree.folder(directory)):
            above, name = found.path.rpartition(b"/")[::2]
            if fnmatch.fnmatchcase(_folded(os.fsdecode(name)), pattern):
                target = found.node.target if isinstance(found.node, Link) else b""
                leads = self._leads_to_folder(self.tree.folder(above or b"/"), name, found.node)
                yield FolderEntry(path, status_of(found), target, leads)

    def du(self, path: bytes) -> int:
        """Add up the blocks."""
        place = self.tree.resolve(path, follow=False)
        seen: dict[tuple[int, int], int] = {}
        for _, found in [(b"", place), *self.tree.below(place)]:
            self.work.progress(0, 0)
            seen[found.mounted.number, id(found.node)] = found.node.blocks
        return -(-sum(seen.values()) // 2)

    def statvfs(self, path: bytes) -> StatVfs:
        """Say size and use."""
        mounted = self.tree.resolve(path).mounted
        blocks, free = file_system_use(mounted)
        flag = 1 if mounted.readonly else 0
        return StatVfs(BLOCK, BLOCK, blocks, free, free, blocks, free, free, mounted.number, flag, 255)

    def df(self) -> str:
        """Print the use of all file systems."""
        lines = ["Filesystem           1K-blocks      Used Available Use% Mounted on\n"]
        for mounted in self.tree.table:
            blocks, free = file_system_use(mounted)
            size, used = blocks * BLOCK // 1024, (blocks - free) * BLOCK // 1024
            lines.append(f"{mounted.device:<20} {size:>9} {used:>9} {size - used:>9}  50% {show(mounted.point)}\n")
        return "".join(lines)

    def df_h(self) -> str:
        """Print the use of all file systems in MiB."""
        lines = ["Filesystem            Size  Used Avail Use% Mounted on\n"]
        for mounted in self.tree.table:
            size, used = (blocks * BLOCK >> 20 for blocks in file_system_use(mounted))
            lines.append(f"{mounted.device:<20} {size:>4}M {used:>4}M {size - used:>4}M  50% {show(mounted.point)}\n")
        return "".join(lines)

    def mkdir(self, path: bytes) -> None:
        """Make a directory."""
        above, _, name = path.rstrip(b"/").rpartition(b"/")
        if not name or self._is_there(path):
            raise Refusal("EEXIST", f"{show(path)} exists")
        try:
            place, entries = self._open(above or b"/")
        except Refusal as refusal:
            raise Refusal(refusal.errno_name, f"{show(path)}: {str(refusal).rpartition(': ')[2]}") from refusal
        if place.mounted.readonly:
            raise Refusal("EROFS", f"{show(path)}: read-only file system")
        entries[name] = folder(mtime_ns=time.time_ns())

    def _is_there(self, path: bytes) -> bool:
        try:
            self.tree.resolve(path, follow=False)
        except Refusal as refusal:
            if refusal.errno_name != "ENOENT":
                raise
            return False
        return True


def _folded(text: str) -> str:
    """Return a text without regard to case and to how its accents are written."""
    return unicodedata.normalize("NFC", text).lower()


def _ll_line(name: bytes, step: Step) -> str:
    found: Stat = status(step)
    when = time.strftime("%b %e %Y", time.gmtime(found.mtime_ns // 10**9))
    arrow = f" -> {show(step.node.target)}" if isinstance(step.node, Link) else ""
    facts = f"{found.nlink:>3} {found.uid:>5} {found.gid:>5} {found.size:>10} {when}"
    return f"{modes.filemode(found.mode)} {facts} {show(name)}{arrow}\n"
