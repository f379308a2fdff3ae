"""copy_in and copy_across: what comes is what was there, by the rule for names, and all of it or nothing."""

from __future__ import annotations

import asyncio
import io
import os
import random
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle, State
from cutaway.errors import CallInterrupted, Cancelled, DestinationError, GuestError, NotAFolder, NotFound
from cutaway.insertion import host_tree
from cutaway.insertion.policy import InsertPolicy
from cutaway.protocol.declaration import Call
from cutaway.runner import Runner
from cutaway.transfer.progress import TransferProgress
from support.backends import Backend

MIB = 1024 * 1024
SPARSE_BYTES = 40 * MIB
TIME_NS = 1_600_000_000_123_456_700
#: What each file system cannot hold; it is left out, or reported.
CANNOT: dict[str, frozenset[str]] = {
    "ext4": frozenset(),
    "xfs": frozenset(),
    "btrfs": frozenset(),
    "ntfs": frozenset({"bytes", "holes"}),
    "vfat": frozenset({"links", "hard links", "modes", "owners", "times", "xattrs", "holes", "bytes", "colons"}),
}
SIZES_MIB = {"xfs": 400, "btrfs": 256}
MakeHandle = Callable[..., Handle]


@pytest.fixture
def handle_for(backend_handle: Handle) -> MakeHandle:
    """Give a function that mounts a new file system of a kind on /."""

    def make(kind: str, size_mib: int = 128) -> Handle:
        backend_handle.add_drive_scratch(SIZES_MIB.get(kind, size_mib) * MIB)
        backend_handle.launch()
        backend_handle.mkfs(kind, "/dev/sda")
        backend_handle.mount("/dev/sda", "/")
        return backend_handle

    return make


@pytest.fixture(scope="module")
def launched(backend: Backend) -> Iterator[Handle]:
    """Give a launched handle with an empty drive, for all tests that leave it running."""
    with backend.empty_handle() as handle:
        handle.add_drive_scratch(128 * MIB)
        handle.launch()
        yield handle


