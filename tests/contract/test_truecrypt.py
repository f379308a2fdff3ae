"""Volumes of TrueCrypt and VeraCrypt, which have no sign but that they are random: found, unlocked, and told of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.unlocking import locked
from images import truecrypt
from support.backends import Backend

KEY, MIB = b"open sesame", 1 << 20
INSIDE = "/dev/mapper/cryptsda"


@pytest.fixture(scope="module")
def machine(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handle]:
    """Give a launched handle with a volume, and a drive that cannot be one."""
    if not backend.is_real:
        pytest.skip("only cryptsetup knows such volumes")
    folder = tmp_path_factory.mktemp("truecrypt")
    with backend.empty_handle() as handle:
        handle.add_drive(truecrypt.make_volume(folder / "volume", 16 * MIB, KEY))
        (folder / "text").write_bytes(b"all work and no play\n" * 10_000)
        handle.add_drive(folder / "text")
        handle.launch()
        yield handle


def test_what_may_be_a_volume_is_told_and_other_unknown_things_are_not(machine: Handle) -> None:
    assert {item.mountable: item.vfs_type for item in machine.filesystems()} == {
        "/dev/sda": "random", "/dev/sdb": "unknown",
    }  # fmt: skip
    assert [item.mountable for item in locked(machine.survey().filesystems)] == ["/dev/sda"]
    assert machine.list_filesystems() == {"/dev/sda": "unknown", "/dev/sdb": "unknown"}
    assert machine.vfs_type("/dev/sda") == ""


def test_it_is_unlocked_by_its_passphrase_and_locked_again(machine: Handle) -> None:
    machine.cryptsetup_open("/dev/sda", KEY, "cryptsda")
    try:
        assert machine.blockdev_getsize64(INSIDE) == 16 * MIB - truecrypt.DATA_AT - truecrypt.TAIL
        assert next(item for item in machine.filesystems() if item.mountable == INSIDE).vfs_type == "unknown"
        machine.mkfs("ext4", INSIDE, label="SAFE")
        found = next(item for item in machine.filesystems() if item.mountable == INSIDE)
        assert (found.vfs_type, found.container, found.label) == ("ext4", "/dev/sda", "SAFE")
        assert locked(machine.survey().filesystems) == []
    finally:
        machine.umount_all()
        machine.cryptsetup_close(INSIDE)
    assert INSIDE not in machine.list_filesystems()
    with pytest.raises(GuestError) as caught:  # the kernel finds its modules again: it is no longer ENODEV
        machine.mount_vfs("ro", "hfsplus", "/dev/sdb", "/")
    assert caught.value.errno_name == "EINVAL"


def test_what_is_not_random_is_no_volume(machine: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        machine.cryptsetup_open("/dev/sdb", KEY, "cryptsdb")
    assert caught.value.errno_name == "EINVAL"


@pytest.mark.skipif(not os.environ.get("CUTAWAY_TEST_SLOW"), reason="deriving VeraCrypt's keys takes a minute or more")
@pytest.mark.timeout(900)
def test_a_volume_of_veracrypt_is_unlocked(machine: Handle, tmp_path: Path) -> None:
    drive = machine.add_drive(truecrypt.make_volume(tmp_path / "volume", 4 * MIB, KEY, truecrypt.VERACRYPT))
    machine.cryptsetup_open("/dev/sdc", KEY, "cryptsdc")
    assert machine.blockdev_getsize64("/dev/mapper/cryptsdc") == 4 * MIB - truecrypt.DATA_AT - truecrypt.TAIL
    machine.cryptsetup_close("/dev/mapper/cryptsdc")
    machine.remove_drive(drive)
