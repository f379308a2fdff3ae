"""What answers questions about journals, in a copy of the daemon: pages of entries, boots, fields, files."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from cutawayd.forked import Answerer
from cutawayd.journal_files import Found
from cutawayd.journal_mending import examine, look_closely
from cutawayd.sdjournal import SdJournal

MESSAGE_MAX, NAME_MAX, FIELD_MAX, FIELDS_MAX, BOOTS_MAX = 16 << 10, 512, 1 << 20, 16 << 20, 2000
#: How long a page may take before what was found of it is given; how many entries one may have; how long boots take.
PAGE_S, PAGE_MAX, BOOTS_S = 0.3, 500, 15.0
#: The priority that everything has, also what tells none.
PRIORITY_ALL = 7
#: Suffixes of units (systemd.unit(5)).
_SUFFIXES = (
    ".service", ".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer", ".slice", ".scope",
)  # fmt: skip
_CHANGED = "it is damaged: not all that is in it is shown"


class Reader:
    """Files that are read as one journal.

    Args:
        files: All files of the journal, open.
        folder: Where copies of damaged ones may be made.
    """

    def __init__(self, files: list[Found], folder: str) -> None:
        self._files, self._folder = files, folder
        self._read = examine(files, folder)
        if not self._read:
            problem = files[0].problem if len(files) == 1 else f"none of {len(files)} files can be read"
            raise OSError(errno.EIO, f"the journal is damaged: {problem}")
        self._is_damaged = self._is_closely_seen = False
        self._open()

    def _open(self) -> None:
        """Open the files; where one is damaged nothing is found by its indexes."""
        self._journal = SdJournal([file.descriptor for file in self._read])
        self._filter: list[Any] | None = None
        self._usage = self._journal.number("get_usage")
        self._is_damaged = self._is_damaged or any(file.problem for file in self._read)

    def _look_closely(self) -> bool:
        """Mend what a close look shows; return whether anything was."""
        if self._is_closely_seen:
            return False
        self._is_closely_seen = True
        self._journal.close()
        is_mended = look_closely(self._read, self._folder)
        self._open()
        return is_mended

    def answer(self, question: Any) -> Any:
        """Answer a question: a word and what it is about."""
        word, *arguments = question
        readers: dict[str, Callable[..., Any]] = {
            "page": self.page, "boots": self.boots, "fields": self.fields, "files": self.files
        }  # fmt: skip
        return readers[word](*arguments)

    def files(self) -> list[Any]:
        """Return what is known of the files."""
        self._look_closely()
        return [[file.path, file.size, file.entries, file.was_closed, file.problem] for file in self._files]

    def page(self, wishes: list[Any], cursor: str, backward: bool, count: int) -> list[Any]:
        """Return entries, where to go on, whether nothing comes behind them, how many were looked at, what broke.

        Args:
            wishes: Priority, unit, boot, text, since and until, as in journal_entries.
            cursor: Behind which to begin; "" at the end.
            backward: Whether the newest come first.
            count: How many at most.
        """
        page = self._page(wishes, cursor, backward, count)
        if page[-1] and self._look_closely():
            page = self._page(wishes, cursor, backward, count)
        return page

    def _page(self, wishes: list[Any], cursor: str, backward: bool, count: int) -> list[Any]:
        self._match(wishes)
        _, _, _, text, since, until = wishes
        fits = self._fits(*wishes[:3]) if self._is_damaged else None
        deadline, found, looked, place = time.monotonic() + PAGE_S, [], 0, cursor
        for time_us in self._entries(cursor, since, until, backward=backward):
            looked += 1
            if not (since and time_us < since) and not (until and time_us > until) and (fits is None or fits()):
                message = self._journal.get(b"MESSAGE", MESSAGE_MAX if not text else FIELD_MAX) or b""
                if not text or holds(message, text):
                    found.append(self._entry(message[:MESSAGE_MAX], time_us))
            if len(found) >= min(count, PAGE_MAX) or time.monotonic() > deadline:
                place = self._journal.cursor()
                return [found, place, False, looked, self._broken()]
        return [found, place, True, looked, self._broken()]

    def _match(self, wishes: list[Any]) -> None:
        priority, unit, boot, *_ = wishes
        if boot:
            _boot_id(boot)
        if self._filter == wishes:
            return
        journal = self._journal
        journal.run("flush_matches")
        if self._is_damaged:
            return
        if boot:
            journal.match("_BOOT_ID", _boot_id(boot))
            journal.run("add_conjunction")
        if unit:
            _match_unit(journal, unit)
            journal.run("add_conjunction")
        for number in range(priority + 1 if priority < PRIORITY_ALL else 0):
            journal.match("PRIORITY", str(number))
        self._filter = wishes

    def _entries(self, cursor: str, since: int, until: int, *, backward: bool) -> Iterator[int]:
        """Go through entries and give when each came, until those that are wished for end."""
        journal, step = self._journal, "previous" if backward else "next"
        if cursor:
            try:
                journal.run("seek_cursor", cursor.encode("ascii", "replace"))
            except OSError as error:
                raise OSError(errno.EINVAL, f"{cursor!r} names no entry") from error
        elif limit := until if backward else since:
            journal.run("seek_realtime_usec", limit + backward)
        else:
            journal.run("seek_tail" if backward else "seek_head")
        while journal.run(step):
            if cursor and _is_at(journal, cursor):
                continue
            time_us = journal.number("get_realtime_usec")
            if (time_us < since) if backward else (until and time_us > until):
                return
            yield time_us

    def _entry(self, message: bytes, time_us: int) -> list[Any]:
        get = self._journal.get
        source = _number(get(b"_SOURCE_REALTIME_TIMESTAMP", NAME_MAX))
        unit = get(b"UNIT", NAME_MAX) or get(b"_SYSTEMD_UNIT", NAME_MAX)
        identifier = get(b"SYSLOG_IDENTIFIER", NAME_MAX) or get(b"_COMM", NAME_MAX)
        pid = get(b"_PID", NAME_MAX) or get(b"SYSLOG_PID", NAME_MAX)
        return [
            self._journal.cursor(), source if source > 0 else time_us, _number(get(b"PRIORITY", NAME_MAX)),
            _text(unit), _text(identifier), _number(pid), _text(get(b"_HOSTNAME", NAME_MAX)),
            self._journal.boot_id(), message,
        ]  # fmt: skip

    def _broken(self) -> bool:
        """Return whether the library has dropped a file since it was asked last: then it takes less room."""
        usage = self._journal.number("get_usage")
        is_less, self._usage = usage < self._usage, usage
        if is_less and len(self._read) == 1:
            self._read[0].problem = self._read[0].problem or _CHANGED
        return is_less

    def _fits(self, priority: int, unit: str, boot: str) -> Callable[[], bool]:
        """Return what tells whether the entry is wished for, as the indexes of a whole file do."""
        get, wanted = self._journal.get, _boot_id(boot) if boot else ""
        units = [{name: value.encode() for name, value in matches.items()} for matches in _unit_matches(unit)]

        def fits() -> bool:
            return (
                (priority >= PRIORITY_ALL or 0 <= _number(get(b"PRIORITY", NAME_MAX)) <= priority)
                and (not wanted or self._journal.boot_id() == wanted)
                and (not unit or any(all(get(k.encode(), NAME_MAX) == v for k, v in one.items()) for one in units))
            )

        return fits

    def boots(self) -> list[Any]:
        """Return the boots with their first and last times, in the order of the former."""
        self._filter = None
        self._journal.run("flush_matches")
        found = self._boots_of_damaged() if self._is_damaged else self._boots_by_index()
        if found is None or self._broken():
            self._look_closely()
            self._is_damaged = True
            found = self._boots_of_damaged()
        return sorted(found, key=lambda boot: boot[1])

    def _boots_by_index(self) -> list[Any] | None:
        try:
            ids = set(islice(self._journal.values(b"_BOOT_ID", NAME_MAX), BOOTS_MAX))
            found = []
            for boot in ids:
                self._journal.run("flush_matches")
                self._journal.match("_BOOT_ID", _boot_id(boot.decode("ascii", "replace")))
                first, last = self._time_at("seek_head", "next"), self._time_at("seek_tail", "previous")
                if first is not None and last is not None:
                    found.append([boot.decode(), first, last])
        except OSError:
            return None
        return found or None

    def _boots_of_damaged(self) -> list[Any]:
        """Go through all entries, as long as that does not take too long."""
        found: dict[str, list[Any]] = {}
        deadline = time.monotonic() + BOOTS_S
        for time_us in self._entries("", 0, 0, backward=True):
            boot = self._journal.boot_id()
            known = found.setdefault(boot, [boot, time_us, time_us])
            known[1] = min(known[1], time_us)
            if time.monotonic() > deadline or len(found) >= BOOTS_MAX:
                break
        return [known for boot, known in found.items() if boot.strip("0")]

    def _time_at(self, seek: str, step: str) -> int | None:
        self._journal.run(seek)
        return self._journal.number("get_realtime_usec") if self._journal.run(step) else None

    def fields(self, cursor: str) -> list[Any]:
        """Return the fields of an entry; those that a sender cannot choose come last."""
        self._filter = None
        self._journal.run("flush_matches")
        try:
            self._journal.run("seek_cursor", cursor.encode("ascii", "replace"))
        except OSError as error:
            raise OSError(errno.EINVAL, f"{cursor!r} names no entry") from error
        if not self._journal.run("next") or not _is_at(self._journal, cursor):
            raise OSError(errno.ENOENT, "there is no such entry")
        return _all_fields(self._journal)


def _all_fields(journal: SdJournal) -> list[Any]:
    """Return the fields of the entry: name, value, how long it is; all together no more than fit into an answer."""
    found, size = [], 0
    for data, length in journal.fields(FIELD_MAX):
        name, _, value = data.partition(b"=")
        size += len(value)
        if size > FIELDS_MAX:
            value = b""
        found.append([name.decode("ascii", "replace"), value, max(length - len(name) - 1, 0)])
    return sorted(found, key=lambda field: field[0].startswith("_"))


def answerer(files: list[Found], folder: str) -> Answerer:
    """Return what answers questions about these files, in the copy."""
    return Reader(files, folder).answer


def holds(message: bytes, text: str) -> bool:
    """Return whether a message holds a text, whatever the case."""
    if text.isascii():
        return os.fsencode(text).lower() in message.lower()
    return text.casefold() in message.decode("utf-8", "replace").casefold()


def _is_at(journal: SdJournal, cursor: str) -> bool:
    return journal.run("test_cursor", cursor.encode("ascii", "replace")) > 0


def _number(text: bytes | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 19 else -1


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace") if value else ""


def _boot_id(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", plain := text.replace("-", "").lower()):
        raise OSError(errno.EINVAL, f"{text!r} is no identifier of a boot")
    return plain


def _unit_matches(unit: str) -> tuple[dict[str, str], ...]:
    """Return what entries of a unit have: what it has said, what systemd says of it, or a program of that name has."""
    name = unit if unit.endswith(_SUFFIXES) else f"{unit}.service"
    return (
        {"_SYSTEMD_UNIT": name}, {"_PID": "1", "UNIT": name}, {"_UID": "0", "OBJECT_SYSTEMD_UNIT": name},
        {"_UID": "0", "COREDUMP_UNIT": name}, {"SYSLOG_IDENTIFIER": unit},
    )  # fmt: skip


def _match_unit(journal: SdJournal, unit: str) -> None:
    for matches in _unit_matches(unit):
        for field, value in matches.items():
            journal.match(field, value)
        journal.run("add_disjunction")
