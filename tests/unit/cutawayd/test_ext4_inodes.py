"""Inode tables: what is decoded is what is there; damage and what is unusual is left to the kernel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway.records import Stat
from cutawayd.ext4_content import attributes_of, extents_of
from cutawayd.ext4_inodes import Inode, InodeTable, UnusualError
from support import ext4

DEVICE = 0x801


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ext4") / "tree"
    ext4.make_tree(folder)
    return folder


@pytest.fixture
def image(source: Path, tmp_path: Path) -> Path:
    ext4.make_image(source, tmp_path / "image")
    return tmp_path / "image"


@pytest.fixture
def opened(image: Path) -> Iterator[int]:
    descriptor = os.open(image, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def read(descriptor: int, image: Path) -> dict[str, Inode]:
    numbers = ext4.inode_numbers(image)
    found = InodeTable(descriptor, DEVICE).read(numbers.values())
    return {name: found[number] for name, number in numbers.items() if number in found}


def status(inode: Inode) -> Stat:
    return Stat(*Stat.PACKED.unpack(inode[0]))


def content(inode: Inode, descriptor: int, block_size: int) -> bytes:
    extents = extents_of(inode)
    assert extents is not None
    data = bytearray(inode[1])
    for logical, place, length in extents:
        piece = os.pread(descriptor, length * block_size, place * block_size)
        begin = logical * block_size
        data[begin : begin + len(piece)] = piece
    return bytes(data[: inode[1]])


def test_regular_files_are_as_they_were_made(opened: int, image: Path, source: Path) -> None:
    found = read(opened, image)
    assert len(found) > ext4.PLAIN
    for number in range(ext4.PLAIN):
        name = f"plain-{number:03}"
        made, seen = os.lstat(source / name), status(found[name])
        assert (seen.dev, seen.mode, seen.nlink, seen.size) == (DEVICE, made.st_mode, 1, made.st_size)
        assert (seen.uid, seen.gid) == (made.st_uid, made.st_gid)
        assert seen.mtime_ns // 10**9 == made.st_mtime_ns // 10**9
        assert content(found[name], opened, seen.blksize) == (source / name).read_bytes()


@pytest.mark.parametrize("step", [2, 3, 7, 50])
def test_scattered_inodes_are_the_same_as_all_together(opened: int, image: Path, step: int) -> None:
    numbers = sorted(set(ext4.inode_numbers(image).values()))
    every = InodeTable(opened, DEVICE).read(numbers)
    asked = numbers[::-step] * 2
    some = InodeTable(opened, DEVICE).read(asked)
    assert some == {number: every[number] for number in asked if number in every}
    assert 0 < len(some) < len(every)


def test_odd_fields_are_decoded(opened: int, image: Path) -> None:
    found = {name: status(inode) for name, inode in read(opened, image).items()}
    assert found["old"].mtime_ns == -100 * 10**9
    assert found["late"].mtime_ns % 10**9 == 123_456_789
    assert found["late"].mtime_ns > (1 << 32) * 10**9
    assert (found["owned"].uid, found["owned"].gid) == (70_000, 4_000_000_000)
    assert found["setuid"].mode == 0o104755
    assert found["first"] == found["second"]
    assert found["first"].nlink == 2


def test_what_is_no_plain_regular_file_is_left_out(opened: int, image: Path) -> None:
    assert {"link", "below", "lost+found", "nobody", "far"} & set(read(opened, image)) == set()


def test_holes_and_pieces(opened: int, image: Path, source: Path) -> None:
    found = read(opened, image)
    assert extents_of(found["hole"]) == []
    for name in ("sparse", "hole"):
        assert (
            content(found[name], opened, 4096 if status(found[name]).blksize == 4096 else 1024)
            == (source / name).read_bytes()
        )
    assert extents_of(found["pieces"]) is None, "its extents have a block of their own"


def test_attributes_in_the_inode_are_read_those_elsewhere_are_not(opened: int, image: Path) -> None:
    found = read(opened, image)
    assert attributes_of(found["plain-001"]) == []
    assert attributes_of(found["attribute-small"]) == [b"user.test", b"v" * 10]
    assert attributes_of(found["attribute-large"]) is None


@pytest.mark.parametrize("at", [4, 100, 124, 150, 255])
def test_one_damaged_inode_is_noticed(opened: int, image: Path, at: int) -> None:
    numbers = ext4.inode_numbers(image)
    assert numbers["plain-030"] in InodeTable(opened, DEVICE).read(numbers.values())
    place = ext4.inode_place(image, numbers["plain-030"]) + at
    with image.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 0x10]))
    assert InodeTable(opened, DEVICE).read(numbers.values()) == {}


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_checksums_are_looked_at_whether_even_or_odd(opened: int, image: Path, count: int) -> None:
    numbers = sorted(ext4.inode_numbers(image)[f"plain-{number:03}"] for number in range(count))
    assert len(InodeTable(opened, DEVICE).read(numbers)) == count


def test_without_checksums_there_is_nothing_to_look_at(source: Path, tmp_path: Path) -> None:
    image = tmp_path / "image"
    ext4.make_image(source, image, "-O", "^metadata_csum,^64bit")
    descriptor = os.open(image, os.O_RDONLY)
    try:
        assert status(read(descriptor, image)["plain-010"]).size == 1000
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("options", [("-I", "128", "-O", "^metadata_csum"), ("-O", "meta_bg,^resize_inode")])
def test_other_kinds_are_refused(source: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    image = tmp_path / "image"
    ext4.run("mke2fs", "-q", "-F", "-t", "ext4", *options, str(image), "32M")
    with image.open("rb") as file, pytest.raises(UnusualError):
        InodeTable(file.fileno(), DEVICE)


@pytest.mark.parametrize("size", [0, 1500, 1 << 20])
def test_what_is_no_file_system_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "image").write_bytes(os.urandom(size))
    with (tmp_path / "image").open("rb") as file, pytest.raises(UnusualError):
        InodeTable(file.fileno(), DEVICE)


def test_numbers_that_no_inode_has_find_nothing(opened: int) -> None:
    table = InodeTable(opened, DEVICE)
    assert table.read([0]) == table.read([1 << 31]) == table.read([]) == {}
