"""Kinds of UFS, by their superblocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutawayd.ufs import ufs_type


def superblock(place: int, magic: int, order: str, inodes: int = 0) -> bytes:
    block = bytearray(place + 1376)
    block[place + 1324 : place + 1328] = inodes.to_bytes(4, order)  # type: ignore[arg-type] one of both
    block[place + 1372 : place + 1376] = magic.to_bytes(4, order)  # type: ignore[arg-type] one of both
    return bytes(block)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (superblock(65536, 0x19540119, "little"), "ufs2"), (superblock(65536, 0x19540119, "big"), "ufs2"),
        (superblock(8192, 0x11954, "little", 2), "44bsd"), (superblock(8192, 0x11954, "big", 2), "44bsd"),
        (superblock(8192, 0x11954, "big"), "sun"), (superblock(8192, 0x11954, "little"), "sunx86"),
        (superblock(8192, 0x19540119, "little"), ""), (b"", ""), (bytes(100_000), ""),
    ],
)  # fmt: skip
def test_it_is_known(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "device").write_bytes(content)
    assert ufs_type(str(tmp_path / "device")) == kind
