"""What `cutaway grep` does: print what is found while the rest is looked through."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import typer

from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import EXIT_INCOMPLETE, EXIT_NOTHING_FOUND, print_json, printable
from cutaway.events import DaemonLog
from cutaway.handle import Handle
from cutaway.records import ContentHit


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and where.

    Attributes:
        names_only: Whether the paths of the files are enough.
        limit: So many hits are enough; 0: none are.
    """

    text: str
    paths: list[str]
    regex: bool
    ignore_case: bool
    names_only: bool
    limit: int


def grep(options: ImageOptions, wanted: Wanted, *, as_json: bool, zero: bool) -> None:
    """Print hits as they are found; as JSON all of them at the end.

    Raises:
        typer.Exit: nothing was found, or not everything could be read.
    """
    found: list[ContentHit] = []
    count = 0
    with mounted(options) as handle, _damages(handle) as damages:
        for page in _limited(_pages(handle, wanted), wanted.limit):
            count += len(page)
            if as_json:
                found += page
            else:
                _print(page, names_only=wanted.names_only, zero=zero)
    if as_json:
        print_json(found)
    if damages:
        raise typer.Exit(EXIT_INCOMPLETE)
    if not count:
        raise typer.Exit(EXIT_NOTHING_FOUND)


@contextmanager
def _damages(handle: Handle) -> Iterator[list[str]]:
    """Print what the search could not read, and give a list of it."""
    told: list[str] = []

    def hear(event: DaemonLog) -> None:
        if event.level == "warning":
            told.append(event.text)
            print(f"cutaway: {printable(event.text)}", file=sys.stderr)

    token = handle.on(DaemonLog, hear)
    try:
        yield told
    finally:
        handle.off(token)


def _pages(handle: Handle, wanted: Wanted) -> Iterator[list[ContentHit]]:
    """Give what is found below each path, by whole paths."""
    for path in wanted.paths:
        pages = handle.pages(
            Handle.search_contents, path, wanted.text, regex=wanted.regex, ignore_case=wanted.ignore_case,
            first_only=wanted.names_only,
        )  # fmt: skip
        above = path.encode("utf-8", "surrogateescape")
        with closing(pages):
            for page in pages:
                yield [replace(hit, path=_joined(above, hit.path)) for hit in page]


def _joined(above: bytes, path: bytes) -> bytes:
    return above.rstrip(b"/") + b"/" + path if path else above


def _limited(pages: Iterator[list[ContentHit]], limit: int) -> Iterator[list[ContentHit]]:
    """Give pages until there are enough hits, and say so."""
    left = limit
    for page in pages:
        yield page[:left] if limit else page
        left -= len(page)
        if limit and left < 0:
            print(f"cutaway: there are more than {limit} hits\n  try: --limit 0 shows all", file=sys.stderr)
            return


def _print(page: list[ContentHit], *, names_only: bool, zero: bool) -> None:
    end = b"\0" if zero else b"\n"
    for hit in page:
        line = hit.path if names_only else hit.path + _where(hit)
        if sys.stdout.isatty():
            print(printable(line))
        else:
            sys.stdout.buffer.write(line + end)
    sys.stdout.flush()


def _where(hit: ContentHit) -> bytes:
    return b": binary file matches" if hit.is_binary else b":%d:%s" % (hit.line, hit.text)
