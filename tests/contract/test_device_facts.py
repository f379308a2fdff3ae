"""Calls that tell facts of single kinds of contents, and those that make encrypted volumes."""

from __future__ import annotations

import os
import struct

import pytest
from cutaway import Handle
from cutaway.errors import GuestError, WrongKey
from cutaway.events import Trace

MIB = 1 << 20
DEVICE = "/dev/sda1"


@pytest.fixture
def part(lab: Handle) -> Handle:
    """Give an empty partition of nearly 512 MiB."""
    lab.part_disk("/dev/sda", "mbr")
    return lab


def descriptor() -> bytes:
    """Return a primary volume descriptor."""
    block = bytearray(b"\x01CD001\x01\0" + b" " * 2040)
    block[40:47] = b"VOLUME1"
    struct.pack_into("<I", block, 80, 1234)
    for at, value in ((120, 1), (124, 1), (128, 2048)):
        struct.pack_into("<H", block, at, value)
    block[813:830] = b"2024022912304500\x04"
    block[830:847] = b"0" * 16 + b"\0"
    block[847:864] = b"9999999999999999\0"
    return bytes(block)


def test_a_disc_says_what_it_is(part: Handle) -> None:
    part.pwrite_device(DEVICE, descriptor(), 32768)
    found = part.isoinfo_device(DEVICE)
    assert (found.iso_volume_id, found.iso_volume_space_size, found.iso_logical_block_size) == ("VOLUME1", 1234, 2048)
    assert found.iso_volume_creation_t == 1709209845 - 3600
    assert (found.iso_volume_modification_t, found.iso_volume_expiration_t) == (-1, -1)
    part.zero(DEVICE)
    with pytest.raises(GuestError, match="no ISO"):
        part.isoinfo_device(DEVICE)


def test_members_of_an_array_are_told(part: Handle) -> None:
    part.part_init("/dev/sda", "mbr")
    for start in (2048, 2048 + 16 * 2048):
        part.part_add("/dev/sda", "p", start, start + 16 * 2048 - 1)
    part.md_create("0", ["/dev/sda1", "/dev/sda2"])
    try:
        members = {member.mdstat_device: member for member in part.md_stat("/dev/md0")}
        assert {name: member.mdstat_index for name, member in members.items()} == {"/dev/sda1": 0, "/dev/sda2": 1}
    finally:
        part.md_stop("/dev/md0")


def test_an_f2fs_grows_with_its_device(part: Handle) -> None:
    part.part_init("/dev/sda", "mbr")
    part.part_add("/dev/sda", "p", 2048, 2048 + 100 * 2048 - 1)
    part.mkfs("f2fs", DEVICE)
    part.part_resize("/dev/sda", 1, -1)
    part.f2fs_expand(DEVICE)
    part.mount_vfs("ro", "f2fs", DEVICE, "/")
    assert part.statvfs("/").size_bytes > 300 * MIB


def test_modules_and_types_that_nobody_has_are_refused(part: Handle) -> None:
    part.modprobe("loop")
    part.mkfs("ext2", DEVICE)
    for change in (
        lambda: part.modprobe("teapot"),
        lambda: part.modprobe("--remove"),
        lambda: part.mount_vfs("", "xfs", DEVICE, "/"),
        lambda: part.mount_vfs("", "../x", DEVICE, "/"),
        lambda: part.md_stat(DEVICE),
    ):
        with pytest.raises(GuestError):
            change()
    assert part.mounts() == []


@pytest.mark.skipif("CUTAWAY_TEST_SLOW" not in os.environ, reason="derives six keys: CUTAWAY_TEST_SLOW=1 runs it")
def test_an_encrypted_volume_is_made_and_its_keys_changed(part: Handle) -> None:
    told: list[str] = []
    token = part.on(Trace, lambda event: told.append(event.text))
    part.luks_format(DEVICE, "first one", 0)
    part.luks_add_key(DEVICE, "first one", "second one", 3)
    part.luks_kill_slot(DEVICE, "second one", 0)
    with pytest.raises(WrongKey):
        part.luks_kill_slot(DEVICE, "first one", 3)
    part.cryptsetup_open(DEVICE, "second one", "opened")
    with pytest.raises(GuestError, match="in use"):
        part.luks_format(DEVICE, "other", 0)
    part.cryptsetup_close("/dev/mapper/opened")
    part.off(token)
    assert any("luks_add_key" in text for text in told)
    assert not any(word in text for text in told for word in ("first one", "second one"))


def test_keys_and_ciphers_that_cannot_be_are_refused(part: Handle) -> None:
    for change in (
        lambda: part.luks_format(DEVICE, "", 0),
        lambda: part.luks_format(DEVICE, "x", 32),
        lambda: part.luks_format_cipher(DEVICE, "x", 0, "--force"),
        lambda: part.luks_format_cipher(DEVICE, "x", 0, "rot13"),
        lambda: part.luks_kill_slot(DEVICE, "x", 0),
    ):
        with pytest.raises(GuestError):
            change()
