"""Records about logs: entries of systemd's journal, its boots and files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry of a journal; "" or -1 for what it does not tell.

    Attributes:
        cursor: What names it, in all copies of the journal.
        time_us: When it was written, in microseconds since the epoch.
        priority: 0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notice, 6 info, 7 debug.
        unit: What systemd has it from, or what it is about: "ssh.service".
        identifier: How the program calls itself, or is called: "sshd".
        boot_id: The boot in which it was written, in hex.
        message: Its text, 16 KiB at most; of any encoding, and several lines perhaps.
    """

    cursor: str
    time_us: int
    priority: int
    unit: str
    identifier: str
    pid: int
    hostname: str
    boot_id: str
    message: bytes


@dataclass(frozen=True, slots=True)
class JournalBoot:
    """A time that a machine was up.

    Attributes:
        boot_id: 32 digits in hex.
        first_us, last_us: When its first and last entries came, in microseconds since the epoch.
    """

    boot_id: str
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class JournalField:
    """A field of an entry.

    Attributes:
        name: In capitals, such as "MESSAGE", "_SYSTEMD_UNIT" (systemd.journal-fields(7)).
        value: 1 MiB at most.
        size_bytes: How long it is as a whole; of a compressed one that is longer, as far as it was read.
    """

    name: str
    value: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A file of a journal.

    Attributes:
        entries: How many it says it has; 0 if it cannot be read.
        was_closed: Whether its writer has closed it: if not, the machine was killed, or runs.
        problem: What is wrong with it, as a sentence; "" for nothing that is known.
    """

    path: bytes
    size_bytes: int
    entries: int
    was_closed: bool
    problem: str
