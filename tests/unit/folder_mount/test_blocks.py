"""Reading ahead: what is fetched for which reads, and that the bytes are always those of the file."""

from __future__ import annotations

import errno
import random
import threading

import pytest
from cutaway.folder_mount.blocks import UNIT, WINDOW_MAX, Blocks

FILE = random.Random(1).randbytes(9 * UNIT + 77)


class Source:
    """Files, and what was fetched of them in units."""

    def __init__(self, **files: bytes) -> None:
        self.files = files or {"file": FILE}
        self.fetched: list[tuple[int, int]] = []

    def fetch(self, path: bytes, offset: int, length: int) -> bytes:
        assert offset + length <= len(self.files[path.decode()]), "only what lies in the file is asked for"
        self.fetched.append((offset // UNIT, -(-length // UNIT)))
        return self.files[path.decode()][offset : offset + length]


def read_all(blocks: Blocks, content: bytes, step: int, path: bytes = b"file") -> bytes:
    pieces = [blocks.read(path, len(content), offset, step) for offset in range(0, len(content) + step, step)]
    return b"".join(pieces)


@pytest.mark.parametrize("step", [1000, 4096, UNIT - 1, UNIT, 3 * UNIT + 5, 100 * UNIT])
def test_reading_in_steps_gives_the_file(step: int) -> None:
    source = Source()
    assert read_all(Blocks(source.fetch), FILE, step) == FILE


def test_reading_on_fetches_more_each_time_and_nothing_twice() -> None:
    content = bytes(60 * UNIT)
    source = Source(file=content)
    read_all(Blocks(source.fetch), content, 128 * 1024)
    assert source.fetched == [(0, 1), (1, 4), (5, 16), (21, 16), (37, 16), (53, 7)]
    assert max(units for _, units in source.fetched) == WINDOW_MAX


def test_reading_here_and_there_fetches_single_units() -> None:
    source = Source()
    blocks = Blocks(source.fetch)
    for number in (7, 2, 5, 0):
        blocks.read(b"file", len(FILE), number * UNIT + 10, 100)
    assert source.fetched == [(7, 1), (2, 1), (5, 1), (0, 1)]


def test_reading_on_stops_at_what_is_known() -> None:
    source = Source()
    blocks = Blocks(source.fetch)
    for number in (3, 0, 1):
        blocks.read(b"file", len(FILE), number * UNIT, 10)
    assert source.fetched == [(3, 1), (0, 1), (1, 2)]


def test_a_small_file_is_one_fetch() -> None:
    content = bytes(range(256)) * 3000
    source = Source(file=content)
    assert read_all(Blocks(source.fetch), content, 4096) == content
    assert source.fetched == [(0, 3)]


def test_what_is_remembered_is_not_fetched_again_and_bounded() -> None:
    source = Source()
    blocks = Blocks(source.fetch, units_max=2)
    for number in (0, 4, 0, 8, 4):
        blocks.read(b"file", len(FILE), number * UNIT, 1)
    assert [first for first, _ in source.fetched] == [0, 4, 8, 4]


def test_one_fetch_larger_than_the_memory_still_answers() -> None:
    source = Source()
    assert read_all(Blocks(source.fetch, units_max=1), FILE, UNIT) == FILE


def test_files_are_kept_apart() -> None:
    source = Source(one=b"1" * 10, two=b"2" * 10)
    blocks = Blocks(source.fetch)
    assert blocks.read(b"one", 10, 0, 4) == b"1111"
    assert blocks.read(b"two", 10, 0, 4) == b"2222"


def test_nothing_is_fetched_behind_the_end() -> None:
    source = Source()
    blocks = Blocks(source.fetch)
    assert blocks.read(b"file", len(FILE), len(FILE), 10) == b""
    assert blocks.read(b"file", len(FILE), len(FILE) + UNIT, 10) == b""
    assert blocks.read(b"file", 0, 0, 10) == b""
    assert source.fetched == []


def test_less_than_was_asked_for_is_an_error_and_not_remembered() -> None:
    blocks = Blocks(lambda _path, _offset, length: bytes(length - 1))
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output error"):
            blocks.read(b"file", 1000, 0, 10)


def test_who_reads_on_has_the_next_piece_fetched_meanwhile() -> None:
    content = random.Random(2).randbytes(60 * UNIT)
    source, threads = Source(file=content), dict[int, str]()
    is_fetched_ahead = threading.Event()

    def fetch(path: bytes, offset: int, length: int) -> bytes:
        data = source.fetch(path, offset, length)
        threads[offset // UNIT] = threading.current_thread().name
        if offset == 21 * UNIT:
            is_fetched_ahead.set()
        return data

    blocks = Blocks(fetch)
    begin = b"".join(blocks.read(b"file", len(content), number * UNIT, UNIT) for number in range(6))
    assert is_fetched_ahead.wait(10), "nothing is fetched unless it is asked for"
    assert threads[5] == threading.current_thread().name != threads[21]
    assert source.fetched == [(0, 1), (1, 4), (5, 16), (21, 16)], "no more than one piece ahead"
    rest = b"".join(blocks.read(b"file", len(content), number * UNIT, UNIT) for number in range(6, 61))
    assert begin + rest == content
    blocks.close()


def test_what_failed_ahead_is_tried_again_by_who_wants_it() -> None:
    content = random.Random(3).randbytes(40 * UNIT)
    failures: list[str] = []

    def fetch(path: bytes, offset: int, length: int) -> bytes:
        if offset == 21 * UNIT and not failures:
            failures.append(threading.current_thread().name)
            raise OSError(errno.EIO, "not this time")
        return content[offset : offset + length]

    blocks = Blocks(fetch)
    assert read_all(blocks, content, UNIT) == content
    assert failures
    assert failures[0] != threading.current_thread().name
    blocks.close()


def test_what_is_closed_while_somebody_reads_still_answers() -> None:
    content = bytes(60 * UNIT)
    blocks = Blocks(Source(file=content).fetch)
    for number in range(6):
        blocks.read(b"file", len(content), number * UNIT, UNIT)
    blocks.close()
    for number in range(6, 60):
        assert blocks.read(b"file", len(content), number * UNIT, UNIT) == bytes(UNIT)
