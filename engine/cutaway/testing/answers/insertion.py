"""Answers that bring whole trees in: tar files into folders of the model."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Iterator

from cutaway.file_names import next_name
from cutaway.records import InsertFailure, InsertPlace
from cutaway.testing.answers.base import Family
from cutaway.testing.answers.tar import pack
from cutaway.testing.content import Content, Literal
from cutaway.testing.nodes import File, Folder, Node, fifo, file, folder, hard_link, link
from cutaway.testing.vfs import Refusal, show

STEP = 1 << 20
_HIDDEN = re.compile(rb"\.cutaway-[0-9a-f]{16}\.part")
_XATTR = "SCHILY.xattr."


class _Drive(io.RawIOBase):
    """A drive's content as a file that can be read and positioned."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._content.size}[whence]
        self._position = start + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._content.read(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


class InsertionAnswers(Family):
    """InsertionCalls, answered."""

    def insert_begin(self, directory: bytes) -> InsertPlace:
        """Make the hidden folder."""
        place = self.tree.folder(directory)
        if place.mounted.readonly:
            raise Refusal("EROFS", f"{show(directory)}: read-only file system")
        entries = _entries(place.node)
        for name in [name for name in entries if _HIDDEN.fullmatch(name)]:
            del entries[name]
        name = b".cutaway-%s.part" % os.urandom(8).hex().encode()
        entries[name] = folder(mode=0o700)
        return InsertPlace(place.path.rstrip(b"/") + b"/" + name, place.node.uid, place.node.gid)

    def _staging(self, path: bytes) -> tuple[dict[bytes, Node], bytes, Folder]:
        """Find a hidden folder: the entries of what holds it, its name, and itself."""
        above, _, name = path.rpartition(b"/")
        node = self.tree.folder(path).node
        if not _HIDDEN.fullmatch(name) or not isinstance(node, Folder):
            raise Refusal("EINVAL", f"{show(path)}: not the hidden folder of an insertion")
        return _entries(self.tree.folder(above or b"/").node), name, node

    def insert_unpack(
        self, filename: list[str | int], staging: bytes, into: bytes, acls: bool  # noqa: ARG002 memory has none of it
    ) -> list[InsertFailure]:  # fmt: skip
        """Unpack a tar file."""
        _, _, target = self._staging(staging)
        if into:
            target.entries[into] = target = folder(mode=0o700)
        size = int(filename[1])
        drive = _Drive(self.guest.block(str(filename[0])).content)
        with tarfile.open(fileobj=io.BufferedReader(drive), encoding="utf-8", errors="surrogateescape") as tar:
            for info in tar:
                self.work.progress(info.offset_data, size)
                _put(target, tar, info)
                self.work.moved(info.size)
        return []

    def insert_fill(self, filename: list[str | int], staging: bytes, path: bytes, extents: list[int]) -> None:  # noqa: ARG002 memory has none of it
        """Give a file its content."""
        _, _, target = self._staging(staging)
        *above, name = path.split(b"/")
        at = _descend(target, above)
        source, size, data = self.guest.block(str(filename[0])).content, int(filename[1]), bytearray()
        try:
            while len(data) < size:
                self.work.progress(len(data), size)
                data += (piece := source.read(len(data), min(STEP, size - len(data))))
                self.work.moved(len(piece))
        except Refusal:
            del at.entries[name]
            raise
        node = at.entries[name]
        assert isinstance(node, File)  # noqa: S101 the archive had it
        node.content = Literal(bytes(data))

    def insert_finish(
        self, staging: bytes, staged: list[bytes], names: list[bytes], conflict: str, sync: bool  # noqa: ARG002 memory has none of it
    ) -> list[InsertPlace]:  # fmt: skip
        """Move what was staged to its names."""
        entries, hidden, target = self._staging(staging)
        above = staging.rpartition(b"/")[0]
        before = dict(entries)
        try:
            placed = [_place(entries, target, *pair, conflict, before) for pair in zip(staged, names, strict=True)]
        except Refusal:
            entries.clear()
            entries.update(before)
            raise
        del entries[hidden]
        return [InsertPlace(above + b"/" + name if name else b"", reason=reason) for name, reason in placed]

    def pack_path(self, path: bytes) -> None:
        """Send a tar file."""
        place = self.tree.resolve(path, follow=False)
        if isinstance(place.node, Folder):
            root, entries = place, list(self.tree.below(place))
        else:
            name = path.rstrip(b"/").rpartition(b"/")[2]
            root, entries = self.tree.resolve(path[: -len(name)] or b"/"), [(name, place)]
        pieces = pack(
            root, entries,
            compress=None, numeric=True, excludes=[], with_xattrs=True, with_root=isinstance(place.node, Folder),
        )  # fmt: skip
        for data, done, total in pieces:
            if data:
                self.work.piece(data)
            self.work.progress(done, total)
        self.work.end_file()


def _entries(node: Node) -> dict[bytes, Node]:
    assert isinstance(node, Folder)  # noqa: S101 the tree has looked
    return node.entries


def _descend(top: Folder, names: list[bytes]) -> Folder:
    for name in names:
        below = top.entries.get(name)
        if not isinstance(below, Folder):
            raise Refusal("ENOTDIR", f"{show(name)}: not a directory")
        top = below
    return top


def _put(target: Folder, tar: tarfile.TarFile, info: tarfile.TarInfo) -> None:
    """Put a member of a tar file into a folder."""
    path = os.fsencode(info.name).removeprefix(b"./").strip(b"/")
    if path in {b"", b"."}:
        _dress(target, info)
        return
    *above, name = path.split(b"/")
    at = _descend(target, above)
    if info.islnk():
        *above, old = os.fsencode(info.linkname).removeprefix(b"./").split(b"/")
        at.entries[name] = hard_link(_descend(target, above).entries[old])
        return
    at.entries[name] = _dress(_node(tar, info), info)


def _node(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Node:
    if info.isdir():
        return folder()
    if info.issym():
        return link(os.fsencode(info.linkname))
    if info.isfifo():
        return fifo()
    extracted = tar.extractfile(info)
    return file(Literal(extracted.read() if extracted else b""))


def _dress(node: Node, info: tarfile.TarInfo) -> Node:
    """Give a node what its header says."""
    node.mode = node.mode & ~0o7777 | (0o777 if info.issym() else info.mode)
    node.uid, node.gid = info.uid, info.gid
    text = info.pax_headers.get("mtime", "")
    seconds, _, rest = text.partition(".")
    node.mtime_ns = int(seconds) * 10**9 + int(rest.ljust(9, "0")[:9]) if text else int(info.mtime) * 10**9
    node.xattrs = {
        key.removeprefix(_XATTR).encode(): value.encode("utf-8", "surrogateescape")
        for key, value in info.pax_headers.items() if key.startswith(_XATTR)
    }  # fmt: skip
    return node


def _place(
    entries: dict[bytes, Node], staging: Folder, path: bytes, name: bytes, conflict: str, before: dict[bytes, Node]
) -> tuple[bytes, str]:
    *above, last = path.split(b"/")
    node = _descend(staging, above).entries.get(last)
    if node is None:
        return b"", "ENOENT"
    if name in entries and name not in before:
        conflict = "rename"
    if name in entries and conflict == "skip":
        return b"", "EEXIST"
    if name in entries and (conflict == "fail" or (conflict == "replace" and _is_folder(node, entries[name]))):
        raise Refusal("EEXIST", f"{show(name)}: exists")
    new = name if conflict == "replace" else next(name for name in _names(name, node) if name not in entries)
    entries[new] = node
    return new, ""


def _is_folder(*nodes: Node) -> bool:
    return any(isinstance(node, Folder) for node in nodes)


def _names(name: bytes, node: Node) -> Iterator[bytes]:
    yield name
    for number in range(2, 1 << 20):
        yield next_name(name, number, is_folder=isinstance(node, Folder))
