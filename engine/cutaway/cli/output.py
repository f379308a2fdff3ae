"""What the command line prints: names made harmless, tables, JSON, errors with exit codes."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import typer

from cutaway.errors import (
    Cancelled,
    DestinationError,
    DriveError,
    EngineError,
    ImageCompressed,
    ImageIncomplete,
    LaunchError,
    NotAFolder,
    NotFound,
)
from cutaway.image_magic import DECOMPRESSORS
from cutaway.transfer.host_files import destination_error

EXIT_FAILED = 1
EXIT_IMAGE = 3
EXIT_LAUNCH = 4
EXIT_NOT_FOUND = 5
EXIT_DESTINATION = 6
EXIT_INCOMPLETE = 7
EXIT_NOTHING_FOUND = 8
EXIT_INTERRUPTED = 130
#: Most specific first.
EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (DriveError, EXIT_IMAGE),
    (LaunchError, EXIT_LAUNCH),
    (DestinationError, EXIT_DESTINATION),
    (NotFound, EXIT_NOT_FOUND),
    (NotAFolder, EXIT_NOT_FOUND),
    (Cancelled, EXIT_INTERRUPTED),
    (EngineError, EXIT_FAILED),
    (BrokenPipeError, EXIT_FAILED),
    (OSError, EXIT_DESTINATION),
    (KeyboardInterrupt, EXIT_INTERRUPTED),
)
LETTERS = {
    stat.S_IFREG: "-", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFBLK: "b", stat.S_IFCHR: "c",
    stat.S_IFIFO: "p", stat.S_IFSOCK: "s",
}  # fmt: skip


@contextmanager
def errors_as_sentences(*, debug: bool = False) -> Iterator[None]:
    """Turn errors into two lines on standard error and an exit code; with `debug` let them through."""
    try:
        yield
        sys.stdout.flush()
    except tuple(kind for kind, _ in EXIT_CODES) as error:
        if debug:
            raise
        if isinstance(error, OSError) and not isinstance(error, EngineError):
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 it must outlive us: what waits is lost
        if _nobody_reads(error):
            raise typer.Exit(EXIT_FAILED) from error
        if not isinstance(error, KeyboardInterrupt):
            say_error(error if isinstance(error, EngineError) else _output_error(error))
        raise typer.Exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind))) from error
    except (typer.Exit, typer.BadParameter):
        raise
    except Exception as error:
        if debug:
            raise
        what = f"this should not have happened: {type(error).__name__}: {error}"
        say_error(EngineError(what, remedy="Run it again with --debug, and report what it prints."))
        raise typer.Exit(EXIT_FAILED) from error


def _nobody_reads(error: BaseException) -> bool:
    """Return whether the reader of our output has gone, as head(1) does; that needs no words."""
    return isinstance(error, BrokenPipeError) or (isinstance(error, DestinationError) and error.errno_name == "EPIPE")


def _output_error(error: BaseException) -> BaseException:
    """Return what to say of an error of the output itself; others as they are."""
    if isinstance(error, OSError) and error.filename is None and error.errno is not None:
        return destination_error("standard output", error)
    return error


def say(sentence: str) -> None:
    """Tell something beside the output; whatever an image has put into it does no harm on a terminal."""
    print(f"cutaway: {printable(sentence)}", file=sys.stderr)


def say_error(error: BaseException) -> None:
    """Print an error's sentence, and what to try."""
    say(str(error))
    if remedy := getattr(error, "remedy", ""):
        print(f"  try: {printable(remedy)}", file=sys.stderr)
    if isinstance(error, ImageIncomplete):
        print(f"  all the same: --allow {printable(shlex.quote(error.file))}", file=sys.stderr)
    if isinstance(error, ImageCompressed) and error.program in DECOMPRESSORS:
        print(f"  with: cutaway decompress {printable(shlex.quote(error.file))}", file=sys.stderr)


def printable(text: str | bytes) -> str:
    r"""Return text from an image that can do no harm on a terminal: controls and undecodable bytes as \xNN."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return "".join(letter if _is_harmless(letter) else _escaped(letter) for letter in text)


def _is_harmless(letter: str) -> bool:
    return letter.isprintable()


def _escaped(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def print_json(value: Any) -> None:
    """Print a value as JSON; bytes as text with undecodable ones as lone surrogates."""
    print(json.dumps(_plain(value), indent=1))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def size_text(size_bytes: int) -> str:
    """Return a size for a person: "4.2 MB"."""
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError(size)


def count_text(count: int, what: str) -> str:
    """Return how many there are of something: "1 file", "2 files"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def time_text(time_ns: int) -> str:
    """Return a time for a person, local, to the minute; a hostile one as a number."""
    try:
        return datetime.fromtimestamp(time_ns / 1e9).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return str(time_ns // 1_000_000_000)


def mode_text(mode: int) -> str:
    """Return a mode as ls(1) writes it."""
    return LETTERS.get(stat.S_IFMT(mode), "?") + stat.filemode(mode)[1:]


def print_table(
    headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: frozenset[int] = frozenset()
) -> None:
    """Print rows in columns, harmlessly; `right` are the columns that are aligned to the right."""
    lines = [headings, *(tuple(map(printable, row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for row in lines:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
