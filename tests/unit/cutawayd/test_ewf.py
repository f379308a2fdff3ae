"""Evidence images are read as the disks that they hold, and what is damaged in them is an error and nothing worse."""

from __future__ import annotations

import errno
import hashlib
import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from cutawayd.ewf import Evidence
from cutawayd.refusal import Refusal
from images import evidence

DICE = random.Random(3)
DISK = DICE.randbytes(3_000_000 // 512 * 512) + bytes(4_000_256) + b"text " * 100_000
DISK = DISK[: len(DISK) // 512 * 512]


def opened(files: Sequence[bytes]) -> Evidence:
    return Evidence([len(file) for file in files], lambda file, at, count: files[file][at : at + count])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return [path.read_bytes() for path in evidence.build(tmp_path_factory.mktemp("ewf") / "case.E01", DISK)]


def test_any_part_is_what_the_disk_had(files: list[bytes]) -> None:
    image = opened(files)
    assert len(files) == 3
    assert image.size == len(DISK)
    assert image.read(0, len(DISK)) == DISK
    for _ in range(200):
        offset = DICE.randrange(len(DISK) + 1000)
        count = DICE.randrange(200_000)
        assert image.read(offset, count) == DISK[offset : offset + count]


@pytest.mark.parametrize("form", ["encase1", "encase6", "encase7", "ftk", "smart", "linen5", "ewf"])
def test_what_other_programs_write_is_read(tmp_path: Path, form: str) -> None:
    if (program := shutil.which("ewfacquire")) is None:
        pytest.skip("there is no ewfacquire (ewf-tools)")
    source = tmp_path / "disk.raw"
    source.write_bytes(DISK)
    wishes = "-C c -D d -e e -E 1 -N n -m fixed -M logical -b 64 -g 64 -o 0 -P 512 -r 0 -w -q -u -c fast -S 1MiB"
    subprocess.run(
        [program, *wishes.split(), "-B", str(len(DISK)), "-f", form, "-t", str(tmp_path / "case"), str(source)],
        check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    found = sorted(path for path in tmp_path.iterdir() if path.stem == "case")
    assert len(found) > 2
    image = opened([path.read_bytes() for path in found])
    assert hashlib.sha256(image.read(0, image.size)).digest() == hashlib.sha256(DISK).digest()


def test_a_damaged_chunk_is_an_error_and_its_neighbours_are_read(files: list[bytes]) -> None:
    for place in (5000, len(files[0]) // 2):  # none is compressed at the beginning
        damaged = bytearray(files[0])
        damaged[place] ^= 1
        image = opened([bytes(damaged), *files[1:]])
        bad = []
        for at in range(0, image.size, evidence.CHUNK):
            try:
                assert image.read(at, evidence.CHUNK) == DISK[at : at + evidence.CHUNK]
            except OSError:
                bad.append(at)
        assert len(bad) == 1
        with pytest.raises(OSError, match="damaged") as damage:
            image.read(bad[0] + 5, 1)
        assert damage.value.errno == errno.EIO


def test_a_chunk_that_unpacks_to_gigabytes_is_cut(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(1 << 28))
    head = evidence.MAGIC + struct.pack("<BHH", 1, 1, 0)
    content = head + evidence.section(b"volume", len(head), evidence.geometry(32768))
    at = len(content)
    content += evidence.section(b"sectors", at, bomb)
    content += evidence.section(b"table", len(content), evidence.table([76 | 1 << 31], at))
    content += evidence.section(b"done", len(content), b"", is_last=True)
    with pytest.raises(OSError, match="damaged"):
        opened([content]).read(0, 32768)


def test_missing_and_mixed_up_files_are_told(files: list[bytes]) -> None:
    with pytest.raises(Refusal, match="goes on in another file") as missing:
        opened(files[:2])
    assert missing.value.errno_name == "ENOENT"
    with pytest.raises(Refusal, match="file 1 says that it is file 2"):
        opened(files[1:])
    with pytest.raises(Refusal, match="does not end as it should"):
        opened([*files, struct.pack("<8sBHH", evidence.MAGIC, 1, 4, 0) + files[2][13:]])
    with pytest.raises(Refusal, match="none of an evidence image"):
        opened([b"something else" * 100])
    with pytest.raises(Refusal, match="too short"):
        opened([files[0][:9]])


def test_hostile_headers_are_refused_and_end(files: list[bytes]) -> None:
    """Whatever a byte of a header becomes: it opens or is refused, and reading it ends."""
    dice = random.Random(11)
    for _ in range(600):
        broken = bytearray(files[2])
        place = dice.choice([dice.randrange(13), 13 + dice.randrange(80), len(broken) - dice.randrange(1, 200)])
        broken[place] = dice.randrange(256)
        try:
            image = opened([*files[:2], bytes(broken)])
            image.read(image.size - 100_000, 100_000)
        except (Refusal, OSError):
            continue


@pytest.mark.parametrize(
    ("following", "size"), [(0, 0), (13, 76), (5, 76), (1 << 63, 76), (0, 1 << 63), (14, 76), (89, 1 << 40)]
)
def test_sections_that_lead_nowhere_or_in_circles_are_refused(following: int, size: int) -> None:
    head = struct.pack("<16sQQ40x", b"header", following, size)
    content = evidence.MAGIC + struct.pack("<BHH", 1, 1, 0) + head + struct.pack("<I", zlib.adler32(head))
    with pytest.raises(Refusal):
        opened([content])


@pytest.mark.parametrize("numbers", [(1 << 31, 512, 64), (64, 511, 64), (0, 512, 64), (64, 512, 1 << 63), (64, 512, 0)])
def test_disks_that_cannot_be_are_refused(numbers: tuple[int, int, int]) -> None:
    raw = struct.pack("<B3xIIIQ", 1, 1, *numbers)
    head = evidence.MAGIC + struct.pack("<BHH", 1, 1, 0)
    content = head + evidence.section(b"volume", len(head), raw.ljust(1052, b"\0"))
    content += evidence.section(b"done", len(content), b"", is_last=True)
    with pytest.raises(Refusal, match="cannot be"):
        opened([content])


def test_a_damaged_table_is_replaced_by_its_copy() -> None:
    chunk = DICE.randbytes(evidence.CHUNK)
    head = evidence.MAGIC + struct.pack("<BHH", 1, 1, 0)
    content = head + evidence.section(b"volume", len(head), evidence.geometry(len(chunk)))
    at = len(content)
    content += evidence.section(b"sectors", at, chunk + struct.pack("<I", zlib.adler32(chunk)))
    table = evidence.table([76], at)
    damaged = content + evidence.section(b"table", len(content), b"\xff" + table[1:])
    copied = damaged + evidence.section(b"table2", len(damaged), table)
    whole = copied + evidence.section(b"done", len(copied), b"", is_last=True)
    assert opened([whole]).read(0, len(chunk)) == chunk
    with pytest.raises(Refusal, match="a table of it is damaged"):
        opened([damaged + evidence.section(b"done", len(damaged), b"", is_last=True)])
