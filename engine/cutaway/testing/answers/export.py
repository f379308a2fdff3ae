"""Answers that bring whole trees to the host."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from cutaway.protocol.framing import Mark
from cutaway.records import ContentMap, ExportItem
from cutaway.testing.answers.base import Family, status_of
from cutaway.testing.nodes import File, Link
from cutaway.testing.vfs import Place, Refusal, show

#: Extended attributes of one file that are longer in all are left out, as by the daemon.
XATTRS_MAX = 1 << 20


class ExportAnswers(Family):
    """ExportCalls, answered: contents in memory lie on no drive, so all of them are sent."""

    def export_tree(
        self,
        directory: bytes,
        names: list[bytes],
        drives: list[str],  # noqa: ARG002 there are none
        xattrs: bool,
    ) -> Sequence[ExportItem]:
        """List the trees, then send the contents."""
        found = list(self._entries(directory, names))
        broken = {path for path, _ in found if self._is_unreadable(directory, path)}
        found = [(path, place) for path, place in found if not any(path.startswith(above + b"/") for above in broken)]
        items = [_item(path, place, with_xattrs=xattrs) for path, place in found]
        folders = [path for path, place in found if path in broken and not isinstance(place.node, File)]
        self.work.pages([*items, *map(_failure, folders), ExportItem(b"", None)])
        files = [(path, place.node) for path, place in found if isinstance(place.node, File)]
        whole, done = sum(node.size for _, node in files), 0
        for path, node in files:
            if path in broken:
                self.work.end_file(Mark.FAILED)
                self.work.pages([_failure(path)])
                continue
            self.work.stream(node.content, whole=whole, done=done)
            self.work.end_file()
            done += node.size
        return ()

    def _is_unreadable(self, directory: bytes, path: bytes) -> bool:
        return directory.rstrip(b"/") + b"/" + path in self.work.unreadable

    def content_map(self, path: bytes, drives: list[str]) -> ContentMap:  # noqa: ARG002 there are none
        """Say how long a content is; it lies on no drive."""
        if path.startswith(b"/dev/"):
            return ContentMap(self.guest.block(show(path)).size_bytes)
        return ContentMap(self.tree.file(path)[1].size)

    def device_map(self, device: str, drives: list[str]) -> ContentMap:  # noqa: ARG002 there are none
        """Say how long a device is; it lies on no drive."""
        return ContentMap(self.guest.block(device).size_bytes)

    def digest_many(self, directory: bytes, names: list[bytes]) -> list[str | None]:
        """Digest many files."""
        self.tree.folder(directory)
        return [self._digest(directory.rstrip(b"/") + b"/" + name) for name in names]

    def _digest(self, path: bytes) -> str | None:
        try:
            node = self.tree.resolve(path, follow=False).node
        except Refusal:
            return None
        if not isinstance(node, File):
            return None
        self.work.check()
        return hashlib.sha256(node.content.read(0, node.size)).hexdigest()

    def _entries(self, directory: bytes, names: list[bytes]) -> Iterator[tuple[bytes, Place]]:
        self.tree.folder(directory)
        for name in names:
            place = self.tree.resolve(directory.rstrip(b"/") + b"/" + name, follow=False)
            yield name, place
            prefix = name + b"/" if name else b""
            for path, below in self.tree.below(place):
                yield prefix + path, below


def _failure(path: bytes) -> ExportItem:
    return ExportItem(path, None, failure="Input/output error")


def _item(path: bytes, place: Place, *, with_xattrs: bool) -> ExportItem:
    node = place.node
    pairs = [part for name in sorted(node.xattrs) for part in (name, node.xattrs[name])] if with_xattrs else []
    target = node.target if isinstance(node, Link) else b""
    if sum(map(len, pairs)) > XATTRS_MAX:
        return ExportItem(path, status_of(place), target, xattrs_failure="they are longer than 1 MiB")
    return ExportItem(path, status_of(place), target, None, pairs)
