"""The command that shows a journal of systemd: as lines like those of journalctl(1), or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import print_json, print_table, printable, say
from cutaway.errors import EngineError, NotFound
from cutaway.handle import Handle
from cutaway.records import JournalBoot, JournalEntry

#: As syslog(3) calls priorities.
PRIORITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
OTHER_NAMES = {"panic": 0, "error": 3, "warn": 4}
#: How priorities look on a terminal, as journalctl has it: up to this one, what begins it.
COLOURS = ((3, "\x1b[1;31m"), (4, "\x1b[1;33m"), (5, "\x1b[1m"), (6, ""), (7, "\x1b[2m"))
PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What of a journal is to be shown, as it was given."""

    path: str
    unit: str
    priority: str
    boot: str
    text: str
    since: str
    until: str
    lines: int | None
    newest_first: bool


def journal(options: ImageOptions, wishes: Wishes, *, as_json: bool) -> None:
    """Print entries, the oldest first unless it is wished otherwise.

    Raises:
        EngineError: a wish makes no sense, or there is no journal.
    """
    priority, since, until = _priority(wishes.priority), _time_us(wishes.since), _time_us(wishes.until)
    with mounted(options) as handle:
        _tell_problems(handle, wishes.path)
        boot = _boot(handle, wishes) if wishes.boot else ""
        backward = wishes.newest_first or wishes.lines is not None
        pages = handle.pages(
            Handle.journal_entries, wishes.path, backward=backward, count=wishes.lines or 0, priority=priority,
            unit=wishes.unit, boot=boot, text=wishes.text, since_us=since, until_us=until,
        )  # fmt: skip
        entries = (entry for page in pages for entry in page)
        if backward and not wishes.newest_first:
            entries = reversed(list(entries))  # type: ignore[assignment]  # an iterator as well
        _print(entries, as_json=as_json)


def _print(entries: Iterator[JournalEntry], *, as_json: bool) -> None:
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    boot = ""
    for entry in entries:
        if as_json:
            told = asdict(entry) | {"message": entry.message.decode("utf-8", "surrogateescape")}
            print(json.dumps(told))
            continue
        if boot and entry.boot_id != boot:
            print(f"-- Boot {printable(entry.boot_id)} --")
        boot = entry.boot_id
        print(line_of(entry, is_coloured=is_coloured))


def line_of(entry: JournalEntry, *, is_coloured: bool = False) -> str:
    """Return an entry as journalctl -o short-iso writes it; further lines of a message stand below its first."""
    name = printable(entry.identifier or entry.unit or "unknown")
    start = f"{moment(entry.time_us)} {printable(entry.hostname)} {name}"
    start += f"[{entry.pid}]: " if entry.pid > 0 else ": "
    lines = [printable(line.rstrip(b"\r")) for line in entry.message.rstrip(b"\n").split(b"\n")]
    colour = next((code for limit, code in COLOURS if 0 <= entry.priority <= limit), "") if is_coloured else ""
    shown = [f"{colour}{line}{PLAIN}" if colour else line for line in lines]
    return ("\n" + " " * len(start)).join([start + shown[0], *shown[1:]])


def moment(time_us: int) -> str:
    """Return a time, local, to the second; a hostile one as a number."""
    try:
        return datetime.fromtimestamp(time_us / 1e6).astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
    except (OverflowError, ValueError, OSError):
        return str(time_us)


def boots(options: ImageOptions, path: str, *, as_json: bool) -> None:
    """Print the boots that a journal knows, with the numbers that --boot takes."""
    with mounted(options) as handle:
        _tell_problems(handle, path)
        found = handle.journal_boots(path)
    if as_json:
        print_json(found)
        return
    rows = [
        (str(number - len(found) + 1), boot.boot_id, moment(boot.first_us), moment(boot.last_us))
        for number, boot in enumerate(found)
    ]
    print_table(("BOOT", "ID", "FIRST ENTRY", "LAST ENTRY"), rows, frozenset({0}))


def _tell_problems(handle: Handle, path: str) -> None:
    try:
        files = handle.journal_files(path)
    except NotFound as error:
        if path == "/":
            error.remedy = "Logs that are plain text are in /var/log: 'cutaway ls IMAGE /var/log'."
        raise
    for file in files:
        if file.problem:
            say(f"{printable(file.path)}: {file.problem}")


def _priority(text: str) -> int:
    """Return the number of a priority.

    Raises:
        EngineError: there is none of that name.
    """
    name = text.strip().lower()
    if name in PRIORITIES:
        return PRIORITIES.index(name)
    number = int(name) if name.isascii() and name.isdecimal() else OTHER_NAMES.get(name, -1)
    if not 0 <= number < len(PRIORITIES):
        raise EngineError(f"{text!r} is no priority", remedy=f"Priorities are 0 to 7, or {', '.join(PRIORITIES)}.")
    return number


def _time_us(text: str) -> int:
    """Return a time in microseconds since the epoch, 0 if none was given.

    Raises:
        EngineError: it is no time.
    """
    if not text:
        return 0
    with suppress(ValueError, OverflowError, OSError):
        return int(datetime.fromisoformat(text.strip()).timestamp() * 1e6)
    raise EngineError(f"{text!r} is no time", remedy="Write it as '2024-06-10' or '2024-06-10 14:30:00'.")


def _boot(handle: Handle, wishes: Wishes) -> str:
    """Return the identifier of a boot that was given by it, or by its number.

    Raises:
        EngineError: there is no such.
    """
    text = wishes.boot.strip()
    if not text.lstrip("+-").isdecimal() or len(text) > 8:
        return text
    known: list[JournalBoot] = handle.journal_boots(wishes.path)
    number = int(text)
    place = number - 1 if number > 0 else len(known) - 1 + number
    if not 0 <= place < len(known):
        raise EngineError(f"the journal knows no boot {text}", remedy="--list-boots lists those that it knows.")
    return known[place].boot_id
