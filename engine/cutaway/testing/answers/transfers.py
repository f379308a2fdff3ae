"""Answers that move data in bulk."""

from __future__ import annotations

import time

from cutaway.protocol.framing import Mark
from cutaway.records import TransferFailure
from cutaway.testing.answers.base import Family
from cutaway.testing.answers.tar import pack
from cutaway.testing.content import Content, Literal
from cutaway.testing.nodes import File, Folder, Link, file
from cutaway.testing.vfs import Place, Refusal, show

STEP = 1 << 20


class TransferAnswers(Family):
    """TransferCalls, answered."""

    def _content(self, path: bytes) -> Content:
        if path.startswith(b"/dev/"):
            return self.guest.block(show(path)).content
        return self.tree.file(path)[1].content

    def download(self, remotefile: bytes) -> None:
        """Send a whole file."""
        content = self._content(remotefile)
        self.work.stream(content, whole=content.size)
        self.work.end_file()

    def download_offset(self, remotefile: bytes, offset: int, size: int) -> None:
        """Send a part of a file."""
        content = self._content(remotefile)
        if offset < 0 or size < 0 or offset + size > content.size:
            raise Refusal("EINVAL", f"{show(remotefile)} has only {content.size} bytes")
        self.work.stream(content, offset=offset, size=size, whole=size)
        self.work.end_file()

    def tar_out(
        self,
        directory: bytes,
        compress: str | None,
        numericowner: bool,
        excludes: list[str] | None,
        xattrs: bool,
        selinux: bool,  # noqa: ARG002 the call's own argument
        acls: bool,  # noqa: ARG002 the call's own argument
    ) -> None:
        """Send a tar file."""
        place = self.tree.folder(directory)
        entries = list(self.tree.below(place))
        stream = pack(
            place, entries,
            compress=compress, numeric=numericowner, excludes=excludes or [], with_xattrs=xattrs,
        )  # fmt: skip
        for data, done, total in stream:
            if data:
                self.work.piece(data)
            self.work.progress(done, total)
        self.work.end_file()

    def download_many(self, directory: bytes, names: list[bytes]) -> list[TransferFailure]:
        """Send many files."""
        place = self.tree.folder(directory)
        found = [self._regular(place, name) for name in names]
        total = sum(item.size for item in found if isinstance(item, File))
        failures, done = [], 0
        for index, item in enumerate(found):
            if isinstance(item, Refusal):
                failures.append(TransferFailure(index, item.errno_name, item.message))
                self.work.end_file(Mark.FAILED)
                continue
            self.work.stream(item.content, whole=total, done=done)
            self.work.end_file()
            done += item.size
        return failures

    def _regular(self, place: Place, name: bytes) -> File | Refusal:
        """Find a regular file below a folder without following any link."""
        steps = place.steps
        for part in name.split(b"/"):
            above = steps[-1].node
            if isinstance(above, Link) or part in {b"", b".", b".."}:
                return Refusal("ELOOP", f"{show(name)}: a link or no plain name on the way")
            if not isinstance(above, Folder):
                return Refusal("ENOTDIR", f"{show(name)}: not a directory")
            if part not in above.entries:
                return Refusal("ENOENT", f"{show(name)}: no such file or directory")
            steps = (*steps, self.tree.child(Place(steps), part, above.entries[part]))
        node = steps[-1].node
        if isinstance(node, File):
            return node
        if isinstance(node, Link):
            return Refusal("ELOOP", f"{show(name)}: a symbolic link")
        return Refusal("EISDIR" if isinstance(node, Folder) else "EINVAL", f"{show(name)} is not a regular file")

    def upload(self, filename: list[str | int], remotefile: bytes) -> None:
        """Copy a drive's content into a file, which appears when it is complete."""
        device, size = str(filename[0]), int(filename[1])
        source = self.guest.block(device).content if device else Literal(b"")
        above, _, name = remotefile.rpartition(b"/")
        place = self.tree.folder(above or b"/")
        if place.mounted.readonly:
            raise Refusal("EROFS", f"{show(remotefile)}: read-only file system")
        if not isinstance(place.node, Folder) or not name or isinstance(place.node.entries.get(name), Folder):
            raise Refusal("EISDIR", f"{show(remotefile)}: is a directory")
        data = bytearray()
        while len(data) < size:
            self.work.progress(len(data), size)
            piece = source.read(len(data), min(STEP, size - len(data)))
            self.work.moved(len(piece))
            data += piece
        place.node.entries[name] = file(Literal(bytes(data)), mtime_ns=time.time_ns())
