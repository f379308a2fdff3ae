"""Contents looked at without any program: compared, counted, dumped."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from cutawayd.copying import holds_zeros
from cutawayd.files import CONTENT_MAX, pieces_of
from cutawayd.transfers import opened_source, source_size
from cutawayd.work import Work, counter

PIECE = 1 << 20
_SPACE = b" \t\n\v\f\r"
_ROW = 16


def pieces(work: Work, path: bytes) -> Iterator[bytes]:
    """Give the content of a file piece by piece, watching for a cancellation."""
    with opened_source(work, path) as descriptor:
        for piece in pieces_of(descriptor):
            work.check()
            yield bytes(piece)


def equal(work: Work, file1: bytes, file2: bytes) -> bool:
    """Compare two contents."""
    with opened_source(work, file1) as first, opened_source(work, file2) as second:
        size = source_size(first)
        if size != source_size(second):
            return False
        advance = counter(work, size)
        while data := os.read(first, PIECE):
            if data != _read_exactly(second, len(data)):
                return False
            advance(len(data))
        return True


def _read_exactly(descriptor: int, size: int) -> bytes:
    parts = []
    while size and (data := os.read(descriptor, size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def wc_l(work: Work, path: bytes) -> int:
    """Count lines."""
    return sum(piece.count(b"\n") for piece in pieces(work, path))


def wc_w(work: Work, path: bytes) -> int:
    """Count words; one that goes on in the next piece is counted once."""
    words, was_inside = 0, False
    for piece in pieces(work, path):
        words += len(piece.split()) - (was_inside and piece[0] not in _SPACE)
        was_inside = piece[-1] not in _SPACE
    return words


def wc_c(work: Work, path: bytes) -> int:
    """Count bytes."""
    with opened_source(work, path) as descriptor:
        return source_size(descriptor)


def is_zero(work: Work, path: bytes) -> bool:
    """Look for a byte that is not zero, in what is no hole."""
    with opened_source(work, path) as descriptor:
        size, position = source_size(descriptor), 0
        while position < size:
            work.progress(position, size)
            try:
                position = os.lseek(descriptor, position, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:
                    return True
            data = os.pread(descriptor, PIECE, position)
            if not data:
                return True
            if not holds_zeros(data):
                return False
            position += len(data)
        return True


def hexdump(work: Work, path: bytes) -> str:
    """Print a content as hexdump(1) does with -C: rows that are the same as the one before are a "*"."""
    lines: list[str] = []
    room, position, before, is_starred = CONTENT_MAX, 0, b"", False
    for row in _rows(work, path):
        if row == before and len(row) == _ROW:
            if not is_starred:
                lines.append("*\n")
            is_starred = True
        else:
            lines.append(_row_text(position, row))
            before, is_starred = row, False
            room -= len(lines[-1])
            if room < 0:
                raise OSError(errno.EFBIG, "too long to be returned at once", path)
        position += len(row)
    return "".join(lines) + (f"{position:08x}\n" if position else "")


def _rows(work: Work, path: bytes) -> Iterator[bytes]:
    rest = b""
    for piece in pieces(work, path):
        data = rest + piece
        whole = len(data) // _ROW * _ROW
        yield from (data[start : start + _ROW] for start in range(0, whole, _ROW))
        rest = data[whole:]
    if rest:
        yield rest


def _row_text(position: int, row: bytes) -> str:
    left, right = row[:8].hex(" "), row[8:].hex(" ")
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
    return f"{position:08x}  {left:<23}  {right:<23}  |{shown}|\n"
