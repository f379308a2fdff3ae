"""Answers about alternate data streams: files of NTFS have those that the model says, seen from aside only."""

from __future__ import annotations

from typing import Never

from cutaway.records import DataStream
from cutaway.testing.answers.base import Family
from cutaway.testing.content import Literal
from cutaway.testing.vfs import Refusal, show


class StreamAnswers(Family):
    """StreamCalls, answered."""

    def ntfs_streams(self, path: bytes) -> Never:
        """Say that there are none."""
        self.tree.resolve(path)
        raise Refusal("ENOTSUP", f"{show(path)}: no alternate data streams are shown")

    def file_streams(self, path: bytes) -> list[DataStream]:
        """List streams."""
        return [DataStream(name, len(data)) for name, data in self._streams(path).items()]

    def stream_read(self, path: bytes, name: bytes, count: int, offset: int) -> bytes:
        """Read a piece."""
        return self._stream(path, name)[offset : offset + count]

    def stream_download(self, path: bytes, name: bytes) -> None:
        """Send a stream."""
        content = Literal(self._stream(path, name))
        self.work.stream(content, whole=content.size)
        self.work.end_file()

    def _stream(self, path: bytes, name: bytes) -> bytes:
        try:
            return self._streams(path)[name]
        except KeyError:
            raise Refusal("ENOENT", f"{show(path)}: there is no stream {show(name)}") from None

    def _streams(self, path: bytes) -> dict[bytes, bytes]:
        place = self.tree.resolve(path)
        if place.mounted.vfs_type != "ntfs":
            raise Refusal("ENOTSUP", f"{show(path)}: its file system has no alternate data streams")
        return place.node.streams
