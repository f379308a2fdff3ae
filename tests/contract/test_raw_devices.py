"""Calls about the bytes of devices."""

from __future__ import annotations

import hashlib

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled, GuestError
from cutaway.events import Progress
from support.refusals import Change, assert_refused

MIB = 1 << 20
DEVICE, OTHER = "/dev/sda1", "/dev/sda2"
SIZE = 16 * MIB


@pytest.fixture
def parts(lab: Handle) -> Handle:
    """Give two partitions of 16 MiB, and a third of 64 MiB; what they hold is left from before."""
    lab.part_init("/dev/sda", "gpt")
    for number, sectors in enumerate((SIZE // 512, SIZE // 512, 4 * SIZE // 512)):
        start = 2048 + number * SIZE // 512
        lab.part_add("/dev/sda", "p", start, start + sectors - 1)
    lab.zero_device(DEVICE)
    return lab


def test_bytes_are_written_and_read(parts: Handle) -> None:
    assert parts.pwrite_device(DEVICE, b"hello", 4095) == 5
    assert parts.pread_device(DEVICE, 7, 4094) == b"\0hello\0"
    assert parts.pwrite_device(DEVICE, b"hello", SIZE - 2) == 2
    assert parts.pread_device(DEVICE, 100, SIZE - 3) == b"\0he"


def test_a_device_is_zeroed_and_known_to_be(parts: Handle) -> None:
    parts.pwrite_device(DEVICE, b"x", SIZE - 1)
    assert not parts.is_zero_device(DEVICE)
    parts.zero(DEVICE)
    assert not parts.is_zero_device(DEVICE)
    parts.zero_device(DEVICE)
    assert parts.is_zero_device(DEVICE)
    assert parts.checksum("sha256", DEVICE) == hashlib.sha256(bytes(SIZE)).hexdigest()


def test_signatures_are_wiped(parts: Handle) -> None:
    parts.mkfs("ext4", DEVICE)
    parts.wipefs(DEVICE)
    assert parts.vfs_type(DEVICE) == ""
    assert not parts.is_zero_device(DEVICE)
    parts.blkdiscard(DEVICE)
    assert not parts.blkdiscardzeroes(DEVICE)


def test_a_device_is_scrubbed(parts: Handle) -> None:
    parts.pwrite_device(DEVICE, b"secret" * 1000, 0)
    parts.scrub_device(DEVICE)
    assert parts.is_zero_device(DEVICE)


def test_bytes_are_copied_between_devices_and_files(parts: Handle) -> None:
    parts.pwrite_device(DEVICE, b"abcdefgh", 1000)
    parts.copy_device_to_device(DEVICE, OTHER, srcoffset=1000, destoffset=3, size=8)
    assert parts.pread_device(OTHER, 8, 3) == b"abcdefgh"
    parts.mkfs("ext4", "/dev/sda3")
    parts.mount("/dev/sda3", "/")
    parts.copy_device_to_file(DEVICE, "/copy", size=2000)
    parts.copy_device_to_file(DEVICE, "/copy", srcoffset=1000, size=3, append=True)
    assert parts.filesize("/copy") == 2003
    assert parts.read_file("/copy")[1000:1008] + parts.read_file("/copy")[2000:] == b"abcdefghabc"
    parts.copy_device_to_file(DEVICE, "/sparse", sparse=True)
    assert (parts.filesize("/sparse"), parts.stat("/sparse").blocks < 4096) == (SIZE, True)
    parts.copy_file_to_device("/copy", OTHER, srcoffset=1000, size=2, destoffset=100)
    assert parts.pread_device(OTHER, 4, 99)[1:3] == b"ab"
    parts.copy_size("/copy", "/short", 1004)
    assert parts.read_file("/short")[998:] == b"\0\0abcd"
    parts.copy_size(DEVICE, "/copy", 3)
    assert parts.filesize("/copy") == 3
    with pytest.raises(GuestError, match="there are only"):
        parts.copy_device_to_file(DEVICE, "/none", size=SIZE + 1)
    assert not parts.exists("/none")
    parts.scrub_file("/copy")
    assert not parts.exists("/copy")


def test_progress_is_told_and_a_cancellation_heard(parts: Handle) -> None:
    told: list[Progress] = []
    token = parts.on(Progress, lambda event: (told.append(event), parts.cancel()))
    try:
        with pytest.raises(Cancelled):
            parts.copy_device_to_device("/dev/sdb", "/dev/sda", destoffset=128 * MIB)
    finally:
        parts.off(token)
    assert 0 < told[0].position < told[0].total == 320 * MIB
    assert parts.list_devices() == ["/dev/sda", "/dev/sdb"]


CANNOT_BE: tuple[Change, ...] = (
    lambda lab: lab.pread_device(DEVICE, 1 << 30, 0),
    lambda lab: lab.pread_device(DEVICE, 1, -1),
    lambda lab: lab.pwrite_device(DEVICE, b"x", SIZE),
    lambda lab: lab.pwrite_device("/dev/null", b"x", 0),
    lambda lab: lab.copy_device_to_device(DEVICE, OTHER, size=SIZE + 1),
    lambda lab: lab.copy_device_to_device(DEVICE, OTHER, destoffset=SIZE - 1, size=2),
    lambda lab: lab.copy_device_to_device(DEVICE, OTHER, append=True),
    lambda lab: lab.copy_device_to_device(DEVICE, OTHER, srcoffset=-1),
    lambda lab: lab.copy_size("/dev/null", DEVICE, 1),
)


def test_what_cannot_be_is_refused(parts: Handle) -> None:
    assert_refused(parts, CANNOT_BE, lambda: parts.checksum("md5", DEVICE))
