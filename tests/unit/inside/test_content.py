"""What is served of files inside images: pieces of drives put together, blocks that are kept, texts that name parts."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest
from crc32c import crc32c
from cutaway.errors import ImageFormatError
from cutaway.inside.block_cache import AHEAD_MAX, BLOCK, KEPT_MAX, BlockCache
from cutaway.inside.content import Content, Joined, MappedContent, Part
from cutaway.inside.text_vmdk import TextExtent, text_extents
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.pieces import Piece
from cutaway.transfer.sums import sums_of

DATA = random.Random(5).randbytes(3 * BLOCK * AHEAD_MAX + 1000)


class Source:
    """A content that remembers what was read of it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reads: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        assert offset + length <= len(self.data)
        self.reads.append((offset, length))
        return self.data[offset : offset + length]


def test_the_cache_gives_what_is_there_wherever_one_reads() -> None:
    source, dice = Source(DATA), random.Random(7)
    cache = BlockCache(len(DATA), source.read)
    for _ in range(300):
        offset = dice.randrange(len(DATA))
        length = dice.randrange(min(300_000, len(DATA) - offset) + 1)
        assert cache.read(offset, length) == DATA[offset : offset + length]
    assert all(offset % BLOCK == 0 for offset, _ in source.reads)


def test_small_reads_one_after_another_become_few_long_ones() -> None:
    source = Source(DATA)
    cache = BlockCache(len(DATA), source.read)
    for offset in range(0, len(DATA) - 4096, 4096):
        cache.read(offset, 4096)
    assert len(source.reads) < 12
    assert max(length for _, length in source.reads) == AHEAD_MAX * BLOCK


def test_the_cache_is_bounded() -> None:
    cache = BlockCache(1 << 40, lambda _, length: bytes(length))
    for number in range(3 * KEPT_MAX // BLOCK):
        cache.read(number * (BLOCK + 7) * 3, 10)
    assert len(cache._blocks) <= KEPT_MAX // BLOCK


@pytest.fixture
def drive(tmp_path: Path) -> FileDrive:
    (tmp_path / "drive").write_bytes(DATA)
    descriptor = os.open(tmp_path / "drive", os.O_RDONLY)
    drive = FileDrive(descriptor)
    os.close(descriptor)
    return drive


def mapped(drive: FileDrive, pieces: list[Piece], sums: bytes = b"") -> MappedContent:
    return MappedContent({3: drive}, pieces, sums_of(pieces, sums), lambda _, n: b"g" * n, threading.Lock())


def test_pieces_of_a_drive_and_holes_make_a_content(drive: FileDrive) -> None:
    pieces = [Piece(3, 0, 8192, 4096), Piece(3, 4096, 100_000, 1000), Piece(3, 20_000, 0, 5000)]
    whole = bytearray(30_000)
    for piece in pieces:
        whole[piece.logical : piece.logical + piece.length] = DATA[piece.offset : piece.offset + piece.length]
    content, dice = mapped(drive, pieces), random.Random(1)
    assert content.is_plain
    for _ in range(200):
        offset = dice.randrange(30_000)
        length = dice.randrange(30_000 - offset + 1)
        assert content.read(offset, length) == whole[offset : offset + length]
    assert mapped(drive, []).read(5, 10) == bytes(10)


def test_a_piece_with_another_checksum_is_read_by_the_guest(drive: FileDrive) -> None:
    right, wrong = crc32c(DATA[:4096]).to_bytes(4, "little"), bytes(4)
    content = mapped(drive, [Piece(3, 0, 0, 8192)], right + wrong)
    assert not content.is_plain
    assert content.read(0, 4096) == DATA[:4096]
    assert content.read(4096, 4096) == b"g" * 4096


def test_parts_are_joined_with_another_beginning_and_whole_sectors() -> None:
    one = Content(5000, Source(DATA[:5000]).read, is_kept=False)
    two = Content(3000, Source(DATA[5000:8000]).read, is_kept=True)
    joined = Joined([Part(one, 100, 1000), Part(None, 0, 600), Part(two, 0, 3000), Part(one, 4990, 100)], b"FIRST")
    whole = b"FIRST" + DATA[105:1100] + bytes(600) + DATA[5000:8000] + DATA[4990:5000] + bytes(90)
    whole = whole.ljust(joined.size, b"\0")
    assert joined.size == 5120
    dice = random.Random(2)
    for _ in range(300):
        offset = dice.randrange(len(whole))
        length = dice.randrange(len(whole) - offset + 1)
        assert joined.read(offset, length) == whole[offset : offset + length]


def test_a_text_of_vmware_names_plain_parts() -> None:
    text = b'# Disk DescriptorFile\nversion=1\nRW 10 FLAT "a-f001.vmdk" 2\nRDONLY 3 ZERO\nRW 5 VMFS "b c.vmdk"\n\0RW x'
    assert text_extents(text, "x") == [
        TextExtent(b"a-f001.vmdk", 1024, 5120), TextExtent(None, 0, 1536), TextExtent(b"b c.vmdk", 0, 2560),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        b'RW 10 SPARSE "a-s001.vmdk"', b"RW 10 FLAT", b'RW 0 FLAT "a" 0', b"RW ten FLAT", b"",
        b'RW 999999999999999999 FLAT "a" 0', b'RW 1 FLAT "a" 999999999999999999', b'RW 1 FLAT "a" 0\nRW what',
    ],
)  # fmt: skip
def test_other_texts_are_refused(lines: bytes) -> None:
    with pytest.raises(ImageFormatError):
        text_extents(b"version=1\n" + lines + b"\n", "x")
