"""Answers about single files."""

from __future__ import annotations

import stat as modes

from cutaway.protocol.framing import MESSAGE_MAX
from cutaway.records import ExtendedAttribute, Stat
from cutaway.testing.answers.base import Family, status, status_of
from cutaway.testing.answers.checksums import checksum_of
from cutaway.testing.answers.describe import describe
from cutaway.testing.content import Content
from cutaway.testing.nodes import Folder, Link, Node
from cutaway.testing.vfs import Place, Refusal, show

#: The longest content in a reply; the message around it needs some room.
CONTENT_MAX = MESSAGE_MAX - 1024
STEP = 1 << 20
#: What a path can be wrong about and still be answered with "no".
ABSENT = {"ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"}


class FileAnswers(Family):
    """FileCalls, answered."""

    def stat(self, path: bytes) -> Stat:
        """Say the status."""
        return status_of(self.tree.resolve(path))

    def lstat(self, path: bytes) -> Stat:
        """Say the status, of a link itself."""
        return status_of(self.tree.resolve(path, follow=False))

    def lstatnslist(self, path: bytes, names: list[bytes]) -> list[Stat | None]:
        """Say the status of several names."""
        place = self.tree.folder(path)
        entries = place.node.entries if isinstance(place.node, Folder) else {}
        dots = {name: status_of(self.tree.resolve(path + b"/" + name)) for name in (b".", b"..")}
        known = dots | {name: status(self.tree.child(place, name, node)) for name, node in entries.items()}
        return [known.get(name) for name in names]

    def _find(self, path: bytes, *, follow: bool) -> Node | None:
        try:
            return self.tree.resolve(path, follow=follow).node
        except Refusal as refusal:
            if refusal.errno_name in ABSENT:
                return None
            raise

    def exists(self, path: bytes) -> bool:
        """Tell whether it is there."""
        return self._find(path, follow=True) is not None

    def is_file(self, path: bytes, followsymlinks: bool = False) -> bool:
        """Tell whether it is a file."""
        node = self._find(path, follow=followsymlinks)
        return node is not None and modes.S_ISREG(node.mode)

    def is_dir(self, path: bytes, followsymlinks: bool = False) -> bool:
        """Tell whether it is a directory."""
        return isinstance(self._find(path, follow=followsymlinks), Folder)

    def is_symlink(self, path: bytes) -> bool:
        """Tell whether it is a link."""
        return isinstance(self._find(path, follow=False), Link)

    def readlink(self, path: bytes) -> bytes:
        """Say what a link says."""
        node = self.tree.resolve(path, follow=False).node
        if not isinstance(node, Link):
            raise Refusal("EINVAL", f"{show(path)} is not a symbolic link")
        return node.target

    def realpath(self, path: bytes) -> bytes:
        """Resolve everything."""
        return self.tree.resolve(path).path

    def getxattrs(self, path: bytes) -> list[ExtendedAttribute]:
        """List the attributes."""
        return _attributes(self.tree.resolve(path))

    def lgetxattrs(self, path: bytes) -> list[ExtendedAttribute]:
        """List the attributes, of a link itself."""
        return _attributes(self.tree.resolve(path, follow=False))

    def cat(self, path: bytes) -> bytes:
        """Say the content."""
        _, node = self.tree.file(path)
        if node.size > CONTENT_MAX:
            raise Refusal("EFBIG", f"{show(path)} is longer than {CONTENT_MAX} bytes")
        return node.content.read(0, node.size)

    def read_file(self, path: bytes) -> bytes:
        """Say the content."""
        return self.cat(path)

    def pread(self, path: bytes, count: int, offset: int) -> bytes:
        """Say a part of the content."""
        if count < 0 or offset < 0:
            raise Refusal("EINVAL", "count and offset cannot be negative")
        if count > CONTENT_MAX:
            raise Refusal("EFBIG", f"{count} bytes are more than {CONTENT_MAX}")
        return self.tree.file(path)[1].content.read(offset, count)

    def head(self, path: bytes) -> list[bytes]:
        """Say the first lines."""
        return self.head_n(10, path)

    def head_n(self, nrlines: int, path: bytes) -> list[bytes]:
        """Say the first lines, or all but the last."""
        content = self.tree.file(path)[1].content
        if nrlines < 0:
            return _sized(self._lines(content)[:nrlines])
        return _sized(self._lines(content, nrlines)[:nrlines])

    def tail(self, path: bytes) -> list[bytes]:
        """Say the last lines."""
        return self.tail_n(10, path)

    def tail_n(self, nrlines: int, path: bytes) -> list[bytes]:
        """Say the last lines, or all from one on."""
        lines = self._lines(self.tree.file(path)[1].content)
        if nrlines < 0:
            return _sized(lines[-nrlines - 1 :])
        return _sized(lines[max(0, len(lines) - nrlines) :])

    def _lines(self, content: Content, enough: int | None = None) -> list[bytes]:
        """Read lines, all or until there are enough."""
        data = bytearray()
        while len(data) < content.size and (enough is None or data.count(b"\n") < enough):
            self.work.check()
            data += content.read(len(data), STEP)
        lines = bytes(data).split(b"\n")
        return lines if lines[-1] else lines[:-1]

    def file(self, path: bytes) -> str:
        """Describe a content."""
        if path.startswith(b"/dev/"):
            return describe(self.guest.block(show(path)).content)
        node = self.tree.resolve(path, follow=False).node
        return describe(node)

    def checksum(self, csumtype: str, path: bytes) -> str:
        """Compute a checksum."""
        return checksum_of(csumtype, self.tree.file(path)[1].content, self.work)

    def filesize(self, path: bytes) -> int:
        """Say the length."""
        return self.tree.file(path)[1].size


def _attributes(place: Place) -> list[ExtendedAttribute]:
    return [ExtendedAttribute(name, value) for name, value in sorted(place.node.xattrs.items())]


def _sized(lines: list[bytes]) -> list[bytes]:
    if sum(map(len, lines)) > CONTENT_MAX:
        raise Refusal("EFBIG", f"these lines are longer than {CONTENT_MAX} bytes")
    return lines
