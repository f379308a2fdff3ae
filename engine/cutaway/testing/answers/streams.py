"""Answers about alternate data streams: no file system of the model has any."""

from __future__ import annotations

from typing import Never

from cutaway.testing.answers.base import Family
from cutaway.testing.vfs import Refusal, show


class StreamAnswers(Family):
    """StreamCalls, answered."""

    def ntfs_streams(self, path: bytes) -> Never:
        """Say that there are none."""
        self.tree.resolve(path)
        raise Refusal("ENOTSUP", f"{show(path)}: no alternate data streams are shown")
