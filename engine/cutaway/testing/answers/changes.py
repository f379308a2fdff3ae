"""Answers that change what is in folders: names, links, copies, nodes."""

from __future__ import annotations

import dataclasses
import secrets
import stat
import time
from collections.abc import Callable

from cutaway.testing.answers.base import Family, made, taken
from cutaway.testing.nodes import Entries, File, Folder, Link, Node, file, folder, hard_link, link
from cutaway.testing.vfs import Place, Refusal, show

UMASK = 0o022
_NODES = {stat.S_IFIFO, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFSOCK, stat.S_IFREG}


class ChangeAnswers(Family):
    """ChangeCalls, answered."""

    def _parent(self, path: bytes) -> tuple[Entries, bytes]:
        """Find the folder that holds a path, which can be written; return its entries and the last component."""
        above, _, name = path.rstrip(b"/").rpartition(b"/")
        if name in {b"", b".", b".."}:
            raise Refusal("EINVAL", f"{show(path)}: invalid argument")
        place = self.tree.folder(above or b"/")
        if place.mounted.readonly:
            raise Refusal("EROFS", f"{show(path)}: read-only file system")
        assert isinstance(place.node, Folder)  # noqa: S101 the tree has looked
        return place.node.entries, name

    def _new(self, path: bytes, node: Node) -> None:
        entries, name = self._parent(path)
        if name in entries:
            raise Refusal("EEXIST", f"{show(path)}: file exists")
        entries[name] = node

    def _old(self, path: bytes) -> tuple[Entries, bytes, Node]:
        entries, name = self._parent(path)
        if name not in entries:
            raise Refusal("ENOENT", f"{show(path)}: no such file or directory")
        return entries, name, entries[name]

    def mkdir_p(self, path: bytes) -> None:
        """Make directories."""
        at = b""
        for name in filter(None, path.split(b"/")):
            at += b"/" + name
            entries, last = self._parent(at)
            entries.setdefault(last, made(folder()))
            self.tree.folder(at)

    def mkdir_mode(self, path: bytes, mode: int) -> None:
        """Make a directory with a mode."""
        if mode & ~0o7777:
            raise Refusal("EINVAL", f"the mode {mode:#o} has more than permissions")
        self._new(path, made(folder(mode=mode & ~self.guest.umask)))

    def rmdir(self, path: bytes) -> None:
        """Remove an empty directory."""
        entries, name, node = self._old(path)
        if not isinstance(node, Folder):
            raise Refusal("ENOTDIR", f"{show(path)}: not a directory")
        self._check_no_mount(path)
        if node.entries:
            raise Refusal("ENOTEMPTY", f"{show(path)}: directory not empty")
        del entries[name]

    def _check_no_mount(self, path: bytes) -> None:
        whole = self.tree.resolve(path, follow=False).path
        for mounted in self.tree.table:
            if mounted.point == whole or mounted.point.startswith(whole + b"/"):
                raise Refusal("EBUSY", f"{show(mounted.point)}: {mounted.device} is mounted there")

    def rm(self, path: bytes) -> None:
        """Remove a file."""
        entries, name, node = self._old(path)
        if isinstance(node, Folder):
            raise Refusal("EISDIR", f"{show(path)}: is a directory")
        taken(entries, name)

    def rm_f(self, path: bytes) -> None:
        """Remove a file that may not be there."""
        self._unless_missing(self.rm, path)

    def rm_rf(self, path: bytes) -> None:
        """Remove a tree that may not be there."""
        self._unless_missing(self._remove, path)

    def _unless_missing(self, remove: Callable[[bytes], None], path: bytes) -> None:
        try:
            remove(path)
        except Refusal as refusal:
            if refusal.errno_name not in {"ENOENT", "ENOTDIR"}:
                raise

    def _remove(self, path: bytes) -> None:
        entries, name, node = self._old(path)
        self._check_no_mount(path)
        pending: list[tuple[Entries, bytes]] = [(entries, name)]
        below = [node]
        while below:
            at = below.pop()
            if isinstance(at, Folder):
                pending += [(at.entries, name) for name in at.entries]
                below += at.entries.values()
        for done, (holder, last) in enumerate(reversed(pending), 1):
            self.work.moved(1)
            self.work.progress(done, len(pending))
            taken(holder, last)

    def mv(self, src: bytes, dest: bytes) -> None:
        """Move something."""
        target = self._into(src, dest)
        self._check_outside(src, target)
        self._check_no_mount(src)
        self.rename(src, target)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give something another name."""
        entries, name, node = self._old(oldpath)
        target, new = self._parent(newpath)
        old = target.get(new)
        if old is node:
            return
        if isinstance(old, Folder) and not isinstance(node, Folder):
            raise Refusal("EISDIR", f"{show(newpath)}: is a directory")
        if old is not None and isinstance(node, Folder) and not isinstance(old, Folder):
            raise Refusal("ENOTDIR", f"{show(newpath)}: not a directory")
        if isinstance(old, Folder) and old.entries:
            raise Refusal("ENOTEMPTY", f"{show(newpath)}: directory not empty")
        if old is not None:
            taken(target, new)
        del entries[name]
        target[new] = node

    def _into(self, src: bytes, dest: bytes) -> bytes:
        try:
            self.tree.folder(dest)
        except Refusal:
            return dest.rstrip(b"/")
        return dest.rstrip(b"/") + b"/" + src.rstrip(b"/").rpartition(b"/")[2]

    def _check_outside(self, src: bytes, target: bytes) -> None:
        whole = self.tree.resolve(src, follow=False).path
        above = self.tree.folder(target.rpartition(b"/")[0] or b"/").path.rstrip(b"/")
        if (above + b"/").startswith(whole + b"/") or above + b"/" + target.rpartition(b"/")[2] == whole:
            raise Refusal("EINVAL", f"{show(target)}: it cannot be copied or moved into itself")

    def cp(self, src: bytes, dest: bytes) -> None:
        """Copy a file."""
        place, node = self.tree.file(src)
        target = self._into(src, dest)
        entries, name = self._parent(target)
        if entries.get(name) is node:
            raise Refusal("EINVAL", f"{show(target)}: it is the same file")
        self._copied(place, entries, name, archive=False)

    def cp_a(self, src: bytes, dest: bytes) -> None:
        """Copy a tree with all there is."""
        self._copy(src, dest, archive=True)

    def cp_r(self, src: bytes, dest: bytes) -> None:
        """Copy a tree."""
        self._copy(src, dest, archive=False)

    def _copy(self, src: bytes, dest: bytes, *, archive: bool) -> None:
        place, target = self.tree.resolve(src, follow=False), self._into(src, dest)
        self._check_outside(src, target)
        entries, name = self._parent(target)
        old = entries.get(name)
        if old is not None and isinstance(old, Folder) != isinstance(place.node, Folder):
            code = "EISDIR" if isinstance(old, Folder) else "ENOTDIR"
            raise Refusal(code, f"{show(target)}: there is something else")
        self._copied(place, entries, name, archive=archive)

    def _copied(self, place: Place, entries: Entries, name: bytes, *, archive: bool) -> None:
        """Copy a node, and what is below it."""
        seen: dict[int, Node] = {}
        pending = [(place.node, entries, name)]
        while pending:
            self.work.check()
            node, holder, new = pending.pop()
            old = holder.get(new)
            if isinstance(node, Folder):
                if not isinstance(old, Folder):
                    holder[new] = old = _like(dataclasses.replace(node, made={}), node, archive=archive)
                assert isinstance(old, Folder)  # noqa: S101 it was, or was made
                pending += [(item, old.entries, last) for last, item in node.entries.items()]
            elif archive and id(node) in seen:
                holder[new] = hard_link(seen[id(node)])
            else:
                copy = _like(dataclasses.replace(node, nlink=1), node, archive=archive)
                if isinstance(old, File) and not archive:
                    copy.mode, copy.uid, copy.gid = old.mode, old.uid, old.gid
                holder[new] = seen[id(node)] = copy

    def ln(self, target: bytes, linkname: bytes) -> None:
        """Make a hard link."""
        node = self._old(target)[2]
        if isinstance(node, Folder):
            raise Refusal("EPERM", f"{show(linkname)}: operation not permitted")
        self._new(linkname, node)
        hard_link(node)

    def ln_f(self, target: bytes, linkname: bytes) -> None:
        """Make a hard link over a file."""
        if self._parent(linkname)[0].get(self._parent(linkname)[1]) is self._old(target)[2]:
            return
        self.rm_f(linkname)
        self.ln(target, linkname)

    def ln_s(self, target: bytes, linkname: bytes) -> None:
        """Make a symbolic link."""
        self._new(linkname, made(link(target)))

    def ln_sf(self, target: bytes, linkname: bytes) -> None:
        """Make a symbolic link over a file."""
        self.rm_f(linkname)
        self.ln_s(target, linkname)

    def mkfifo(self, mode: int, path: bytes) -> None:
        """Make a pipe."""
        self._make_node(stat.S_IFIFO, mode, 0, 0, path)

    def mknod_b(self, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
        """Make a block device."""
        self._make_node(stat.S_IFBLK, mode, devmajor, devminor, path)

    def mknod_c(self, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
        """Make a character device."""
        self._make_node(stat.S_IFCHR, mode, devmajor, devminor, path)

    def mknod(self, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
        """Make any node."""
        self._make_node(stat.S_IFMT(mode), mode & 0o7777, devmajor, devminor, path)

    def _make_node(self, kind: int, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
        if kind not in _NODES or mode & ~0o7777:
            raise Refusal("EINVAL", f"the mode {mode:#o} is none of a node")
        mode = mode & ~self.guest.umask
        number = devmajor << 8 | devminor
        self._new(path, made(file(mode=mode) if kind == stat.S_IFREG else Node(mode=kind | mode, rdev=number)))

    def mkdtemp(self, tmpl: bytes) -> bytes:
        """Make a directory of a new name."""
        path = _named(tmpl, b"")
        self._new(path, made(folder(mode=0o700)))
        return path

    def mktemp(self, tmpl: bytes, suffix: bytes | None) -> bytes:
        """Make a file of a new name."""
        path = _named(tmpl, suffix or b"")
        self._new(path, made(file(mode=0o600)))
        return path

    def umask(self, mask: int) -> int:
        """Set the mask."""
        if mask & ~0o777:
            raise Refusal("EINVAL", f"the mask {mask:#o} has more than permissions")
        old, self.guest.umask = self.guest.umask, mask
        return old

    def get_umask(self) -> int:
        """Say the mask."""
        return self.guest.umask


def _named(tmpl: bytes, suffix: bytes) -> bytes:
    if not tmpl.endswith(b"XXXXXX"):
        raise Refusal("EINVAL", f"{show(tmpl)}: a template must end in XXXXXX")
    return tmpl[:-6] + secrets.token_hex(3).encode() + suffix


def _like(copy: Node, node: Node, *, archive: bool) -> Node:
    """Return a copy with what is kept: everything, or the permissions alone."""
    copy.xattrs = dict(node.xattrs) if archive else {}
    if not archive:
        copy.uid = copy.gid = 0
        copy.mtime_ns = time.time_ns()
        if not isinstance(copy, Link):
            copy.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(node.mode) & 0o777 & ~UMASK
    return copy