@pytest.fixture
def fresh(launched: Handle) -> Handle:
    """Give a handle with an ext4 that holds nothing but /tmp."""
    launched.umount_all()
    launched.mkfs("ext4", "/dev/sda")
    launched.mount("/dev/sda", "/")
    launched.mkdir("/tmp")
    return launched


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a folder of all that there is."""
    top = tmp_path / "tree"
    (top / "deep" / "er").mkdir(parents=True)
    numbers = random.Random(7)
    for number in range(60):
        size = numbers.choice([0, 1, 511, 512, 513, 4096, 70_000])
        (top / "deep" / f"file-{number}").write_bytes(numbers.randbytes(size))
    (top / "middle").write_bytes(numbers.randbytes(3 * MIB + 5))
    (top / "program").write_bytes(b"#!/bin/sh\n")
    (top / "program").chmod(0o751)
    os.link(top / "program", top / "deep" / "program again")
    (top / "link").symlink_to("deep/er")
    (top / "dangling").symlink_to("/no/such/place")
    Path(os.fsdecode(os.fsencode(top) + b"/caf\xe9")).write_bytes(b"latin")
    (top / "a:b").write_bytes(b"colon")
    (top / ("long" * 50)).write_bytes(b"long name")
    with (top / "sparse").open("wb") as file:
        file.truncate(SPARSE_BYTES)
        file.seek(20 * MIB)
        file.write(b"in the middle")
    try:
        os.setxattr(top / "program", b"user.colour", b"blue\0\xff=1")
    except OSError:
        pytest.skip("the file system of temporary files knows no extended attributes")
    for folder, _, files in os.walk(top, topdown=False):
        for name in files:
            os.utime(os.path.join(folder, name), ns=(TIME_NS, TIME_NS), follow_symlinks=False)
        os.utime(folder, ns=(TIME_NS, TIME_NS))
    return top


Facts = dict[bytes, dict[str, object]]


def on_host(top: Path, cannot: frozenset[str] = frozenset()) -> Facts:
    """Return what a folder holds, without what a file system cannot."""
    found: Facts = {}
    for folder, folders, files in os.walk(os.fsencode(top)):
        for name in [*folders, *files]:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            shown = os.path.relpath(path, os.fsencode(top))
            if stat.S_ISLNK(status.st_mode):
                found[shown] = {"kind": "link", "target": os.readlink(path)}
            elif stat.S_ISDIR(status.st_mode):
                found[shown] = {"kind": "folder", "mode": stat.S_IMODE(status.st_mode), "time": status.st_mtime_ns}
            else:
                found[shown] = {
                    "kind": "file", "content": Path(os.fsdecode(path)).read_bytes(), "nlink": status.st_nlink,
                    "mode": stat.S_IMODE(status.st_mode), "time": status.st_mtime_ns,
                    "xattrs": {key.encode(): os.getxattr(path, key) for key in os.listxattr(path)},
                }  # fmt: skip
    return {path: _without(facts, cannot) for path, facts in found.items() if _holds(path, facts, cannot)}


def _holds(path: bytes, facts: dict[str, object], cannot: frozenset[str]) -> bool:
    return not (
        (facts["kind"] == "link" and "links" in cannot)
        or (b"\xe9" in path and "bytes" in cannot)
        or (b":" in path and "colons" in cannot)
        or (path == b"program" and "hard links" in cannot)  # the second name in the order of the walk
    )


def _without(facts: dict[str, object], cannot: frozenset[str]) -> dict[str, object]:
    names = {"modes": "mode", "times": "time", "xattrs": "xattrs", "hard links": "nlink"}
    return {key: value for key, value in facts.items() if key not in {names.get(word) for word in cannot}}


def in_image(handle: Handle, directory: str, cannot: frozenset[str] = frozenset()) -> Facts:
    """Return what a directory of the image holds."""
    found: Facts = {}
    for entry in handle.walk(directory):
        path = directory.encode() + b"/" + entry.path
        status = entry.stat
        if not entry.path:
            continue
        if status.is_symlink:
            found[entry.path] = {"kind": "link", "target": entry.target}
        elif status.is_dir:
            found[entry.path] = {"kind": "folder", "mode": stat.S_IMODE(status.mode), "time": status.mtime_ns}
        else:
            found[entry.path] = {
                "kind": "file", "content": content(handle, path, status.size), "nlink": status.nlink,
                "mode": stat.S_IMODE(status.mode), "time": status.mtime_ns,
                "xattrs": {item.name: item.value for item in handle.getxattrs(path) if item.name.startswith(b"user.")},
            }  # fmt: skip
    return {path: _without(facts, cannot) for path, facts in found.items()}


def content(handle: Handle, path: bytes, size: int) -> bytes:
    return b"".join(handle.pread(path, min(MIB, size - at), at) for at in range(0, size, MIB))


def names_in(handle: Handle, directory: str = "/") -> set[bytes]:
    """Return the names in a directory, without what mkfs makes."""
    return {name for name in handle.ls(directory) if name != b"lost+found"}


@pytest.mark.parametrize("kind", CANNOT)
def test_a_tree_comes_as_it_is(
    handle_for: MakeHandle, source: Path, kind: str, monkeypatch: pytest.MonkeyPatch, backend: Backend
) -> None:
    monkeypatch.setattr(host_tree, "LARGE_BYTES", MIB)  # so that some go in as drives of their own
    handle = handle_for(kind)
    cannot = CANNOT[kind] if backend.is_real else frozenset()
    report = handle.copy_in(source, "/")
    assert report.paths == (b"/tree",)
    expected = on_host(source, cannot)
    assert in_image(handle, "/tree", cannot) == expected
    assert len(report.failures) == len(on_host(source)) - len(expected)
    assert all(failure.path.startswith(os.fsencode(source)) for failure in report.failures)
    assert names_in(handle) == {b"tree"}
    assert handle.list_devices() == ["/dev/sda"]
    if backend.is_real and "holes" not in cannot:
        assert handle.lstat("/tree/sparse").blocks * 512 < SPARSE_BYTES // 2


def test_a_large_sparse_file_is_filled_where_it_has_data(
    handle_for: MakeHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: Backend
) -> None:
    monkeypatch.setattr(host_tree, "LARGE_BYTES", MIB)
    with (tmp_path / "disk").open("wb") as file:
        for at in (0, 7, 30):
            file.seek(at * MIB)
            file.write(os.urandom(MIB + 100))
        file.truncate(SPARSE_BYTES + 1)
    handle = handle_for("ext4")
    handle.copy_in(tmp_path / "disk", "/")
    handle.download("/disk", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "disk").read_bytes()
    if backend.is_real:
        assert handle.lstat("/disk").blocks * 512 < SPARSE_BYTES // 2


def test_several_at_once_belong_to_whom_the_folder_belongs(fresh: Handle, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    if os.getuid() == 0:
        os.chown(tmp_path / "theirs", 1234, 5678)
    fresh.copy_in(tmp_path / "theirs", "/", policy=InsertPolicy(keep_owners=True))
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "set").write_bytes(b"2")
    (tmp_path / "two" / "set").chmod(0o4755)
    report = fresh.copy_in([tmp_path / "one", tmp_path / "two"], "/theirs")
    assert (report.files, report.paths) == (2, (b"/theirs/one", b"/theirs/two"))
    expected = (tmp_path / "theirs").stat()
    for path in (*report.paths, b"/theirs/two/set"):
        status = fresh.lstat(path)
        assert (status.uid, status.gid) == (expected.st_uid, expected.st_gid)
    assert stat.S_IMODE(fresh.lstat("/theirs/two/set").mode) == 0o755


def test_owners_and_set_user_bits_are_kept_on_wish(fresh: Handle, tmp_path: Path) -> None:
    (tmp_path / "set").write_bytes(b"2")
    (tmp_path / "set").chmod(0o4755)
    fresh.copy_in(tmp_path / "set", "/tmp", policy=InsertPolicy(keep_owners=True))
    status = fresh.lstat("/tmp/set")
    assert (status.uid, stat.S_IMODE(status.mode)) == (os.getuid(), 0o4755)


@pytest.fixture
def taken(fresh: Handle, tmp_path: Path) -> Handle:
    """Give a handle with names in /tmp that are taken, and files of the same names on the host."""
    (tmp_path / "file.txt").write_bytes(b"new")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    fresh.upload(tmp_path / "old", "/tmp/file.txt")
    fresh.mkdir("/tmp/folder")
    return fresh


def test_rename_takes_the_next_name(taken: Handle, tmp_path: Path) -> None:
    report = taken.copy_in([tmp_path / "file.txt", tmp_path / "folder"], "/tmp")
    assert taken.cat("/tmp/file.txt") == b"old"
    assert all(b" (" in path for path in report.paths)
    assert taken.cat(report.paths[0]) == b"new"
    assert taken.cat(report.paths[1] + b"/inside") == b"new"


def test_replace_replaces_files_and_never_folders(taken: Handle, tmp_path: Path) -> None:
    before = names_in(taken, "/tmp")
    report = taken.copy_in(tmp_path / "file.txt", "/tmp", policy=InsertPolicy(conflict="replace"))
    assert report.paths == (b"/tmp/file.txt",)
    assert taken.cat("/tmp/file.txt") == b"new"
    with pytest.raises(GuestError) as caught:
        taken.copy_in(tmp_path / "folder", "/tmp", policy=InsertPolicy(conflict="replace"))
    assert caught.value.errno_name == "EEXIST"
    assert names_in(taken, "/tmp") == before


def test_skip_leaves_out_and_reports(taken: Handle, tmp_path: Path) -> None:
    report = taken.copy_in([tmp_path / "file.txt", tmp_path / "folder"], "/tmp", policy=InsertPolicy(conflict="skip"))
    assert (report.paths, report.files, len(report.skipped)) == ((), 0, 2)
    assert taken.cat("/tmp/file.txt") == b"old"


def test_fail_copies_nothing(taken: Handle, tmp_path: Path) -> None:
    before = names_in(taken, "/tmp")
    (tmp_path / "free name").write_bytes(b"x")
    with pytest.raises(GuestError) as caught:
        taken.copy_in([tmp_path / "free name", tmp_path / "file.txt"], "/tmp", policy=InsertPolicy(conflict="fail"))
    assert caught.value.remedy
    assert names_in(taken, "/tmp") == before


def test_two_of_the_same_name_get_two_names(fresh: Handle, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same").write_bytes(folder.encode())
    report = fresh.copy_in(
        [tmp_path / "a" / "same", tmp_path / "b" / "same"], "/tmp", policy=InsertPolicy(conflict="fail")
    )
    assert [fresh.cat(path) for path in report.paths] == [b"a", b"b"]


def test_a_read_only_image_says_how_it_can_be_written(mounted: Handle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(GuestError) as caught:
        mounted.copy_in(tmp_path / "file", "/tmp")
    assert caught.value.errno_name == "EROFS"
    assert "--write" in caught.value.remedy


def test_a_target_that_is_no_folder_is_refused(fresh: Handle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(NotFound):
        fresh.copy_in(tmp_path / "file", "/no/such/folder")
    fresh.copy_in(tmp_path / "file", "/tmp")
    with pytest.raises(NotAFolder):
        fresh.copy_in(tmp_path / "file", "/tmp/file")


def test_what_is_not_on_the_host_is_an_error_of_the_host(fresh: Handle, tmp_path: Path) -> None:
    before = names_in(fresh, "/tmp")
    with pytest.raises(DestinationError, match="does not exist"):
        fresh.copy_in([tmp_path, tmp_path / "nothing"], "/tmp")
    assert names_in(fresh, "/tmp") == before


def test_what_is_no_file_is_reported(fresh: Handle, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "pipe")
    (tmp_path / "folder" / "file").write_bytes(b"x")
    report = fresh.copy_in(tmp_path / "folder", "/tmp")
    assert [(item.path, item.reason) for item in report.skipped] == [
        (os.fsencode(tmp_path / "folder" / "pipe"), "it is a named pipe")
    ]
    assert report.files == 1


def test_progress_ends_with_all(fresh: Handle, source: Path) -> None:
    told: list[TransferProgress] = []
    fresh.copy_in(source, "/tmp", on_progress=told.append)
    assert all(0 <= step.bytes_done <= step.bytes_total for step in told)
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)
    assert (told[-1].bytes_done, told[-1].files_done) == (told[-1].bytes_total, told[-1].files_total)


def test_what_does_not_fit_is_refused(handle_for: MakeHandle, tmp_path: Path, backend: Backend) -> None:
    if not backend.is_real:
        pytest.skip("the fake's file systems are never full")
    handle = handle_for("ext4")
    with (tmp_path / "large").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, handle.statvfs("/").bfree * 4096 + MIB)
    with pytest.raises(GuestError) as caught:
        handle.copy_in(tmp_path / "large", "/")
    assert caught.value.errno_name == "ENOSPC"
    assert caught.value.remedy
    assert names_in(handle) == set()


def test_no_room_for_more_files_keeps_nothing(handle_for: MakeHandle, tmp_path: Path, backend: Backend) -> None:
    if not backend.is_real:
        pytest.skip("the fake's file systems are never full")
    handle = handle_for("ext4", 8)
    inodes = handle.statvfs("/").ffree
    (tmp_path / "many").mkdir()
    for number in range(inodes + 10):
        (tmp_path / f"many/{number}").touch()
    with pytest.raises(GuestError) as caught:
        handle.copy_in(tmp_path / "many", "/")
    assert caught.value.errno_name == "ENOSPC"
    assert names_in(handle) == set()
    assert handle.statvfs("/").ffree == inodes


@pytest.fixture
def much(tmp_path: Path) -> Path:
    """Give a folder that keeps a guest busy for a while: many files, and a large one."""
    folder = tmp_path / "much"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number}").write_bytes(b"%d" % number)
    with (folder / "large").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 60 * MIB)
    return folder


# A quick machine fills in the large file in less than 0.2 s.
@pytest.mark.parametrize(
    ("call", "after_s"), [("insert_unpack", 0.0), ("insert_unpack", 0.2), ("insert_fill", 0.0), ("insert_fill", 0.03)]
)
def test_a_cancelled_copy_leaves_nothing(
    handle_for: MakeHandle,
    much: Path,
    call: str,
    after_s: float,
    monkeypatch: pytest.MonkeyPatch,
    backend: Backend,
) -> None:
    if after_s and not backend.is_real:
        pytest.skip("the fake is done before")
    handle = handle_for("ext4")
    make_call = Runner.run

    async def run(runner: Runner, made: Call[..., Any], arguments: dict[str, Any], **options: Any) -> Any:
        if made.name == call:
            asyncio.get_running_loop().call_later(after_s, handle.cancel)
        return await make_call(runner, made, arguments, **options)

    monkeypatch.setattr(Runner, "run", run)
    with pytest.raises(Cancelled):
        handle.copy_in(much, "/")
    monkeypatch.setattr(Runner, "run", make_call)
    assert names_in(handle) == set()
    assert handle.list_devices() == ["/dev/sda"]
    assert handle.copy_in(much / "1", "/").files == 1


def test_a_copy_is_cancelled_while_it_is_packed(handle_for: MakeHandle, much: Path) -> None:
    handle = handle_for("ext4")
    with pytest.raises(Cancelled):
        handle.copy_in(much, "/", on_progress=lambda _: handle.cancel())
    assert names_in(handle) == set()


def test_a_killed_appliance_is_an_interruption(new_handle: Callable[[], Handle], source: Path) -> None:
    handle = new_handle()
    handle.launch()
    handle.mount("/dev/vg0/root", "/")

    with pytest.raises(CallInterrupted):
        handle.copy_in(source, "/tmp", on_progress=lambda _: handle.kill_subprocess())
    handle.launch()
    handle.mount("/dev/vg0/root", "/")
    assert handle.copy_in(source, "/tmp").files > 0


def test_closing_the_handle_ends_the_packing(handle_for: MakeHandle, much: Path) -> None:
    handle = handle_for("ext4")
    closers: list[threading.Thread] = []

    def close_once(_: TransferProgress) -> None:
        if not closers:
            closers.append(threading.Thread(target=handle.close))
            closers[0].start()

    with pytest.raises((Cancelled, CallInterrupted)):
        handle.copy_in(much, "/", on_progress=close_once)
    closers[0].join(30)
    assert handle.state is State.CLOSED


@pytest.fixture
def second(backend: Backend) -> Iterator[Handle]:
    """Give a second handle, with an empty ext4 on /."""
    with backend.empty_handle() as handle:
        handle.add_drive_scratch(128 * MIB)
        handle.launch()
        handle.mkfs("ext4", "/dev/sda")
        handle.mount("/dev/sda", "/")
        yield handle


def test_a_copy_from_image_to_image_keeps_all(
    new_handle: Callable[[], Handle], second: Handle, source: Path, backend: Backend
) -> None:
    writable = new_handle()
    writable.launch()
    writable.mount("/dev/vg0/root", "/")
    copied = writable.copy_in(source, "/tmp").paths[0].decode()
    told: list[TransferProgress] = []
    report = writable.copy_across([copied, "/etc/hostname", "/etc/os-release"], second, "/", on_progress=told.append)
    assert report.paths == (os.fsencode("/" + copied.rpartition("/")[2]), b"/hostname", b"/os-release")
    assert in_image(second, report.paths[0].decode()) == on_host(source)
    assert second.cat("/hostname") == b"web01\n"
    assert second.readlink("/os-release") == b"../usr/lib/os-release"
    assert second.lstat("/hostname").mtime_ns == writable.lstat("/etc/hostname").mtime_ns
    assert names_in(second) == {path.strip(b"/") for path in report.paths}
    assert (told[-1].bytes_done, told[-1].files_done) == (told[-1].bytes_total, told[-1].files_total)
    if backend.is_real:
        assert second.lstat(report.paths[0] + b"/sparse").blocks * 512 < SPARSE_BYTES // 2


def test_a_copy_across_of_what_is_missing_leaves_nothing(writable: Handle, second: Handle) -> None:
    with pytest.raises(NotFound):
        writable.copy_across(["/etc/hostname", "/nowhere"], second, "/")
    with pytest.raises(NotFound):
        writable.copy_across("/etc/hostname", second, "/nowhere")
    assert names_in(second) == set()


def test_a_packed_file_is_a_tar_file(mounted: Handle, tmp_path: Path) -> None:
    mounted.pack_path("/etc/hostname", tmp_path / "tar")
    with tarfile.open(fileobj=io.BytesIO((tmp_path / "tar").read_bytes())) as tar:
        assert [member.name for member in tar] == ["./hostname"]


def test_the_awaitable_handle_copies_tells_and_is_cancelled(backend: Backend, much: Path, source: Path) -> None:
    async def body() -> None:
        async with backend.async_handle() as handle:
            await handle.add_drive_scratch(128 * MIB)
            await handle.launch()
            await handle.mkfs("ext4", "/dev/sda")
            await handle.mount("/dev/sda", "/")
            told: list[TransferProgress] = []
            report = await handle.copy_in([source], "/", on_progress=told.append)
            assert told[-1].files_done == told[-1].files_total == report.files
            begun = asyncio.Event()
            copying = asyncio.ensure_future(handle.copy_in(much, "/", on_progress=lambda _: begun.set()))
            await begun.wait()
            copying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await copying
            assert set(await handle.ls("/")) - {b"lost+found"} == {b"tree"}
            await handle.mkdir("/again")
            assert (await handle.copy_across("/tree", handle, "/again")).files == report.files

    asyncio.run(body())
