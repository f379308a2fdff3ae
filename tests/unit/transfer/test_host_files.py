"""Copies of the host's own files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutaway.transfer.host_files import copy_sparse


def test_a_file_that_becomes_shorter_while_it_is_copied_ends_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10_000)
    reads, pread = iter(range(100)), os.pread

    def read(descriptor: int, count: int, place: int) -> bytes:
        if next(reads) == 0:
            os.truncate(path, 5_000)
        return pread(descriptor, count, place)

    monkeypatch.setattr("cutaway.transfer.host_files.os.pread", read)
    with (
        path.open("rb") as source,
        (tmp_path / "copy").open("wb") as target,
        pytest.raises(OSError, match="became shorter"),
    ):
        copy_sparse(source.fileno(), target.fileno())
