"""libguestfs' journal_* calls: journals that are open in a copy of this process, which is asked call by call."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

from cutawayd import sdjournal
from cutawayd.forked import Answerer, Servant
from cutawayd.journal_files import Found, close, found
from cutawayd.journal_mending import examine
from cutawayd.refusal import Refusal
from cutawayd.sdjournal import SdJournal
from cutawayd.work import Work

_NUMBER_MAX = (1 << 63) - 1
#: What an answer may bring: of a field, and of all.
FIELD_MAX, FIELDS_MAX = 3 << 20, 24 << 20
#: As sd-journal(3) begins with.
THRESHOLD = 64 << 10


def journal_open(work: Work, directory: bytes) -> None:
    """Open journals; a folder without any is no error, as with libguestfs."""
    work.guest.journal.close()
    with work.sysroot.looked_at(directory, follow=True):
        pass
    files = _files(work, directory.rstrip(b"/") or b"/.")
    sdjournal.load()
    try:
        folder = work.guest.journal.new_folder()
        servant = Servant(lambda: _answerer(files, folder), [file.descriptor for file in files])
    finally:
        close(files)
    work.guest.journal.keep(servant, directory)
    try:
        servant.ask(work, ["get_data_threshold"])
    except BaseException:
        work.guest.journal.close()
        raise


def _files(work: Work, directory: bytes) -> list[Found]:
    try:
        return found(work.sysroot, directory)
    except FileNotFoundError:
        return []


def journal_close(work: Work) -> None:
    """Close them."""
    _ask(work, "get_data_threshold")
    work.guest.journal.close()


def journal_next(work: Work) -> bool:
    """Go on."""
    return bool(_ask(work, "next"))


def journal_skip(work: Work, skip: int) -> int:
    """Go on by several."""
    return int(_ask(work, "skip", skip))


def journal_get(work: Work) -> Iterator[Any]:
    """Return the fields."""
    yield from _ask(work, "get")


def journal_get_data_threshold(work: Work) -> int:
    """Return the threshold."""
    return min(int(_ask(work, "get_data_threshold")), _NUMBER_MAX)


def journal_set_data_threshold(work: Work, threshold: int) -> None:
    """Set the threshold."""
    if threshold < 0:
        raise OSError(errno.EINVAL, "a threshold is not negative")
    _ask(work, "set_data_threshold", threshold)


def journal_get_realtime_usec(work: Work) -> int:
    """Return the time."""
    return min(int(_ask(work, "get_realtime_usec")), _NUMBER_MAX)


def _ask(work: Work, *question: Any) -> Any:
    if not work.guest.journal.is_open:
        raise Refusal("EINVAL", "no journal is open: journal_open opens one")
    return work.guest.journal.servant.ask(work, list(question))


def _answerer(files: list[Found], folder: str) -> Answerer:
    if not files:
        return _nothing()
    journal = SdJournal([file.descriptor for file in examine(files, folder)])

    def answer(question: Any) -> Any:
        word, *arguments = question
        match word:
            case "next":
                return journal.run("next")
            case "skip":
                return _skip(journal, arguments[0])
            case "get":
                return _fields(journal)
            case "set_data_threshold":
                return journal.run(word, arguments[0])
            case _:
                return journal.number(word)

    return answer


def _nothing() -> Answerer:
    """Return what answers for a folder without journals: there is no entry, and all else is as ever."""
    threshold = THRESHOLD

    def answer(question: Any) -> Any:
        nonlocal threshold
        word, *arguments = question
        if word in {"get", "get_realtime_usec"}:
            raise OSError(errno.EADDRNOTAVAIL, "no entry is there")
        threshold = arguments[0] if word == "set_data_threshold" else threshold
        return threshold if word == "get_data_threshold" else 0

    return answer


def _skip(journal: SdJournal, count: int) -> int:
    limited = min(abs(count), (1 << 31) - 1)
    return journal.run("next_skip" if count > 0 else "previous_skip", limited) if count else 0


def _fields(journal: SdJournal) -> list[Any]:
    found_fields, size = [], 0
    for data, length in journal.fields(FIELD_MAX):
        name, _, value = data.partition(b"=")
        size += length
        if length > FIELD_MAX or size > FIELDS_MAX:
            raise Refusal("EFBIG", "the entry is too long: set a smaller threshold")
        found_fields.append([name, value])
    return found_fields
