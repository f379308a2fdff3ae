"""Answers that write into files, and that set what they have beside their content."""

from __future__ import annotations

import stat
import time

from cutaway.protocol.framing import MESSAGE_MAX
from cutaway.records import ExtendedAttribute
from cutaway.testing.answers.base import Family, made
from cutaway.testing.content import Literal
from cutaway.testing.nodes import File, Folder, Link, Node, file
from cutaway.testing.vfs import Place, Refusal, show

_OMIT, _NOW = -2, -1


class WritingAnswers(Family):
    """WritingCalls, answered, but for what comes from the host; and AttributeCalls as far as nodes have such."""

    def _opened_file(self, path: bytes, *, may_make: bool = True) -> File:
        try:
            place, node = self.tree.file(path)
        except Refusal as refusal:
            if refusal.errno_name != "ENOENT" or not may_make:
                raise
            return self._new_file(path)
        self._check_writable(place, path)
        return node

    def _new_file(self, path: bytes) -> File:
        above, _, name = path.rpartition(b"/")
        place = self.tree.folder(above or b"/")
        old = place.node.entries.get(name) if isinstance(place.node, Folder) else None
        if isinstance(old, Link):  # one to nothing: the file is made there
            return self._new_file(old.target if old.target[:1] == b"/" else above + b"/" + old.target)
        self._check_writable(place, path)
        assert isinstance(place.node, Folder)  # noqa: S101 the tree has looked
        node = file(mode=0o666 & ~self.guest.umask)
        place.node.entries[name] = made(node)
        return node

    def _check_writable(self, place: Place, path: bytes) -> None:
        if place.mounted.readonly:
            raise Refusal("EROFS", f"{show(path)}: read-only file system")

    def _set_content(self, node: File, data: bytes) -> None:
        node.content, node.mtime_ns = Literal(data), time.time_ns()

    def _content_of(self, node: File) -> bytes:
        return node.content.read(0, node.size)

    def touch(self, path: bytes) -> None:
        """Set times to now."""
        self._opened_file(path).mtime_ns = time.time_ns()

    def truncate(self, path: bytes) -> None:
        """Make it empty."""
        self.truncate_size(path, 0)

    def truncate_size(self, path: bytes, size: int) -> None:
        """Set the length."""
        node = self._opened_file(path, may_make=False)
        if size < 0:
            raise Refusal("EINVAL", f"{show(path)}: {size} is no length or offset")
        self._set_content(node, self._content_of(node)[:size].ljust(size, b"\0"))

    def write(self, path: bytes, content: bytes) -> None:
        """Replace the content."""
        self._set_content(self._opened_file(path), content)

    def write_append(self, path: bytes, content: bytes) -> None:
        """Write at the end."""
        node = self._opened_file(path)
        self._set_content(node, self._content_of(node) + content)

    def pwrite(self, path: bytes, content: bytes, offset: int) -> int:
        """Write somewhere."""
        node = self._opened_file(path, may_make=False)
        if offset < 0:
            raise Refusal("EINVAL", f"{show(path)}: {offset} is no length or offset")
        self._write_at(node, content, offset)
        return len(content)

    def _write_at(self, node: File, content: bytes, offset: int) -> None:
        data = self._content_of(node)
        if content:
            data = data.ljust(offset, b"\0")
            data = data[:offset] + content + data[offset + len(content) :]
        self._set_content(node, data)

    def fallocate64(self, path: bytes, len: int) -> None:  # noqa: A002 the call's own argument
        """Make a file of zeros."""
        self._fill(b"\0", len, path)

    def fill(self, c: int, len: int, path: bytes) -> None:  # noqa: A002 the call's own argument
        """Make a file of equal bytes."""
        if not 0 <= c <= 0xFF:
            raise Refusal("EINVAL", f"{c} is no byte")
        self._fill(bytes([c]), len, path)

    def fill_pattern(self, pattern: bytes, len: int, path: bytes) -> None:  # noqa: A002 the call's own argument
        """Make a file of a pattern."""
        if not pattern:
            raise Refusal("EINVAL", "the pattern is empty")
        self._fill(pattern, len, path)

    def _fill(self, pattern: bytes, length: int, path: bytes) -> None:
        if length < 0:
            raise Refusal("EINVAL", f"{length} is no length or offset")
        self._set_content(self._opened_file(path), (pattern * (length // len(pattern) + 1))[:length])

    def fill_dir(self, dir: bytes, nr: int) -> None:  # noqa: A002 the call's own argument
        """Make many files."""
        for index in range(nr):
            self._opened_file(dir.rstrip(b"/") + b"/%08d" % index)

    def copy_file_to_file(
        self,
        src: bytes,
        dest: bytes,
        srcoffset: int | None,
        destoffset: int | None,
        size: int | None,
        sparse: bool,  # noqa: ARG002 memory has no holes to keep
        append: bool,
    ) -> None:
        """Copy a part."""
        source, start = self.tree.file(src)[1], srcoffset or 0
        there = max(0, source.size - start)
        wanted = there if size is None else size
        if (append and destoffset) or min(start, destoffset or 0, wanted) < 0 or wanted > there:
            raise Refusal("EINVAL", f"{show(src)}: there are only {there} bytes from offset {start} on")
        data, target = source.content.read(start, wanted), self._opened_file(dest)
        if target is source:
            raise Refusal("EINVAL", f"{show(dest)}: it is the same file")
        kept = self._content_of(target) if append else bytes(destoffset or 0)
        self._set_content(target, kept + data)

    def _writable_node(self, path: bytes, *, follow: bool) -> Node:
        place = self.tree.resolve(path, follow=follow)
        self._check_writable(place, path)
        return place.node

    def chmod(self, mode: int, path: bytes) -> None:
        """Set the mode."""
        if not 0 <= mode <= 0o177777:
            raise Refusal("EINVAL", f"the mode {mode:#o} has more than permissions and a type")
        node = self._writable_node(path, follow=True)
        node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)

    def chown(self, owner: int, group: int, path: bytes) -> None:
        """Set the owner."""
        self._own(self._writable_node(path, follow=True), owner, group)

    def lchown(self, owner: int, group: int, path: bytes) -> None:
        """Set the owner of a link itself."""
        self._own(self._writable_node(path, follow=False), owner, group)

    def _own(self, node: Node, owner: int, group: int) -> None:
        if min(owner, group) < -1:
            raise Refusal("EINVAL", "that is no number of a user or group")
        node.uid = node.uid if owner < 0 else owner
        node.gid = node.gid if group < 0 else group

    def utimens(self, path: bytes, atsecs: int, atnsecs: int, mtsecs: int, mtnsecs: int) -> None:  # noqa: ARG002 nodes have one time
        """Set the time."""
        node = self._writable_node(path, follow=False)
        if mtnsecs == _NOW:
            node.mtime_ns = time.time_ns()
        elif mtnsecs != _OMIT:
            node.mtime_ns = mtsecs * 10**9 + mtnsecs

    def setxattr(self, xattr: str, val: bytes, vallen: int, path: bytes) -> None:
        """Set an attribute."""
        self._set_xattr(self._writable_node(path, follow=True), xattr, val, vallen)

    def lsetxattr(self, xattr: str, val: bytes, vallen: int, path: bytes) -> None:
        """Set an attribute of a link itself."""
        self._set_xattr(self._writable_node(path, follow=False), xattr, val, vallen)

    def _set_xattr(self, node: Node, xattr: str, val: bytes, vallen: int) -> None:
        if not 0 <= vallen <= len(val):
            raise Refusal("EINVAL", f"the value has {len(val)} bytes, not {vallen}")
        node.xattrs[xattr.encode()] = val[:vallen]

    def removexattr(self, xattr: str, path: bytes) -> None:
        """Remove an attribute."""
        self._unset_xattr(self._writable_node(path, follow=True), xattr, path)

    def lremovexattr(self, xattr: str, path: bytes) -> None:
        """Remove an attribute of a link itself."""
        self._unset_xattr(self._writable_node(path, follow=False), xattr, path)

    def _unset_xattr(self, node: Node, xattr: str, path: bytes) -> None:
        if node.xattrs.pop(xattr.encode(), None) is None:
            raise Refusal("ENODATA", f"{show(path)}: no data available")

    def lxattrlist(self, path: bytes, names: list[bytes]) -> list[list[ExtendedAttribute] | None]:
        """Say the attributes of many."""
        node = self.tree.folder(path).node
        entries = node.entries if isinstance(node, Folder) else {}
        return [
            [ExtendedAttribute(key, value) for key, value in sorted(entries[name].xattrs.items())]
            if name in entries else None
            for name in names
        ]  # fmt: skip

    def copy_attributes(
        self, src: bytes, dest: bytes, all: bool, mode: bool, xattributes: bool, ownership: bool  # noqa: A002 the call's own argument
    ) -> None:  # fmt: skip
        """Give one what another has."""
        source, target = self.tree.resolve(src).node, self._writable_node(dest, follow=True)
        if all or mode:
            target.mode = stat.S_IFMT(target.mode) | stat.S_IMODE(source.mode)
        if all or ownership:
            target.uid, target.gid = source.uid, source.gid
        if all or xattributes:
            target.xattrs |= source.xattrs

    def upload_offset(self, filename: list[str | int], remotefile: bytes, offset: int) -> None:
        """Write a drive's content somewhere."""
        size = int(filename[1])
        if size > MESSAGE_MAX << 4:
            raise Refusal("EFBIG", "the fake appliance keeps files in memory")
        node = self._opened_file(remotefile)
        self._write_at(node, self.guest.block(str(filename[0])).content.read(0, size) if size else b"", offset)
