"""Images in tar archives, such as OVAs: found where they lie, and refused where they would mislead."""

from __future__ import annotations

import asyncio
import io
import os
import random
import subprocess
import tarfile
from pathlib import Path

import pytest
from cutaway.errors import BackingFileError, DriveError, ImageCompressed, ImageFormatError, ImageIncomplete
from cutaway.image_archive import HEADERS_MAX, Piece, disks_in
from cutaway.image_chain import ImageChain
from cutaway.image_file import images_in
from cutaway.image_probe import probe

MIB = 1 << 20


def run_probe(path: Path, **options: object) -> ImageChain:
    return asyncio.run(probe(str(path), **options))  # type: ignore[arg-type]


def image(path: Path, kind: str, *options: str) -> Path:
    subprocess.run(["qemu-img", "create", "-q", "-f", kind, *options, str(path), "10M"], check=True)
    return path


def ova(path: Path, *members: Path, tar_format: int = tarfile.USTAR_FORMAT) -> Path:
    """Make an archive of an OVF descriptor and files."""
    with tarfile.open(path, "w", format=tar_format) as tar:
        descriptor = tarfile.TarInfo("machine.ovf")
        descriptor.size = 700
        tar.addfile(descriptor, io.BytesIO(b"x" * 700))
        for member in members:
            tar.add(member, member.name)
    return path


@pytest.mark.parametrize("tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("vmdk", ["-o", "subformat=streamOptimized"]), ("vmdk", []), ("qcow2", []), ("vdi", []), ("vhdx", [])],
)
def test_the_one_image_is_found_where_it_lies(tmp_path: Path, kind: str, options: list[str], tar_format: int) -> None:
    disk = image(tmp_path / f"disk {'é' * 40 * tar_format}.{kind}", kind, *options)
    archive = ova(tmp_path / "machine.ova", disk, tar_format=tar_format)
    chain = run_probe(archive)
    (member,) = chain.members
    assert (member.path, member.format, member.backing) == (str(archive), kind, None)
    assert chain.virtual_size_bytes == 10 * MIB
    assert member.piece is not None
    content = archive.read_bytes()[member.piece.offset : member.piece.offset + member.piece.size]
    assert content == disk.read_bytes().ljust(member.piece.size, b"\0")


def test_a_raw_image_is_one_too_and_names_may_be_any_bytes(tmp_path: Path) -> None:
    disk = tmp_path / "disk.RAW"
    disk.write_bytes(random.Random(1).randbytes(MIB))
    archive = ova(tmp_path / os.fsdecode(b"bad\xe9.ova"), disk)
    assert [(item.format, item.piece and item.piece.size) for item in run_probe(archive).members] == [("raw", MIB)]
    archive.unlink()
    archive = ova(archive, image(tmp_path / "disk.qcow2", "qcow2"))
    assert run_probe(archive).members[0].format == "qcow2"


def test_as_raw_an_archive_is_what_it_is(tmp_path: Path) -> None:
    archive = ova(tmp_path / "machine.ova", image(tmp_path / "disk.qcow2", "qcow2"))
    (member,) = run_probe(archive, format="raw").members
    assert (member.format, member.piece) == ("raw", None)


def test_none_or_several_are_refused_by_name(tmp_path: Path) -> None:
    one, two = image(tmp_path / "one.vmdk", "vmdk"), image(tmp_path / "two.qcow2", "qcow2")
    with pytest.raises(ImageFormatError, match=r"2 disk images: 'one.vmdk', 'two.qcow2'") as caught:
        run_probe(ova(tmp_path / "both.ova", one, two))
    assert "tar -xf" in caught.value.remedy
    with pytest.raises(ImageFormatError, match="no disk image that is known"):
        run_probe(ova(tmp_path / "none.ova"))


