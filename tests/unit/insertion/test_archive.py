"""The archive of an insertion: what a tar reader finds in it, and that nothing half-read gets into it."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from cutaway.errors import Cancelled, DestinationError
from cutaway.insertion import archive as archives
from cutaway.insertion.archive import Archive
from cutaway.insertion.host_file import extents
from cutaway.insertion.host_tree import HostTree, plan
from cutaway.insertion.policy import InsertPolicy

MIB = 1024 * 1024


def ignore(*_: object) -> None:
    pass


@pytest.fixture
def target(tmp_path: Path) -> int:
    """Give an open file for the archive."""
    return os.open(tmp_path / "archive", os.O_RDWR | os.O_CREAT)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def packed(
    target: int, tree: HostTree, policy: InsertPolicy | None = None
) -> tuple[Archive, dict[str, tarfile.TarInfo]]:
    archive = Archive(target, (7, 8), policy or InsertPolicy(), ignore)
    for entry in tree.entries:
        archive.add(entry)
    archive.finish()
    return archive, {info.name: info for info in opened(target)}


def opened(target: int) -> tarfile.TarFile:
    os.lseek(target, 0, os.SEEK_SET)
    with os.fdopen(os.dup(target), "rb") as file:
        return tarfile.open(fileobj=io.BytesIO(file.read()), encoding="utf-8", errors="surrogateescape")


def content(target: int, name: str) -> bytes:
    extracted = opened(target).extractfile(name)
    assert extracted is not None
    return extracted.read()


@pytest.mark.parametrize("size", [0, 1, 511, 512, archives.INLINE_BYTES, archives.INLINE_BYTES + 1, 3 * MIB + 7])
def test_content_comes_byte_for_byte(target: int, source: Path, size: int) -> None:
    (source / "file").write_bytes(os.urandom(size))
    (source / "next").write_bytes(b"next")
    packed(target, plan([os.fsencode(source)], ignore))
    assert content(target, "0/file") == (source / "file").read_bytes()
    assert content(target, "0/next") == b"next"


def test_owners_times_and_modes_follow_the_policy(target: int, source: Path) -> None:
    (source / "file").write_bytes(b"x")
    (source / "file").chmod(0o4750)
    os.utime(source / "file", ns=(0, 1_600_000_000_123_456_789))
    tree = plan([os.fsencode(source)], ignore)
    info = packed(target, tree)[1]["0/file"]
    assert (info.uid, info.gid, info.mode) == (7, 8, 0o750)
    assert info.pax_headers["mtime"] == "1600000000.123456789"
    os.ftruncate(target, 0)
    os.lseek(target, 0, os.SEEK_SET)
    kept = packed(target, tree, InsertPolicy(keep_owners=True, keep_times=False))[1]["0/file"]
    assert (kept.uid, kept.mode) == (os.getuid(), 0o4750)
    assert kept.mtime > 1_700_000_000


def test_names_are_bytes(target: int, source: Path) -> None:
    Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9\n")).write_bytes(b"x")
    names = packed(target, plan([os.fsencode(source)], ignore))[1]
    assert os.fsdecode(b"0/caf\xe9\n") in names


def test_holes_take_no_room(target: int, source: Path) -> None:
    with (source / "sparse").open("wb") as file:
        for at in (MIB, 5 * MIB):
            file.seek(at)
            file.write(b"data")
        file.truncate(50 * MIB + 3)
    packed(target, plan([os.fsencode(source)], ignore))
    assert content(target, "0/sparse") == (source / "sparse").read_bytes()
    assert os.fstat(target).st_size < MIB


def test_extents_cover_all_data(source: Path) -> None:
    data = bytearray(3 * MIB + 1)
    with (source / "sparse").open("wb+") as file:
        for at in (0, 8192, MIB + 1, 3 * MIB):
            file.seek(at)
            file.write(b"x")
            data[at] = ord("x")
        file.flush()
        parts = extents(file.fileno(), len(data))
        assert all(start % 4096 == 0 for start, _ in parts)
        assert all(length % 4096 == 0 for _, length in parts[:-1])
        rebuilt = bytearray(len(data))
        for start, length in parts:
            rebuilt[start : start + length] = os.pread(file.fileno(), length, start)
    assert rebuilt == data


def test_a_second_name_of_a_file_is_a_link(target: int, source: Path) -> None:
    (source / "a").write_bytes(b"x" * 5000)
    os.link(source / "a", source / "b")
    info = packed(target, plan([os.fsencode(source)], ignore))[1]["0/b"]
    assert (info.type, info.linkname) == (tarfile.LNKTYPE, "0/a")


def test_what_vanished_is_reported_and_the_rest_comes(target: int, source: Path) -> None:
    for name in ("a", "b", "c"):
        (source / name).write_bytes(name.encode())
    tree = plan([os.fsencode(source)], ignore)
    (source / "b").unlink()
    archive, names = packed(target, tree)
    assert [failure.path for failure in archive.failures] == [os.fsencode(source / "b")]
    assert set(names) == {"0", "0/a", "0/c"}


def test_what_became_a_pipe_does_not_block(target: int, source: Path) -> None:
    (source / "a").write_bytes(b"a")
    tree = plan([os.fsencode(source)], ignore)
    (source / "a").unlink()
    os.mkfifo(source / "a")
    assert packed(target, tree)[0].failures


@pytest.mark.parametrize("size", [1000, 2 * MIB])
def test_what_became_shorter_leaves_nothing_in_the_archive(
    target: int, source: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "a").write_bytes(b"a")
    (source / "b").write_bytes(b"b" * size)
    (source / "c").write_bytes(b"c")
    tree = plan([os.fsencode(source)], ignore)
    look = os.fstat

    def shrink(descriptor: int) -> os.stat_result:
        status = look(descriptor)
        if status.st_size == size:
            os.truncate(source / "b", size // 2)
        return status

    monkeypatch.setattr(os, "fstat", shrink)
    archive, names = packed(target, tree)
    assert [failure.reason for failure in archive.failures] == ["it became shorter while it was read"]
    assert set(names) == {"0", "0/a", "0/c"}
    assert content(target, "0/c") == b"c"


def test_what_grew_comes_as_it_was_and_is_told(target: int, source: Path) -> None:
    (source / "log").write_bytes(b"1" * 300_000)
    tree = plan([os.fsencode(source)], ignore)

    def grow(count: int) -> None:
        if count:
            with (source / "log").open("ab") as file:
                file.write(b"2")

    archive = Archive(target, (0, 0), InsertPolicy(), grow)
    for entry in tree.entries:
        archive.add(entry)
    archive.finish()
    assert [item.path for item in archive.changed] == [os.fsencode(source / "log")]
    assert content(target, "0/log") == b"1" * 300_000


def test_a_full_disk_is_no_fault_of_a_file(source: Path) -> None:
    (source / "file").write_bytes(b"x" * 300_000)
    full = os.open("/dev/full", os.O_WRONLY)
    archive = Archive(full, (0, 0), InsertPolicy(), ignore)
    folder, file = plan([os.fsencode(source)], ignore).entries
    archive.add(folder)
    with pytest.raises(OSError, match="No space left"):
        archive.add(file)


def test_a_cancellation_ends_walk_and_packing(target: int, source: Path) -> None:
    (source / "file").write_bytes(b"x")

    def stop(*_: object) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        plan([os.fsencode(source)], stop)
    tree = plan([os.fsencode(source)], ignore)
    with pytest.raises(Cancelled):
        Archive(target, (0, 0), InsertPolicy(), stop).add(tree.entries[0])


def test_a_path_that_is_missing_is_an_error(source: Path) -> None:
    with pytest.raises(DestinationError) as caught:
        plan([os.fsencode(source / "nothing")], ignore)
    assert caught.value.errno_name == "ENOENT"


def test_pipes_and_sockets_are_skipped(source: Path) -> None:
    os.mkfifo(source / "pipe")
    tree = plan([os.fsencode(source)], ignore)
    assert [item.reason for item in tree.skipped] == ["it is a named pipe"]
    assert [entry.member for entry in tree.entries] == [b"0"]


def test_an_attribute_whose_name_is_not_utf8_is_left_out_and_told(
    target: int, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "file").write_bytes(b"x")
    monkeypatch.setattr(os, "listxattr", lambda *_, **__: ["user.\udcff", "user.note"])
    monkeypatch.setattr(os, "getxattr", lambda *_, **__: b"value")
    archive, members = packed(target, plan([os.fsencode(source / "file")], ignore))
    assert members["0"].pax_headers["SCHILY.xattr.user.note"] == "value"
    (told,) = archive.changed
    assert (told.path, "\\xff" in told.reason) == (os.fsencode(source / "file"), True)
