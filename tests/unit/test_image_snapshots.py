"""Points in time in a qcow2: listed as qemu-img does, shown by a header of their own, and bounded where they lie."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
from pathlib import Path

import pytest
from cutaway import snapshots
from cutaway.errors import DriveError, ImageFormatError
from cutaway.image_probe import probe
from cutaway.image_snapshots import Snapshot, snapshots_in


@pytest.fixture(params=["1.1", "0.10"])
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "disk.qcow2"
    run("create", "-q", "-f", "qcow2", "-o", f"compat={request.param}", str(path), "10M")
    run("snapshot", "-c", "before", str(path))
    run("snapshot", "-c", "2", str(path))
    return path


def run(*command: str) -> None:
    subprocess.run(["qemu-img", *command], check=True)


def test_they_are_listed_with_name_time_and_identity(image: Path) -> None:
    found = snapshots(str(image))
    assert [(one.id, one.name, one.memory_bytes) for one in found] == [("1", "before", 0), ("2", "2", 0)]
    assert all(abs(one.time_ns / 1e9 - image.stat().st_mtime) < 60 for one in found)


def test_a_name_that_is_no_text_is_a_name(image: Path) -> None:
    run("snapshot", "-c", os.fsdecode(b"caf\xe9"), str(image))
    assert os.fsencode(snapshots(str(image))[2].name) == b"caf\xe9"
    assert asyncio.run(probe(str(image), snapshot=os.fsdecode(b"caf\xe9"))).members[0].first_sector


def test_other_images_have_none(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(4096))
    assert snapshots(str(path)) == ()
    with pytest.raises(ImageFormatError, match="no snapshot"):
        asyncio.run(probe(str(path), snapshot="before"))


def test_an_image_is_shown_at_a_time_by_a_header_of_one_sector(image: Path) -> None:
    (member,) = asyncio.run(probe(str(image), snapshot="before")).members
    header = member.first_sector
    assert len(header) == 512
    assert struct.unpack_from(">Q", header, 40)[0] == snapshots(str(image))[0].table_at
    assert snapshots_in(header, lambda *_: b"") == ()
    assert member.path == str(image)


def test_a_name_goes_before_an_identity(image: Path) -> None:
    run("snapshot", "-c", "1", str(image))
    header = asyncio.run(probe(str(image), snapshot="1")).members[0].first_sector
    assert struct.unpack_from(">Q", header, 40)[0] == snapshots(str(image))[2].table_at


def test_a_size_of_that_time_is_the_size(tmp_path: Path) -> None:
    path = tmp_path / "disk.qcow2"
    run("create", "-q", "-f", "qcow2", str(path), "10M")
    run("snapshot", "-c", "before", str(path))
    run("resize", "-q", str(path), "20M")
    assert asyncio.run(probe(str(path), snapshot="before")).virtual_size_bytes == 10 << 20


def test_a_snapshot_that_is_not_there_is_told_with_those_that_are(image: Path) -> None:
    with pytest.raises(ImageFormatError, match="no snapshot 'after'") as caught:
        asyncio.run(probe(str(image), snapshot="after"))
    assert "'before'" in caught.value.remedy


def test_the_past_is_not_written(image: Path) -> None:
    with pytest.raises(DriveError, match="past cannot be written"):
        asyncio.run(probe(str(image), snapshot="before", is_written=True))


@pytest.mark.parametrize("count", [1, 3, 70_000, 0xFFFFFFFF])
@pytest.mark.parametrize("place", [0, 1 << 20, 1 << 61, (1 << 64) - 1])
def test_impossible_numbers_give_what_there_is_and_nothing_else(count: int, place: int) -> None:
    head = b"QFI\xfb\0\0\0\3".ljust(60, b"\0") + struct.pack(">IQ", count, place) + bytes(444)
    entry = struct.pack(">QIHHIIQII", 1 << 16, 1, 1, 1, 0, 0, 0, 0, 0) + b"1a" + bytes(6)
    found = snapshots_in(
        head, lambda size, offset: (entry + b"\xff" * 100)[: min(size, 200)] if offset == place else b""
    )
    assert found in {(), (Snapshot("1", "a", 0, 0, 0, 1 << 16, 1),)}