def test_one_of_several_is_chosen_by_its_number(tmp_path: Path) -> None:
    one, two = image(tmp_path / "one.vmdk", "vmdk"), image(tmp_path / "two.qcow2", "qcow2")
    archive = ova(tmp_path / "both.ova", one, two)
    assert images_in(str(archive)) == ["one.vmdk", "two.qcow2"]
    assert [run_probe(archive, member=number).members[0].format for number in range(2)] == ["vmdk", "qcow2"]
    for number in (-1, 2):
        with pytest.raises(ImageFormatError, match="2 disk images"):
            run_probe(archive, member=number)
    assert images_in(str(two)) == []


def test_an_archive_that_is_cut_off_is_incomplete_and_can_be_allowed(tmp_path: Path) -> None:
    disk = tmp_path / "disk.img"
    disk.write_bytes(random.Random(1).randbytes(MIB))
    archive = ova(tmp_path / "machine.ova", disk)
    os.truncate(archive, MIB // 2)
    with pytest.raises(ImageIncomplete, match=r"'disk.img' in .*machine.ova is incomplete") as caught:
        run_probe(archive)
    chain = run_probe(archive, allowed=frozenset({caught.value.file}))
    piece = chain.members[0].piece
    assert piece is not None
    assert piece.offset + piece.size == MIB // 2


def test_what_is_compressed_in_it_is_told(tmp_path: Path) -> None:
    disk = tmp_path / "disk.vmdk"
    disk.write_bytes(b"\x1f\x8b\x08" + bytes(1000))
    with pytest.raises(ImageCompressed):
        run_probe(ova(tmp_path / "machine.ova", disk))


def test_it_is_never_written(tmp_path: Path) -> None:
    archive = ova(tmp_path / "machine.ova", image(tmp_path / "disk.qcow2", "qcow2"))
    with pytest.raises(ImageFormatError, match="cannot be written"):
        run_probe(archive, is_written=True)


def test_an_image_in_an_archive_names_no_file_of_the_host(tmp_path: Path) -> None:
    base = image(tmp_path / "base.qcow2", "qcow2")
    top = tmp_path / "top.qcow2"
    create = ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", str(base), "-F", "qcow2", str(top), "10M"]
    subprocess.run(create, check=True)
    with pytest.raises(BackingFileError, match="needs further files"):
        run_probe(ova(tmp_path / "chain.ova", top))
    flat = image(tmp_path / "flat.vmdk", "vmdk", "-o", "subformat=monolithicFlat")
    with pytest.raises(DriveError):
        run_probe(ova(tmp_path / "flat.ova", flat))


def _header(name: str, size: bytes) -> bytes:
    """Return a header whose size field is whatever, with a checksum that is right."""
    block = bytearray(tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize("size", [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"not a number", bytes(12)])
def test_sizes_that_make_no_sense_lead_nowhere(size: bytes) -> None:
    archive = _header("a.img", size) + _header("b.img", b"00000000010\0") + b"12345678".ljust(512, b"\0")
    found = disks_in(lambda count, offset: archive[offset : offset + count] if offset < len(archive) else b"")
    assert all(piece.offset >= 0 and piece.size > 0 for piece in found)
    if size == bytes(12):
        assert found == [Piece("b.img", 1024, 8)]


@pytest.mark.parametrize("size", [b"\x80" + b"\x7f" * 11, (1 << 95 | (1 << 63) - 1).to_bytes(12, "big")])
def test_a_size_beyond_any_file_is_no_image(tmp_path: Path, size: bytes) -> None:
    archive = tmp_path / "machine.ova"
    archive.write_bytes(_header("a.img", size) + bytes(1024))
    with pytest.raises(ImageFormatError, match="no disk image that is known"):
        run_probe(archive)


def test_an_archive_without_end_is_left_some_time() -> None:
    asked: list[int] = []
    header = _header("x", b"00000000000\0")

    def read(count: int, offset: int) -> bytes:
        asked.append(offset)
        return header[:count]

    assert disks_in(read) == []
    assert len(asked) == HEADERS_MAX
