"""Calls about single files: status, content, checksums."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime

import pytest
from cutaway import Handle
from cutaway.errors import GuestError, IsAFolder, NotAFolder, NotFound
from cutaway.testing.nodes import MADE_NS
from cutaway.testing.sample_oddities import HUGE_SIZE
from support import spec

FILES = [b"/etc/hostname", b"/srv/special/secret", b"/srv/special/null", b"/srv/special/fifo", b"/usr/bin/passwd",
         b"/srv/links/absolute", b"/srv/special/setgid-folder", b"/etc/shadow", b"/var/log/syslog"]  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_status_is_what_was_written(mounted: Handle, path: bytes) -> None:
    node, found = spec.node(path), mounted.lstat(path)
    assert (found.mode, found.uid, found.gid, found.rdev) == (node.mode, node.uid, node.gid, node.rdev)
    assert found.mtime_ns == MADE_NS
    if node.letter in "rl":
        assert found.size == node.size
        assert found.blocks == node.blocks


def test_status_has_time_and_kind(mounted: Handle) -> None:
    found = mounted.stat("/srv/links/absolute")
    assert found.is_file
    assert found.modified == datetime(2024, 5, 17, 12, 0, tzinfo=UTC)
    assert mounted.lstat("/srv/links/absolute").is_symlink
    assert mounted.stat("/etc").is_dir


def test_a_sparse_file_has_its_length_and_few_blocks(mounted: Handle) -> None:
    found = mounted.stat("/srv/special/disk.img")
    assert found.size == HUGE_SIZE
    assert found.blocks < 100
    assert mounted.filesize("/srv/special/disk.img") == HUGE_SIZE


def test_hard_links_share_their_inode(mounted: Handle) -> None:
    first, second = (mounted.lstat(f"/srv/special/hard-link-{letter}") for letter in "ab")
    assert first == second
    assert first.nlink == 2


def test_above_the_root_is_the_root(mounted: Handle) -> None:
    root, boot = mounted.stat("/"), mounted.stat("/boot")
    assert mounted.lstatnslist("/", [b".", b".."]) == [root, root]
    assert mounted.lstatnslist("/boot", [b".", b".."]) == [boot, root]
    inodes = {entry.name: entry.ino for entry in mounted.readdir("/")}
    assert inodes[b"."] == inodes[b".."] == root.ino


def test_lstatnslist_gives_none_for_what_is_missing(mounted: Handle) -> None:
    hostname, missing, passwd = mounted.lstatnslist("/etc", [b"hostname", b"missing", b"passwd"])
    assert missing is None
    assert hostname == mounted.lstat("/etc/hostname")
    assert passwd == mounted.lstat("/etc/passwd")


@pytest.mark.parametrize(
    ("path", "exists", "is_file", "is_dir", "is_symlink"),
    [
        ("/etc", True, False, True, False),
        ("/etc/passwd", True, True, False, False),
        ("/srv/links/absolute", True, False, False, True),
        ("/srv/links/dangling", False, False, False, True),
        ("/srv/links/loop-a", False, False, False, True),
        ("/srv/links/to-folder", True, False, False, True),
        ("/srv/special/null", True, False, False, False),
        ("/nowhere", False, False, False, False),
        ("/etc/passwd/below", False, False, False, False),
    ],
)  # fmt: skip
def test_questions_about_a_path(
    mounted: Handle, path: str, exists: bool, is_file: bool, is_dir: bool, is_symlink: bool
) -> None:
    found = (mounted.exists(path), mounted.is_file(path), mounted.is_dir(path), mounted.is_symlink(path))
    assert found == (exists, is_file, is_dir, is_symlink)


def test_questions_may_follow_links(mounted: Handle) -> None:
    assert mounted.is_file("/srv/links/absolute", followsymlinks=True)
    assert mounted.is_dir("/srv/links/to-folder", followsymlinks=True)
    assert not mounted.is_dir("/srv/links/dangling", followsymlinks=True)


@pytest.mark.parametrize("name", list(spec.entries(b"/srv/documents")))
def test_content_comes_as_it_is(mounted: Handle, name: bytes) -> None:
    path = b"/srv/documents/" + name
    assert mounted.cat(path) == mounted.read_file(path) == spec.content(path)


def test_the_daemon_reads_what_nobody_may_read(mounted: Handle) -> None:
    assert mounted.cat("/srv/special/secret") == b"nobody may read this\n"


def test_a_long_file_is_not_put_into_one_answer(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.cat("/srv/special/disk.img")
    assert caught.value.errno_name == "EFBIG"


@pytest.mark.parametrize(
    ("count", "offset", "expected"),
    [
        (5, 0, b"begin"),
        (3, HUGE_SIZE - 4096, b"end"),
        (9, HUGE_SIZE - 2, b".."),
        (4, HUGE_SIZE, b""),
        (4, HUGE_SIZE + 1000, b""),
        (8, 2_500_000_000, bytes(8)),
        (0, 0, b""),
    ],
)  # fmt: skip
def test_pread_reads_where_it_is_told(mounted: Handle, count: int, offset: int, expected: bytes) -> None:
    assert mounted.pread("/srv/special/disk.img", count, offset) == expected


@pytest.mark.parametrize(("count", "offset"), [(-1, 0), (1, -1), (64 << 20, 0)])
def test_pread_refuses_what_makes_no_sense(mounted: Handle, count: int, offset: int) -> None:
    with pytest.raises(GuestError):
        mounted.pread("/srv/special/disk.img", count, offset)


def lines(first: int, last: int) -> list[bytes]:
    return [b"line %d" % number for number in range(first, last + 1)]


def test_head_and_tail(mounted: Handle) -> None:
    path = "/srv/documents/hundred.txt"
    assert mounted.head(path) == lines(1, 10)
    assert mounted.tail(path) == lines(91, 100)
    assert mounted.head_n(3, path) == lines(1, 3)
    assert mounted.head_n(-98, path) == lines(1, 2)
    assert mounted.head_n(0, path) == []
    assert mounted.tail_n(2, path) == lines(99, 100)
    assert mounted.tail_n(-99, path) == lines(99, 100)
    assert mounted.tail_n(0, path) == []
    assert mounted.head_n(1000, path) == mounted.tail_n(1000, path) == lines(1, 100)


def test_a_last_line_without_an_end_is_a_line(mounted: Handle) -> None:
    path = "/srv/documents/no-newline.txt"
    assert mounted.head(path) == mounted.tail(path) == [b"one", b"two", b"three"]
    assert mounted.tail_n(1, path) == [b"three"]


def test_an_empty_file_has_no_lines(mounted: Handle) -> None:
    assert mounted.head("/srv/documents/empty.txt") == mounted.tail("/srv/documents/empty.txt") == []


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_checksums(mounted: Handle, kind: str) -> None:
    expected = hashlib.new(kind, spec.content(b"/srv/documents/binary.dat")).hexdigest()
    assert mounted.checksum(kind, "/srv/documents/binary.dat") == expected


def test_the_checksum_of_cksum(mounted: Handle) -> None:
    assert mounted.checksum("crc", "/etc/hostname") == "4281886343"
    assert mounted.checksum("crc", "/srv/documents/empty.txt") == "4294967295"


def test_an_unknown_checksum_is_refused(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.checksum("md4711", "/etc/hostname")
    assert caught.value.errno_name == "EINVAL"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/srv/pictures/gradient.png", ["PNG image data", "64 x 48"]),
        ("/srv/documents/utf8.txt", ["UTF-8", "text"]),
        ("/srv/documents/hundred.txt", ["ASCII text"]),
        ("/srv/documents/empty.txt", ["empty"]),
        ("/usr/bin/ls", ["ELF 64-bit", "x86-64"]),
        ("/etc", ["directory"]),
        ("/srv/links/absolute", ["symbolic link"]),
        ("/srv/special/fifo", ["FIFO"]),
    ],
)
def test_file_describes_contents(mounted: Handle, path: str, words: list[str]) -> None:
    described = mounted.file(path)
    assert all(word in described for word in words), described


def test_extended_attributes(mounted: Handle) -> None:
    found = mounted.getxattrs("/srv/special/noted.txt")
    assert {(item.name, item.value) for item in found} == {
        (b"user.comment", b"a note"),
        (b"user.binary", b"\0\xff\x01"),
    }
    assert mounted.lgetxattrs("/srv/special/noted.txt") == found
    assert mounted.getxattrs("/etc/hostname") == []


@pytest.mark.parametrize(
    ("error", "path"),
    [(NotFound, "/nowhere"), (NotFound, "/srv/links/dangling"), (NotAFolder, "/etc/passwd/below"), (IsAFolder, "/etc")],
)
def test_errors_have_classes_of_both_worlds(mounted: Handle, error: type[GuestError], path: str) -> None:
    for attempt in (mounted.cat, mounted.head, lambda path: mounted.pread(path, 1, 0)):
        with pytest.raises(error) as caught:
            attempt(path)
        assert isinstance(caught.value, OSError)
        assert caught.value.procedure in {"cat", "head", "pread"}


def test_an_error_names_what_it_is_about(mounted: Handle) -> None:
    with pytest.raises(NotFound, match="/etc/nothing-here"):
        mounted.stat("/etc/nothing-here")


def test_the_modes_of_the_sample_are_odd_enough() -> None:
    assert spec.node(b"/usr/bin/passwd").mode & stat.S_ISUID
    assert spec.node(b"/srv/special/null").rdev == os.makedev(1, 3)
