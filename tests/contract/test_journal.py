"""Journals of systemd: browsed page by page, with filters, and by libguestfs' own calls; also damaged ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.compat.guestfs import GuestFS
from cutaway.errors import GuestError
from cutaway.records import JournalEntry
from cutaway.testing.journal import BOOTS, COUNT, DAY_US, MACHINE_ID, MINUTE_US, START_US, TROUBLE, entry, log_entries
from images.journal import PROGRAM, write_journal
from support.backends import Backend, skip_or_fail

FOLDER = f"/var/log/journal/{MACHINE_ID}"
FILE = f"{FOLDER}/system.journal"
ALL = 2 * COUNT + len(TROUBLE)


@pytest.fixture(scope="module")
def launched(backend: Backend) -> Iterator[Handle]:
    """Give one handle with the sample that has a journal, its system found and nothing mounted."""
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.journal())
        handle.add_drive_scratch(128 << 20)
        handle.launch()
        handle.inspect_os()
        yield handle


@pytest.fixture
def server(launched: Handle) -> Handle:
    """Give the handle with the system mounted."""
    launched.umount_all()
    launched.mount_ro("/dev/sda1", "/")
    return launched


@pytest.fixture
def real(launched: Handle, backend: Backend) -> Handle:
    """Give the handle with an empty file system mounted, if journals are real in it."""
    if not backend.is_real:
        pytest.skip("the fake has no journals in their format")
    launched.umount_all()
    launched.mkfs("ext4", "/dev/sdb")
    launched.mount("/dev/sdb", "/")
    return launched


def messages(entries: list[JournalEntry]) -> list[bytes]:
    return [item.message for item in entries]


def test_the_newest_come_first_and_pages_join(server: Handle) -> None:
    wanted = [fields["MESSAGE"][: 16 << 10] for fields in reversed(log_entries())]
    first = server.journal_entries("/", count=700)
    rest = server.journal_entries("/", cursor=first[-1].cursor)
    assert messages(first + rest) == wanted
    assert [item.time_us for item in first[:2]] == [
        START_US + DAY_US + (COUNT + number) * MINUTE_US for number in (5, 4)
    ]  # fmt: skip


def test_the_oldest_come_first_if_that_is_wished(server: Handle) -> None:
    first = server.journal_entries(FILE, backward=False, count=3)
    after = server.journal_entries(FILE, backward=False, cursor=first[1].cursor, count=1)
    assert messages(first) == [b"usb 1-0: device found", b"Accepted publickey for ada", b"Job 2 done"]
    assert after == first[2:]
    assert len(server.journal_entries(FOLDER, count=0)) == ALL


def test_an_entry_has_its_facts(server: Handle) -> None:
    found = server.journal_entries("/", count=2)[0]
    assert (found.priority, found.unit, found.identifier, found.pid) == (3, "mariadb.service", "systemd", 1)
    assert (found.hostname, found.boot_id) == ("db01", BOOTS[1])
    (kernel,) = server.journal_entries("/", backward=False, count=1)
    assert (kernel.unit, kernel.identifier, kernel.priority) == ("", "kernel", 5)


def test_filters(server: Handle) -> None:
    assert len(server.journal_entries("/", priority=3)) == 2
    assert len(server.journal_entries("/", boot=BOOTS[0])) == COUNT
    assert {item.unit for item in server.journal_entries("/", unit="mariadb")} == {"mariadb.service"}
    assert len(server.journal_entries("/", unit="mariadb")) == 4
    assert {item.identifier for item in server.journal_entries("/", unit="kernel", count=50)} == {"kernel"}
    assert messages(server.journal_entries("/", text="ibDATA1"))[0].startswith(b"InnoDB")
    assert messages(server.journal_entries("/", text="job 2 done")) == [b"Job 2 done"] * 2
    assert server.journal_entries("/", text="GRÖSSE nicht") == []
    since, until = START_US + 10 * MINUTE_US, START_US + 12 * MINUTE_US
    for backward in (True, False):
        times = [
            item.time_us for item in server.journal_entries("/", backward=backward, since_us=since, until_us=until)
        ]
        assert sorted(times) == [since, since + MINUTE_US, until]
    found = server.journal_entries("/", priority=4, unit="app", boot=BOOTS[1], text="utf-8")
    assert messages(found) == [TROUBLE[2][0]]


def test_boots(server: Handle) -> None:
    first, second = server.journal_boots("/")
    assert (first.boot_id, second.boot_id) == BOOTS
    assert (first.first_us, first.last_us) == (START_US, START_US + (COUNT - 1) * MINUTE_US)


def test_an_entry_is_given_whole(server: Handle) -> None:
    (found,) = server.journal_entries("/", text="Long: 0123")
    assert len(found.message) == 16 << 10
    fields = {field.name: field for field in server.journal_fields("/", found.cursor)}
    assert fields["MESSAGE"].value == TROUBLE[3][0]
    assert fields["MESSAGE"].size_bytes == len(TROUBLE[3][0])
    assert fields["_HOSTNAME"].value == b"db01"


def test_files_are_told(server: Handle) -> None:
    (found,) = server.journal_files("/")
    assert (found.path, found.entries, found.was_closed, found.problem) == (FILE.encode(), ALL, True, "")


def test_a_system_is_looked_into_without_mounting_it(launched: Handle) -> None:
    launched.umount_all()
    assert launched.inspect_systems()[0].has_journal
    first = launched.journal_entries("/", root="/dev/sda1", count=10)
    assert len(launched.journal_entries("/", root="/dev/sda1", cursor=first[-1].cursor, count=0)) == ALL - 10
    assert len(launched.journal_boots("/", root="/dev/sda1")) == 2
    assert launched.mounts() == []
    launched.mount("/dev/sda1", "/")
    assert len(launched.journal_entries("/", count=0)) == ALL


def test_what_is_not_there_is_told(server: Handle) -> None:
    for arguments, name in (
        ({"path": "/etc"}, "ENOENT"),
        ({"path": "/etc/hostname"}, "EINVAL"),
        ({"path": "/nope"}, "ENOENT"),
        ({"path": "/", "boot": "xyz"}, "EINVAL"),
        ({"path": "/", "cursor": "xyz"}, "EINVAL"),
        ({"path": "/", "priority": 8}, "EINVAL"),
    ):
        with pytest.raises(GuestError) as error:
            server.journal_entries(**arguments)  # type: ignore[arg-type]  # one of them is wrong on purpose
        assert error.value.errno_name == name


def reads(handle: Handle) -> bool:
    try:
        return bool(handle.journal_files("/x.journal"))
    except GuestError as error:
        return error.errno_name not in {"EIO", "EPROTONOSUPPORT"}


def put(handle: Handle, folder: Path, content: bytes) -> None:
    (folder / "content").write_bytes(content)
    handle.upload(folder / "content", "/x.journal")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a file of a journal of 3000 entries."""
    if not PROGRAM.exists():
        skip_or_fail("systemd-journal-remote is not installed")
    path = tmp_path_factory.mktemp("journal") / "system.journal"
    write_journal(
        path,
        (
            entry(START_US + number * MINUTE_US, number // 2000, b"line %d" % number, name="x", pid=1, unit="x.service")
            for number in range(3000)
        ),
    )
    return path.read_bytes()


def used(whole: bytes) -> int:
    """Return where the last object of a journal is, as its header says."""
    return int.from_bytes(whole[136:144], "little")


@pytest.mark.boots_appliance
def test_of_a_file_that_was_cut_off_the_rest_is_shown(real: Handle, tmp_path: Path, whole: bytes) -> None:
    hash_tables = int.from_bytes(whole[104:112], "little") + int.from_bytes(whole[112:120], "little")
    put(real, tmp_path, whole[: (hash_tables + used(whole)) // 2])
    (file,) = real.journal_files("/x.journal")
    missing = int(file.problem.split(": ")[1].split()[0])
    assert file.problem == f"its end is missing: {missing} of 3000 entries cannot be read"
    newest = real.journal_entries("/x.journal", count=10, unit="x")
    last = int(newest[1].message.removeprefix(b"line "))
    assert 3000 - missing - 5 < last < 3000 - missing  # what the last ones say may be cut off
    assert messages(real.journal_entries("/x.journal", backward=False, count=2, boot=BOOTS[0])) == [
        b"line 0",
        b"line 1",
    ]


@pytest.mark.boots_appliance
def test_what_lies_before_and_behind_a_hole_is_shown(real: Handle, tmp_path: Path, whole: bytes) -> None:
    end = used(whole)
    put(real, tmp_path, whole[: end - 300_000] + bytes(100_000) + whole[end - 200_000 :])
    (file,) = real.journal_files("/x.journal")
    missing = int(file.problem.split(": ")[1].split()[0])
    assert file.problem == f"it is damaged: {missing} of 3000 entries cannot be read"
    assert real.journal_entries("/x.journal", count=1)[0].message == b"line 2999"
    assert real.journal_entries("/x.journal", backward=False, count=1)[0].message == b"line 0"
    assert 0 < missing < 1000
    assert [boot.boot_id for boot in real.journal_boots("/x.journal")] == list(BOOTS)


@pytest.mark.boots_appliance
def test_a_journal_that_is_damaged_anywhere_ends_in_an_error_or_an_answer(
    real: Handle, tmp_path: Path, whole: bytes
) -> None:
    lists_at = int.from_bytes(whole[176:184], "little")
    for place in (8, 12, 88, 96, 104, 136, 152, 176, lists_at, lists_at + 8, lists_at + 16, lists_at + 24):
        put(real, tmp_path, whole[:place] + b"\xff\xee\xdd\xcc" + whole[place + 4 :])
        if reads(real):
            assert len(real.journal_entries("/x.journal", count=2)) == 2, place
    put(real, tmp_path, whole)
    assert len(real.journal_entries("/x.journal", count=20)) == 20


@pytest.mark.boots_appliance
def test_one_damaged_file_hides_no_other(real: Handle, tmp_path: Path, whole: bytes) -> None:
    real.mkdir("/logs")
    for name, content in (("a.journal", whole), ("b.journal~", whole[:1000]), ("c.journal", b""), ("d.txt", b"x")):
        (tmp_path / name).write_bytes(content)
        real.upload(tmp_path / name, f"/logs/{name}")
    problems = {file.path: file.problem for file in real.journal_files("/logs")}
    assert sorted(problems) == [b"/logs/a.journal", b"/logs/b.journal~", b"/logs/c.journal"]
    assert problems[b"/logs/a.journal"] == ""
    assert problems[b"/logs/b.journal~"].startswith("its end is missing")
    assert problems[b"/logs/c.journal"] == "it is empty"
    assert real.journal_entries("/logs", count=1)[0].message == b"line 2999"


@pytest.mark.boots_appliance
@pytest.mark.parametrize("method", ["XZ", "LZ4", "ZSTD"])
def test_compressed_fields_are_read(real: Handle, tmp_path: Path, method: str) -> None:
    if not PROGRAM.exists():
        skip_or_fail("systemd-journal-remote is not installed")
    path, long = tmp_path / "compressed.journal", b"much of the same " * 500
    write_journal(path, [entry(START_US, 0, long, name="x", pid=1)], SYSTEMD_JOURNAL_COMPRESS=method)
    assert long not in path.read_bytes()
    real.upload(path, "/x.journal")
    assert messages(real.journal_entries("/x.journal")) == [long]


@pytest.mark.boots_appliance
def test_the_calls_of_libguestfs(real: Handle, backend: Backend) -> None:
    real.umount_all()
    real.mount_ro("/dev/sda1", "/")
    real.journal_open(FOLDER)
    assert real.journal_get_data_threshold() == 65536
    assert real.journal_next()
    assert {field.name: field.value for field in real.journal_get()}[b"MESSAGE"] == b"usb 1-0: device found"
    assert real.journal_get_realtime_usec() == START_US
    assert (real.journal_skip(10), real.journal_skip(-4), real.journal_skip(0)) == (10, 4, 0)
    assert real.journal_get_realtime_usec() == START_US + 6 * MINUTE_US
    assert real.journal_skip(1 << 40) == ALL - 7
    assert not real.journal_next()
    real.journal_set_data_threshold(100)
    assert real.journal_get_data_threshold() == 100
    real.journal_close()
    with pytest.raises(GuestError, match="no journal is open"):
        real.journal_next()
    with pytest.raises(GuestError):
        real.journal_open("/nope")
    real.journal_open("/etc")
    assert (real.journal_next(), real.journal_skip(5), real.journal_get_data_threshold()) == (False, 0, 65536)
    with pytest.raises(GuestError, match="no entry"):
        real.journal_get()


@pytest.mark.boots_appliance
def test_the_compatible_handle_has_them_in_its_shapes(backend: Backend) -> None:
    if not backend.is_real:
        pytest.skip("the fake has no journals in their format")
    guest = GuestFS(python_return_dict=True)
    guest.add_drive_ro(backend.journal())
    guest.launch()
    guest.mount_ro("/dev/sda1", "/")
    guest.journal_open(FOLDER)
    assert guest.journal_next() == 1
    assert {"attrname": "PRIORITY", "attrval": b"5"} in guest.journal_get()
    guest.journal_close()
    guest.close()
