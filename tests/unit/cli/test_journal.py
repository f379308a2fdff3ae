"""`cutaway journal`: lines like journalctl's, filters, boots; nothing of an image reaches the terminal as it is."""

from __future__ import annotations

import json

import pytest
from cutaway.cli.journal import line_of
from cutaway.records import JournalEntry
from cutaway.testing.journal import BOOTS, COUNT, TROUBLE

from .conftest import Run

IMAGE = "/images/journal.img"


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def test_the_last_entries_come_last(run: Run) -> None:
    done = run("journal", IMAGE, "-n", "3")
    assert done.code == 0
    lines = done.text.splitlines()
    assert lines[0].endswith(("0123456789", "…")) or "Long: 0123456789" in lines[0]
    assert lines[-1] == (
        "2024-06-11T16:18:20+0000 db01 systemd[1]: Failed to start mariadb.service - MariaDB 10.11.6 database server."
    )


def test_all_entries_come_in_order_with_boots_between(run: Run) -> None:
    lines = run("journal", IMAGE).text.splitlines()
    assert lines[0].endswith("db01 kernel: usb 1-0: device found")
    assert lines[COUNT] == f"-- Boot {BOOTS[1]} --"
    assert len(lines) == 2 * COUNT + len(TROUBLE) + 2  # a message of two lines


def test_filters_are_passed_on(run: Run) -> None:
    errors = run("journal", IMAGE, "--priority", "err").text
    assert "ibdata1 is corrupted" in errors
    assert "Job" not in errors
    assert run("journal", IMAGE, "-u", "app", "-g", "UTF-8").text.count("\n") == 1
    first = run("journal", IMAGE, "--boot", "-1", "--reverse").text.splitlines()
    assert len(first) == COUNT
    assert first[-1].endswith("usb 1-0: device found")
    some = run("journal", IMAGE, "--since", "2024-06-10T06:14:00+00:00", "--until", "2024-06-10 06:16:00+00:00").text
    assert some.count("\n") == 2


def test_controls_of_a_message_are_shown_and_not_done(run: Run) -> None:
    done = run("journal", IMAGE, "-u", "app", "-p", "4")
    assert b"\x1b" not in done.output
    assert "caf\\xe9 is no UTF-8, and \\x1b[31mthis is no colour" in done.text


def test_lines_of_a_message_stand_below_each_other() -> None:
    entry = JournalEntry("", 0, 3, "", "app", 7, "host", "", b"one\ntwo\n")
    first, second = line_of(entry).splitlines()
    assert first.index("one") == second.index("two")
    assert line_of(entry, is_coloured=True).count("\x1b[1;31m") == 2


def test_json_is_an_entry_a_line(run: Run) -> None:
    (entry,) = map(json.loads, run("journal", IMAGE, "-n", "1", "--json").text.splitlines())
    assert (entry["unit"], entry["priority"], entry["boot_id"]) == ("mariadb.service", 3, BOOTS[1])


def test_boots_are_listed(run: Run) -> None:
    lines = run("journal", IMAGE, "--list-boots").text.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["-1", BOOTS[0]], ["0", BOOTS[1]]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--priority", "loud"), "'loud' is no priority"),
        (("--since", "soon"), "'soon' is no time"),
        (("--boot", "-7"), "knows no boot -7"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("journal", IMAGE, *arguments)
    assert (done.code, said in done.errors) == (1, True)


def test_a_system_without_a_journal_says_so(run: Run, debian: str) -> None:
    done = run("journal", debian)
    assert done.code == 5
    assert "there is no journal of systemd here" in done.errors
    assert "/var/log" in done.errors.splitlines()[1]
