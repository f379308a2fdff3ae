"""Images that were not copied completely are found out, and no complete one is taken for such."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
from pathlib import Path

import pytest
from cutaway.errors import ImageFormatError, ImageIncomplete
from cutaway.image_chain import ImageChain
from cutaway.image_end import Read, end_of_data
from cutaway.image_magic import HEAD_SIZE
from cutaway.image_probe import probe
from hypothesis import given
from hypothesis import strategies as st

MIB = 1 << 20
SFDISK = {"gpt": "label: gpt\n,4M\n,\n", "dos": "label: dos\n,4M\n,\n"}
KINDS = [
    ("qcow2", ""), ("qcow2", "compat=0.10"), ("qcow2", "cluster_size=512"), ("qcow2", "refcount_bits=64"),
    ("qcow2", "refcount_bits=1"), ("qcow2", "extended_l2=on"), ("qcow2", "preallocation=metadata"),
    ("qcow2", "preallocation=falloc"), ("vdi", ""), ("vdi", "static=on"),
]  # fmt: skip


def run_probe(path: Path, *allowed: Path) -> ImageChain:
    return asyncio.run(probe(str(path), allowed=frozenset(map(str, allowed))))


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 MiB with something at the beginning, in the middle and at the end that cannot be compressed."""
    path = tmp_path_factory.mktemp("content") / "content"
    with path.open("wb") as file:
        for place in (2 * MIB, 9 * MIB, 20 * MIB - 70_000):
            file.seek(place)
            file.write(os.urandom(min(4 * MIB, 20 * MIB - place)))
    return path


def convert(content: Path, target: Path, kind: str, *options: str) -> Path:
    subprocess.run(["qemu-img", "convert", "-q", "-O", kind, *options, str(content), str(target)], check=True)
    return target


def with_table(path: Path, label: str) -> Path:
    with path.open("wb") as file:
        file.truncate(16 * MIB)
    subprocess.run(["sfdisk", "-q", str(path)], input=SFDISK[label], text=True, check=True)
    return path


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("size", ["0", "1M", "60G", "3T"])
def test_a_new_image_is_complete(tmp_path: Path, kind: str, options: str, size: str) -> None:
    path = tmp_path / "image"
    if (options == "cluster_size=512" or "prealloc" in options or "static" in options) and size in {"60G", "3T"}:
        size = "200M"
    extra = ["-o", options] if options else []
    subprocess.run(["qemu-img", "create", "-q", "-f", kind, *extra, str(path), size], check=True)
    head = path.read_bytes()[:HEAD_SIZE]
    assert end_of_data(kind, head, reader(path)) <= path.stat().st_size


@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_a_full_image_is_complete_and_a_part_of_it_is_not(
    content: Path, tmp_path: Path, kind: str, options: str
) -> None:
    path = convert(content, tmp_path / "image", kind, *(["-o", options] if options else []))
    run_probe(path)
    os.truncate(path, path.stat().st_size * 3 // 4)
    assert end_of_data(kind, path.read_bytes()[:HEAD_SIZE], reader(path)) > path.stat().st_size
    with pytest.raises(ImageFormatError, match=r"incomplete|truncated"):
        run_probe(path)


def test_the_last_cluster_may_be_shorter_than_others(content: Path, tmp_path: Path) -> None:
    path = convert(content, tmp_path / "image", "qcow2", "-c")
    size = path.stat().st_size
    os.truncate(path, size - 60_000)
    run_probe(path)
    os.truncate(path, size - 140_000)
    with pytest.raises(ImageIncomplete):
        run_probe(path)


def test_an_image_with_snapshots_and_a_larger_size_is_complete(content: Path, tmp_path: Path) -> None:
    path = convert(content, tmp_path / "image", "qcow2")
    for command in (["snapshot", "-q", "-c", "one"], ["resize", "-q"], ["snapshot", "-q", "-d", "one"]):
        more = ["90G"] if command[0] == "resize" else []
        subprocess.run(["qemu-img", *command, str(path), *more], check=True)
        run_probe(path)


def test_what_is_incomplete_can_be_allowed(content: Path, tmp_path: Path) -> None:
    path = convert(content, tmp_path / "image", "qcow2")
    os.truncate(path, path.stat().st_size - 2 * MIB)
    with pytest.raises(ImageIncomplete, match="is incomplete") as caught:
        run_probe(path)
    assert caught.value.file == str(path)
    assert "allow it" in caught.value.remedy
    assert run_probe(path, path).virtual_size_bytes == 20 * MIB


def test_a_backing_file_must_be_complete_too(content: Path, tmp_path: Path) -> None:
    base = convert(content, tmp_path / "base.qcow2", "qcow2")
    top = tmp_path / "top.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "qcow2", str(top)], check=True)
    run_probe(top)
    os.truncate(base, base.stat().st_size - 2 * MIB)
    with pytest.raises(ImageIncomplete) as caught:
        run_probe(top)
    assert (caught.value.path, caught.value.file) == (str(top), str(base))


@pytest.mark.parametrize("label", SFDISK)
def test_a_disk_must_be_as_long_as_its_partition_table_says(tmp_path: Path, label: str) -> None:
    path = with_table(tmp_path / "disk", label)
    assert run_probe(path).virtual_size_bytes == 16 * MIB
    os.truncate(path, 16 * MIB - 512 if label == "gpt" else 7 * MIB)
    with pytest.raises(ImageIncomplete):
        run_probe(path)


def test_the_boot_sector_of_a_file_system_is_no_partition_table(tmp_path: Path) -> None:
    path = tmp_path / "fat"
    text = b"Remove disks or other media.  Press any key to restart ".ljust(64, b"\xfe")
    path.write_bytes(bytes(446) + text[:64] + b"\x55\xaa" + bytes(100 * 512))
    run_probe(path)


def test_an_image_that_was_not_closed_says_nothing_for_certain(content: Path, tmp_path: Path) -> None:
    path = convert(content, tmp_path / "image", "qcow2", "-o", "lazy_refcounts=on")
    with path.open("r+b") as file:
        file.seek(72)
        file.write(struct.pack(">Q", 1))
    os.truncate(path, path.stat().st_size - 2 * MIB)
    assert end_of_data("qcow2", path.read_bytes()[:HEAD_SIZE], reader(path)) == 0


@given(kind=st.sampled_from(["qcow2", "vdi", "raw"]), head=st.binary(max_size=600), junk=st.binary(max_size=4096))
def test_junk_is_judged_quickly_and_without_an_error(kind: str, head: bytes, junk: bytes) -> None:
    asked: list[int] = []

    def read(count: int, offset: int) -> bytes:
        assert offset >= 0
        asked.append(count)
        return junk[:count]

    magic = {"qcow2": b"QFI\xfb\0\0\0\3", "vdi": b"", "raw": b""}[kind]
    assert end_of_data(kind, magic + head, read) >= 0
    assert sum(asked) <= 32 << 20


def reader(path: Path) -> Read:
    def read(count: int, offset: int) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(count)

    return read
