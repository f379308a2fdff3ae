"""Calls about file systems of all types: made, checked, named, resized."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from support.refusals import Change, assert_refused

MIB = 1 << 20
UUID = "f8b27a6e-4c1e-4a8e-9a4f-2f3d1c0b9a77"
DEVICE = "/dev/sda1"


@pytest.fixture
def part(lab: Handle) -> Handle:
    """Give an empty partition of nearly 512 MiB."""
    lab.part_disk("/dev/sda", "mbr")
    return lab


def ext_bytes(part: Handle) -> int:
    """Return the size of the ext file system."""
    said = part.tune2fs_l(DEVICE)
    return int(said["Block count"]) * int(said["Block size"])


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "swap"])
def test_label_and_uuid_are_changed(part: Handle, kind: str) -> None:
    if kind == "swap":
        part.mkswap(DEVICE)
    else:
        part.mkfs(kind, DEVICE)
    part.set_label(DEVICE, "new-name")
    part.set_uuid(DEVICE, UUID.upper())
    assert (part.vfs_label(DEVICE), part.vfs_uuid(DEVICE)) == ("new-name", UUID)
    assert part.findfs_uuid(UUID) == part.findfs_label("new-name") == DEVICE
    assert part.blkid(DEVICE)["TYPE"] == kind
    part.set_uuid_random(DEVICE)
    assert part.vfs_uuid(DEVICE) != UUID


@pytest.mark.parametrize("kind", ["vfat", "ntfs", "exfat", "f2fs"])
def test_a_label_is_changed(part: Handle, kind: str) -> None:
    part.mkfs(kind, DEVICE)
    part.set_label(DEVICE, "NEW")
    assert part.vfs_label(DEVICE) == "NEW"
    for change in (lambda: part.set_uuid(DEVICE, UUID), lambda: part.set_label(DEVICE, "-h" * 200)):
        with pytest.raises(GuestError):
            change()


def test_options_of_a_new_file_system_are_kept(part: Handle) -> None:
    part.mkfs("ext4", DEVICE, blocksize=1024, features="^has_journal", inode=512)
    said = part.tune2fs_l(DEVICE)
    assert (said["Block size"], said["Inode size"]) == ("1024", "512")
    assert "has_journal" not in said["Filesystem features"]
    part.mkswap(DEVICE, label="swapping", uuid=UUID)
    assert (part.vfs_label(DEVICE), part.vfs_uuid(DEVICE)) == ("swapping", UUID)


def test_an_ext_is_checked_tuned_and_resized(part: Handle) -> None:
    part.mke2fs(DEVICE, fstype="ext4", label="OWN", uuid=UUID, hasjournal=False, reservedblockspercentage=1)
    assert (part.vfs_type(DEVICE), part.vfs_label(DEVICE), part.vfs_uuid(DEVICE)) == ("ext4", "OWN", UUID)
    assert part.fsck("ext4", DEVICE) == 0
    part.e2fsck(DEVICE, forceall=True)
    part.tune2fs(DEVICE, maxmountcount=7, errorbehavior="panic", intervalbetweenchecks=86400)
    said = part.tune2fs_l(DEVICE)
    assert (said["Maximum mount count"], said["Errors behavior"]) == ("7", "Panic")
    least = part.vfs_minimum_size(DEVICE)
    part.resize2fs_M(DEVICE)
    assert least <= ext_bytes(part) < 100 * MIB
    part.resize2fs_size(DEVICE, 100 * MIB)
    assert ext_bytes(part) == 100 * MIB
    part.zerofree(DEVICE)
    part.resize2fs(DEVICE)
    assert ext_bytes(part) > 400 * MIB
    part.zero(DEVICE)
    assert part.fsck("ext4", DEVICE) == 8


def test_a_journal_lies_on_another_device(part: Handle) -> None:
    part.part_disk("/dev/sdb", "gpt")
    for journal in ("/dev/sdb1", "LABEL=JOURNAL", f"UUID={UUID}"):
        part.mke2fs("/dev/sdb1", blocksize=4096, journaldev=True, label="JOURNAL", uuid=UUID)
        part.mke2fs(DEVICE, fstype="ext3", blocksize=4096, journaldevice=journal)
        assert part.tune2fs_l(DEVICE)["Journal UUID"] == UUID
    part.mount(DEVICE, "/")


def test_an_xfs_is_looked_at_repaired_and_made_larger(lab: Handle) -> None:
    lab.part_disk("/dev/sda", "mbr")
    lab.pvcreate(DEVICE)
    lab.vgcreate("VG", [DEVICE])
    lab.lvcreate("LV", "VG", 320)
    lab.mkfs("xfs", "/dev/VG/LV")
    assert lab.xfs_info2("/dev/VG/LV")["data.bsize"] == "4096"
    lab.xfs_admin("/dev/VG/LV", label="NAME", uuid=UUID)
    assert (lab.vfs_label("/dev/VG/LV"), lab.vfs_uuid("/dev/VG/LV")) == ("NAME", UUID)
    assert lab.xfs_repair("/dev/VG/LV", nomodify=True) == 0
    lab.lvresize("/dev/VG/LV", 400)
    lab.mount("/dev/VG/LV", "/")
    assert lab.vfs_minimum_size("/dev/VG/LV") == 320 * MIB
    lab.xfs_growfs("/")
    facts = lab.xfs_info2("/")
    assert int(facts["data.bsize"]) * int(facts["data.blocks"]) == 400 * MIB
    lab.fstrim("/")


def test_an_ntfs_is_probed_fixed_and_resized(part: Handle) -> None:
    part.mkfs("ntfs", DEVICE)
    assert part.ntfs_3g_probe(True, DEVICE) == 0
    assert part.vfs_minimum_size(DEVICE) < 100 * MIB
    part.ntfsresize(DEVICE, size=100 * MIB)
    part.ntfsfix(DEVICE)
    part.ntfsresize(DEVICE, force=True)
    part.mkfs("ext2", DEVICE)
    assert part.ntfs_3g_probe(True, DEVICE) == 12


def test_swap_is_switched_on_and_off(part: Handle) -> None:
    part.mkswap(DEVICE, label="SWAP", uuid=UUID)
    part.swapon_device(DEVICE)
    with pytest.raises(GuestError) as caught:
        part.part_disk("/dev/sda", "mbr")
    assert caught.value.errno_name == "EBUSY"
    part.swapoff_device(DEVICE)
    part.swapon_label("SWAP")
    part.swapoff_uuid(UUID)
    part.mkfs("ext4", DEVICE)
    part.mount(DEVICE, "/")
    part.copy_device_to_file("/dev/sdb", "/swap", size=8 * MIB)
    part.mkswap_file("/swap")
    part.swapon_file("/swap")
    with pytest.raises(GuestError):
        part.umount("/")
    part.swapoff_file("/swap")
    assert part.filesize("/swap") == 8 * MIB


def test_what_is_free_is_filled_with_zeros(part: Handle) -> None:
    part.part_init("/dev/sda", "mbr")
    part.part_add("/dev/sda", "p", 2048, 2048 + 2048 * 16 - 1)
    part.mkfs("ext2", DEVICE)
    part.mount(DEVICE, "/")
    before = part.statvfs("/").bfree
    part.zero_free_space("/")
    assert (part.statvfs("/").bfree, part.ls("/")) == (before, [b"lost+found"])
    part.scrub_freespace("/scrub")
    assert part.ls("/") == [b"lost+found"]
    with pytest.raises(GuestError):
        part.mklost_and_found("/")
    part.mkdir("/below")
    part.mklost_and_found("/below")
    assert part.ls("/below") == [b"lost+found"]


def test_the_kernel_knows_types(lab: Handle) -> None:
    assert lab.filesystem_available("ext4")
    assert not lab.filesystem_available("teapotfs")


CANNOT_BE: tuple[Change, ...] = (
    lambda lab: lab.fsck("../sh", DEVICE),
    lambda lab: lab.fsck("teapotfs", DEVICE),
    lambda lab: lab.set_label(DEVICE, "x" * 17),
    lambda lab: lab.set_label(DEVICE, "two\nlines"),
    lambda lab: lab.set_uuid(DEVICE, "random"),
    lambda lab: lab.mkfs("ext4", DEVICE, blocksize=1000),
    lambda lab: lab.mkfs("xfs", DEVICE, inode=256),
    lambda lab: lab.mkfs("ext4", DEVICE, features="-x"),
    lambda lab: lab.mke2fs(DEVICE, fstype="-t ext4"),
    lambda lab: lab.mke2fs(DEVICE, journaldevice="LABEL=a,size=1"),
    lambda lab: lab.tune2fs(DEVICE, maxmountcount=-1),
    lambda lab: lab.resize2fs_size(DEVICE, 1000),
    lambda lab: lab.e2fsck(DEVICE, correct=True, forceall=True),
    lambda lab: lab.xfs_info2(DEVICE),
    lambda lab: lab.xfs_admin(DEVICE, label='"; quit'),
    lambda lab: lab.findfs_uuid("no UUID"),
    lambda lab: lab.vfs_minimum_size("/dev/sdb"),
    lambda lab: lab.filesystem_available("-r ext4"),
    lambda lab: lab.swapon_device(DEVICE),
)


def test_what_cannot_be_is_refused(part: Handle) -> None:
    part.mkfs("ext2", DEVICE)
    assert_refused(part, CANNOT_BE, lambda: (part.vfs_type(DEVICE), part.vfs_uuid(DEVICE), part.vfs_label(DEVICE)))
    assert (part.vfs_type(DEVICE), part.vfs_label(DEVICE)) == ("ext2", "")
