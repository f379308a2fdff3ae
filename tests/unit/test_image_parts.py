"""Raw images in several files: which parts belong together, and what is said where one is missing or makes no sense."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest
from cutaway.errors import DriveError, ImageFormatError, ImageIncomplete, ImageNotFound
from cutaway.image_chain import ImageChain
from cutaway.image_parts import next_part, parts_after
from cutaway.image_probe import probe

PART = 64 << 10


def make(folder: Path, *suffixes: str, size: int = PART) -> Path:
    """Make parts of a disk without a partition table; return the first."""
    for suffix in suffixes:
        (folder / f"disk.{suffix}").write_bytes(b"\1" * size)
    return folder / f"disk.{suffixes[0]}"


def run(path: Path, **options: object) -> ImageChain:
    return asyncio.run(probe(str(path), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "suffixes", [("001", "002", "003"), ("000", "001"), ("00", "01"), ("aa", "ab", "ac"), ("aaa", "aab")]
)
def test_all_parts_are_found_by_the_first(tmp_path: Path, suffixes: tuple[str, ...]) -> None:
    (image,) = run(make(tmp_path, *suffixes)).members
    assert [Path(name).suffix[1:] for name in (image.path, *image.extents)] == list(suffixes)
    assert image.is_split


def test_the_size_is_that_of_all_parts_and_the_last_may_be_shorter(tmp_path: Path) -> None:
    first = make(tmp_path, "001", "002")
    (tmp_path / "disk.003").write_bytes(bytes(700))
    assert run(first).virtual_size_bytes == 2 * PART + 1024


def test_what_is_called_otherwise_does_not_belong_to_it(tmp_path: Path) -> None:
    first = make(tmp_path, "001", "002")
    for name in ("disk.0003", "disk.aaa", "disk.003.bak", "other.003", "disk.txt"):
        (tmp_path / name).touch()
    assert parts_after(str(first)) == (str(tmp_path / "disk.002"),)
    (tmp_path / "disk.img").write_bytes(bytes(512))
    assert not run(tmp_path / "disk.img").members[0].extents


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageNotFound, match=r"disk\.003 is missing"):
        run(make(tmp_path, "001", "002", "004"))


def test_a_missing_last_part_is_named_where_the_partition_table_tells(tmp_path: Path) -> None:
    first = make(tmp_path, "001", "002")
    entry = struct.pack("<B3sB3sII", 0, b"", 0x83, b"", 64, 1 << 20)
    first.write_bytes(bytes(446) + entry + bytes(48) + b"\x55\xaa" + bytes(PART - 512))
    with pytest.raises(ImageIncomplete) as caught:
        run(first)
    assert "disk.003" in caught.value.remedy


@pytest.mark.parametrize(("size", "says"), [(PART - 512, "as long"), (PART + 512, "as long"), (0, "as long")])
def test_a_part_in_the_middle_of_another_length_is_named(tmp_path: Path, size: int, says: str) -> None:
    first = make(tmp_path, "001", "002", "003")
    (tmp_path / "disk.002").write_bytes(bytes(size))
    with pytest.raises(ImageFormatError, match=says) as caught:
        run(first)
    assert "disk.002" in str(caught.value)


def test_parts_that_end_within_a_sector_are_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="sector") as caught:
        run(make(tmp_path, "001", "002", size=1000))
    assert "cat" in caught.value.remedy


def test_a_later_part_leads_to_the_first(tmp_path: Path) -> None:
    first = make(tmp_path, "000", "001", "002")
    with pytest.raises(ImageFormatError, match="later part") as caught:
        run(tmp_path / "disk.002")
    assert str(first) in caught.value.remedy


def test_a_disk_that_is_whole_by_its_own_table_has_no_further_parts(tmp_path: Path) -> None:
    first = make(tmp_path, "001", "002")
    entry = struct.pack("<B3sB3sII", 0, b"", 0x83, b"", 64, 16065 + 32)
    first.write_bytes(bytes(446) + entry + bytes(48) + b"\x55\xaa" + bytes(PART - 512))
    assert not run(first).members[0].extents
    assert not run(tmp_path / "disk.002").members[0].extents


@pytest.mark.parametrize(
    ("head", "kind"), [(b"\x1f\x8b\x08", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"QED\0", "qed")]
)
def test_parts_of_what_is_not_raw_are_not_put_together(tmp_path: Path, head: bytes, kind: str) -> None:
    first = make(tmp_path, "001", "002")
    first.write_bytes(head.ljust(PART, b"\0"))
    with pytest.raises(ImageFormatError, match=kind) as caught:
        run(first)
    assert "cat" in caught.value.remedy


def test_an_image_in_parts_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(DriveError, match="several parts"):
        run(make(tmp_path, "001", "002"), is_written=True)


def test_a_format_that_is_named_concerns_that_file_alone(tmp_path: Path) -> None:
    assert run(make(tmp_path, "001", "002"), format="raw").virtual_size_bytes == PART


@pytest.mark.parametrize(("name", "following"), [("a.009", "a.010"), ("a.az", "a.ba"), ("a.99", ""), ("a.img", "")])
def test_the_next_part_is_known_by_its_name(name: str, following: str) -> None:
    assert next_part(name) == following
