"""Journals of systemd in the model, and a small system that has one. Tests build the same as a real image.

/dev/sda1  ext4  LOGS  a server whose database does not start after an update; two boots
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from cutaway.testing.images import FakeFileSystem, FakeImage, disk
from cutaway.testing.nodes import Folder, file, folder
from cutaway.testing.sample_files import ELF_HEADER

#: How a file of a journal begins, and how much of one the model has.
MAGIC, BASE_BYTES = b"LPKSHHRH", 4096
MACHINE_ID = "6d1b4d3e9a271b7f0c6e5d015a1f3c58"
BOOTS = ("1f0e5d4c3b2a19087f6e5d4c3b2a1908", "2a190817f6e5d4c3b2a190811f0e5d4c")
TIME = "__REALTIME_TIMESTAMP"
#: When the first boot begins, in microseconds; how many entries each has.
START_US, MINUTE_US, DAY_US, COUNT = 1_718_000_000_000_000, 60_000_000, 86_400_000_000, 600
Fields = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class FakeJournal:
    """The content of a file that is a journal; only its beginning is as in a real one.

    Attributes:
        entries: Their fields, and under TIME when each came; in the order of time.
        problem: What is wrong with it.
    """

    entries: tuple[Fields, ...]
    problem: str = ""

    @property
    def size(self) -> int:
        """Its size."""
        return BASE_BYTES

    def read(self, offset: int, count: int) -> bytes:
        """Read the magic and zeros."""
        return MAGIC.ljust(BASE_BYTES, b"\0")[offset : offset + count]

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give the whole."""
        yield 0, BASE_BYTES


def entry(time_us: int, boot: int, message: bytes, *, priority: int = 6, unit: str = "", name: str, pid: int) -> Fields:
    """Return the fields of an entry."""
    texts = {
        TIME: str(time_us), "_BOOT_ID": BOOTS[boot], "_MACHINE_ID": MACHINE_ID, "_HOSTNAME": "db01",
        "PRIORITY": str(priority), "SYSLOG_IDENTIFIER": name, "_PID": str(pid),
        **({"_SYSTEMD_UNIT": unit} if unit else {}),
    }  # fmt: skip
    return {key: value.encode() for key, value in texts.items()} | {"MESSAGE": message}


def _ordinary(number: int, time_us: int, boot: int) -> Fields:
    if number % 3 == 0:
        return entry(time_us, boot, b"usb 1-%d: device found" % number, name="kernel", pid=0, priority=5)
    if number % 3 == 1:
        unit = f"session-{number}.scope"
        fields = entry(time_us, boot, b"Accepted publickey for ada", unit="ssh.service", name="sshd", pid=800)
        return {**fields, "OBJECT": unit.encode()}
    return entry(time_us, boot, b"Job %d done" % number, unit="cron.service", name="CRON", pid=900, priority=7)


#: What the last boot ends with: message, priority, unit, identifier.
TROUBLE = (
    (b"Starting MariaDB 10.11.6 database server...", 6, "mariadb.service", "systemd"),
    (
        "InnoDB: Die Größe der Datei passt nicht\nInnoDB: ibdata1 is corrupted".encode(),
        3,
        "mariadb.service",
        "mariadbd",
    ),
    (b"caf\xe9 is no UTF-8, and \x1b[31mthis is no colour", 4, "app.service", "app"),
    (b"Long: " + b"0123456789" * 3000, 6, "app.service", "app"),
    (b"mariadb.service: Main process exited, code=exited, status=1/FAILURE", 5, "init.scope", "systemd"),
    (b"Failed to start mariadb.service - MariaDB 10.11.6 database server.", 3, "init.scope", "systemd"),
)


@cache
def log_entries() -> tuple[Fields, ...]:
    """Return all entries of the sample."""
    made = [
        _ordinary(number, START_US + boot * DAY_US + number * MINUTE_US, boot)
        for boot in range(len(BOOTS)) for number in range(COUNT)
    ]  # fmt: skip
    after = START_US + DAY_US + COUNT * MINUTE_US
    for number, (message, priority, unit, name) in enumerate(TROUBLE):
        pid = 1 if name == "systemd" else 1200
        about = {"UNIT": b"mariadb.service"} if unit == "init.scope" else {}
        fields = entry(after + number * MINUTE_US, 1, message, priority=priority, unit=unit, name=name, pid=pid)
        made.append({**fields, **about})
    return tuple(made)


def journal_root() -> Folder:
    """Return a new tree of the system."""
    release = b'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
    etc = {b"os-release": release, b"hostname": b"db01\n", b"fstab": b"LABEL=LOGS / ext4 defaults 0 1\n"}
    journals = folder({MACHINE_ID.encode(): folder({b"system.journal": file(FakeJournal(log_entries()))})})
    return folder({
        b"bin": folder({b"sh": file(ELF_HEADER, mode=0o755)}),
        b"etc": folder({name: file(content) for name, content in etc.items()}),
        b"var": folder({b"log": folder({b"journal": journals, b"dpkg.log": file(b"installed mariadb-server\n")})}),
    })  # fmt: skip


def journal_image() -> FakeImage:
    """Return the sample."""
    return disk((128, FakeFileSystem("ext4", journal_root, "LOGS", "5e0d4c3b-2a19-4087-8f6e-5d4c3b2a1908")))
