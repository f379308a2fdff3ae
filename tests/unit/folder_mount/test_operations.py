"""What FUSE is answered, on an appliance in memory: the image's truth, by few calls, with errnos."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable

import pytest
from cutaway import Handle
from cutaway.errors import (
    CallInterrupted,
    EngineError,
    GuestError,
    NotFound,
    NotMounted,
    StateError,
    guest_error,
)
from cutaway.folder_mount.attributes import Attributes
from cutaway.folder_mount.blocks import UNIT
from cutaway.folder_mount.errnos import errno_of
from cutaway.folder_mount.image_tree import ImageTree
from cutaway.folder_mount.links import inside
from cutaway.folder_mount.listings import QUESTIONS_MAX, Listings
from cutaway.folder_mount.operations import Appearance, Operations
from cutaway.records import FolderEntry
from cutaway.testing import FakeAppliance, Pattern
from cutaway.testing.answers.listing import ListingAnswers
from cutaway.testing.answers.transfers import TransferAnswers

from .conftest import MIB, ODD


@pytest.fixture
def operations(handle: Handle) -> Operations:
    return Operations(ImageTree(handle), Appearance(), lambda: None)


def errno_from(function: Callable[..., object], *arguments: object) -> int | None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 the errno is what matters
        function(*arguments)
    return caught.value.errno


def test_a_status_is_the_images(operations: Operations, handle: Handle) -> None:
    status = handle.lstat("/small")
    shown = operations.getattr("/small")
    assert (shown["st_size"], shown["st_mode"], shown["st_nlink"]) == (6, status.mode, status.nlink)
    assert (shown["st_uid"], shown["st_gid"]) == (status.uid, status.gid)
    assert shown["st_mtime"] == status.mtime_ns


def test_everything_can_be_shown_as_ones_own(handle: Handle) -> None:
    operations = Operations(ImageTree(handle), Appearance(owner=(1234, 5678)), lambda: None)
    shown = operations.getattr("/small")
    assert (shown["st_uid"], shown["st_gid"]) == (1234, 5678)


def test_names_are_bytes(operations: Operations) -> None:
    names = [name for name, _, _ in operations.readdir("/", 0)]
    assert os.fsdecode(ODD) in names
    assert {".", ".."} <= set(names)
    assert operations.read(f"/{os.fsdecode(ODD)}", 10, 0, 0) == b"odd"


def test_a_folder_that_was_listed_answers_without_a_call(operations: Operations, calls: Counter[str]) -> None:
    operations.readdir("/folder", 0)
    for number in range(40):
        operations.getattr(f"/folder/{number:02d}")
    assert errno_from(operations.getattr, "/folder/none") == errno.ENOENT
    operations.readdir("/folder", 0)
    assert calls == {"scandir": 1}


def test_a_few_questions_do_not_list_the_folder_but_many_do(operations: Operations, calls: Counter[str]) -> None:
    for number in range(QUESTIONS_MAX):
        operations.getattr(f"/folder/{number:02d}")
    assert calls == {"lstat": QUESTIONS_MAX}
    for number in range(40):
        operations.getattr(f"/folder/{number:02d}")
    assert calls == {"lstat": QUESTIONS_MAX, "scandir": 1}


def test_a_large_folder_is_listed_only_for_who_wants_to_see_it(operations: Operations, calls: Counter[str]) -> None:
    for number in range(QUESTIONS_MAX + 20):
        assert operations.getattr(f"/large/{number:05d}")["st_size"] == 0
    assert calls["lstat"] == QUESTIONS_MAX + 20
    assert calls["scandir"] == 1, "it was tried once, and given up"
    assert len(operations.readdir("/large", 0)) == 6002


def test_listings_that_are_too_many_are_forgotten(handle: Handle, calls: Counter[str]) -> None:
    listings = Listings(handle, entries_max=50)
    for folder in (b"/folder", b"/links", b"/large", b"/links", b"/folder"):
        assert listings.entries(folder)
    assert calls == {"scandir": 5}


def test_content_comes_by_few_calls(operations: Operations, calls: Counter[str]) -> None:
    step, size = 128 * 1024, 20 * MIB + 7
    content = b"".join(operations.read("/pattern", step, offset, 0) for offset in range(0, size, step))
    assert content == Pattern(size).read(0, size)
    assert calls["pread"] + calls["download_offset"] <= 8


def test_holes_are_zeros(operations: Operations) -> None:
    assert operations.read("/sparse", 4096, 0, 0) == bytes(4096)
    assert operations.read("/sparse", 4096, 1 << 29, 0) == b"middle".ljust(4096)
    assert operations.read("/sparse", 4096, (1 << 30) - 100, 0) == bytes(100)


def test_links_are_as_they_are_or_lead_inside(handle: Handle, operations: Operations) -> None:
    assert operations.readlink("/links/absolute") == "/etc/passwd"
    assert operations.readlink("/links/relative") == "../folder"
    inner = Operations(ImageTree(handle), Appearance(links_inside=True), lambda: None)
    assert inner.readlink("/links/absolute") == "../etc/passwd"
    assert inner.readlink("/links/relative") == "../folder"


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        (b"/a", b"/etc/x", b"etc/x"), (b"/a/b/c", b"/etc/x", b"../../etc/x"), (b"/a", b"/", b"."),
        (b"/a/b", b"///", b"../."), (b"/a/b", b"x/y", b"x/y"), (b"/a", b"", b""),
    ],
)  # fmt: skip
def test_absolute_links_become_relative(path: bytes, target: bytes, expected: bytes) -> None:
    assert inside(path, target) == expected


def test_attributes_of_a_folder_come_by_one_call(operations: Operations, calls: Counter[str]) -> None:
    for name in ("plain", "other", "third", "fourth", "noted"):
        operations.listxattr(f"/noted/{name}")
    assert operations.listxattr("/noted/noted") == ["user.note"]
    assert operations.getxattr("/noted/noted", "user.note") == b"a\0b"
    assert errno_from(operations.getxattr, "/noted/plain", "user.note") == errno.ENODATA
    assert calls == {"lgetxattrs": 3, "scanxattrs": 1}


def test_attributes_of_the_root_are_its_own(handle: Handle) -> None:
    attributes = Attributes(handle)
    for name in (b"small", b"sparse", b"pattern", b"empty"):
        attributes.of(b"/" + name)
    assert attributes.of(b"/") == {}


def test_inodes_tell_hard_links_and_file_systems_apart(operations: Operations) -> None:
    one, other = operations.getattr("/small"), operations.getattr("/pattern")
    assert one["st_ino"] != other["st_ino"]
    listed = {name: known.get("st_ino") for name, known, _ in operations.readdir("/", 0)}
    assert listed["small"] == one["st_ino"]


def test_the_use_of_the_file_system_is_told(operations: Operations, handle: Handle) -> None:
    use = handle.statvfs("/")
    shown = operations.statfs("/")
    assert (shown["f_blocks"], shown["f_frsize"], shown["f_namemax"]) == (use.blocks, use.frsize, use.namemax)


def test_what_the_image_refuses_has_its_errno(operations: Operations, fake: FakeAppliance) -> None:
    assert errno_from(operations.getattr, "/nowhere") == errno.ENOENT
    assert errno_from(operations.readdir, "/small", 0) == errno.ENOTDIR
    fake.behaviour.refuse = {"pread": ("EUCLEAN", "structure needs cleaning")}
    assert errno_from(operations.read, "/small", 10, 0, 0) == errno.EUCLEAN


def test_a_dead_appliance_is_eio_each_time(operations: Operations, fake: FakeAppliance) -> None:
    fake.die_during("lstat")
    assert errno_from(operations.getattr, "/small") == errno.EIO
    assert errno_from(operations.getattr, "/small") == errno.EIO
    assert errno_from(operations.readdir, "/", 0) == errno.EIO


def test_a_handle_that_was_closed_is_eio(operations: Operations, handle: Handle) -> None:
    handle.close()
    assert errno_from(operations.getattr, "/small") == errno.EIO


def test_a_guest_that_sends_more_than_was_asked_for_is_ended(
    operations: Operations, handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(self: TransferAnswers, remotefile: bytes, offset: int, size: int) -> None:
        self.work.stream(Pattern(size + 1), whole=size)
        self.work.end_file()

    monkeypatch.setattr(TransferAnswers, "download_offset", too_much)
    operations.read("/pattern", 4096, 0, 0)
    assert errno_from(operations.read, "/pattern", 4096, UNIT, 0) == errno.EIO
    handle.launch()
    handle.mount_ro("/dev/sda1", "/")
    with open(os.devnull, "wb") as nothing, pytest.raises(CallInterrupted, match="more than the 1000 bytes"):
        handle.download_offset("/pattern", nothing.fileno(), 0, 1000)


def test_names_that_no_kernel_takes_are_left_out(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [b"", b".", b"..", b"a/b", b"a\0b", b"x" * 256]

    def scandir(_self: ListingAnswers, directory: bytes) -> list[FolderEntry]:
        return [FolderEntry(name, None) for name in (*bad, b"good")]

    monkeypatch.setattr(ListingAnswers, "scandir", scandir)
    assert [name for name, _, _ in operations.readdir("/folder", 0)] == [".", "..", "good"]
    assert errno_from(operations.getattr, "/folder/good") == errno.EIO, "it is there, and damaged"


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (NotFound("x", errno_name="ENOENT"), errno.ENOENT), (guest_error("pread", "EIO", "x"), errno.EIO),
        (guest_error("pread", "EUCLEAN", "x"), errno.EUCLEAN), (NotMounted("x", errno_name="NOTMOUNTED"), errno.EIO),
        (GuestError("x", errno_name="errorcode"), errno.EIO), (GuestError("x"), errno.EIO),
        (CallInterrupted("x"), errno.EIO), (StateError("x", actual="CONFIG", required="READY"), errno.EIO),
    ],
)  # fmt: skip
def test_errors_have_errnos(error: EngineError, number: int) -> None:
    assert errno_of(error) == number
