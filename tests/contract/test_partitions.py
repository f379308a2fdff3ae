"""Calls about partition tables and block devices."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from support.refusals import Change, assert_refused

MIB = 1 << 20
GUID = "01234567-89AB-CDEF-0123-456789ABCDEF"
SIZE = 512 * MIB


@pytest.mark.parametrize(("kind", "told"), [("mbr", "msdos"), ("gpt", "gpt")])
def test_a_drive_gets_one_partition(lab: Handle, kind: str, told: str) -> None:
    lab.part_disk("/dev/sda", kind)
    (entry,) = lab.part_list("/dev/sda")
    assert (entry.part_num, entry.part_start) == (1, 64 << 10)
    assert (entry.part_size, entry.part_end) == (lab.blockdev_getsize64("/dev/sda1"), SIZE - (64 << 10) + 511)
    assert lab.part_get_parttype("/dev/sda") == told
    assert lab.list_partitions() == ["/dev/sda1"]


def test_partitions_are_added_resized_and_removed(lab: Handle) -> None:
    lab.part_init("/dev/sda", "mbr")
    for kind, start, end in (("p", 2048, 4095), ("e", 4096, -1), ("logical", 8192, 16383), ("l", 20480, 24575)):
        lab.part_add("/dev/sda", kind, start, end)
    numbers = [entry.part_num for entry in lab.part_list("/dev/sda")]
    assert numbers == [1, 2, 5, 6]
    kinds = [lab.part_get_mbr_part_type("/dev/sda", number) for number in numbers]
    assert kinds == ["primary", "extended", "logical", "logical"]
    lab.part_resize("/dev/sda", 1, 3071)
    assert lab.blockdev_getsize64("/dev/sda1") == 512 << 10
    lab.part_del("/dev/sda", 6)
    assert lab.list_partitions() == ["/dev/sda1", "/dev/sda2", "/dev/sda5"]


def test_a_partition_of_an_mbr_has_a_type_and_may_be_active(lab: Handle) -> None:
    lab.part_init("/dev/sda", "mbr")
    lab.part_add("/dev/sda", "p", 2048, 4095)
    lab.part_add("/dev/sda", "p", 4096, -1)
    lab.part_set_mbr_id("/dev/sda", 1, 0x8E)
    lab.part_set_bootable("/dev/sda", 1, True)
    assert (lab.part_get_mbr_id("/dev/sda", 1), lab.part_get_mbr_id("/dev/sda", 2)) == (0x8E, 0x83)
    lab.part_set_bootable("/dev/sda", 2, True)
    assert [lab.part_get_bootable("/dev/sda", number) for number in (1, 2)] == [False, True]
    with pytest.raises(GuestError, match="GPT"):
        lab.part_get_gpt_type("/dev/sda", 1)


def test_a_gpt_says_more(lab: Handle) -> None:
    lab.part_disk("/dev/sda", "gpt")
    lab.part_set_name("/dev/sda", 1, "Größe")
    lab.part_set_gpt_guid("/dev/sda", 1, GUID.lower())
    lab.part_set_gpt_attributes("/dev/sda", 1, 4 - (1 << 63))
    assert lab.part_get_name("/dev/sda", 1) == "Größe"
    assert lab.part_get_gpt_guid("/dev/sda", 1) == GUID
    assert lab.part_get_gpt_attributes("/dev/sda", 1) == 4 - (1 << 63)
    assert lab.part_get_bootable("/dev/sda", 1)
    lab.part_set_gpt_type("/dev/sda", 1, GUID)
    assert lab.part_get_gpt_type("/dev/sda", 1) == GUID
    lab.part_set_disk_guid("/dev/sda", GUID)
    assert lab.part_get_disk_guid("/dev/sda") == GUID
    lab.part_set_disk_guid_random("/dev/sda")
    assert lab.part_get_disk_guid("/dev/sda") != GUID
    lab.part_expand_gpt("/dev/sda")
    assert lab.part_get_name("/dev/sda", 1) == "Größe"


def test_a_partition_knows_its_drive_and_number(lab: Handle) -> None:
    lab.part_disk("/dev/sdb", "mbr")
    assert (lab.part_to_dev("/dev/sdb1"), lab.part_to_partnum("/dev/sdb1")) == ("/dev/sdb", 1)
    with pytest.raises(GuestError, match="no partition"):
        lab.part_to_dev("/dev/sdb")


def test_what_is_in_use_is_not_changed(lab: Handle) -> None:
    lab.part_disk("/dev/sda", "mbr")
    lab.mkfs("ext2", "/dev/sda1")
    lab.mount("/dev/sda1", "/")
    for change in (lambda: lab.part_disk("/dev/sda", "gpt"), lambda: lab.part_del("/dev/sda", 1)):
        with pytest.raises(GuestError, match="in use") as caught:
            change()
        assert caught.value.errno_name == "EBUSY"
    lab.umount_all()
    assert lab.vfs_type("/dev/sda1") == "ext2"


CANNOT_BE: tuple[Change, ...] = (
    lambda lab: lab.part_add("/dev/sda", "p", 2048, 1 << 40),
    lambda lab: lab.part_add("/dev/sda", "p", 4096, 2048),
    lambda lab: lab.part_add("/dev/sda", "l", 2048, -1),
    lambda lab: lab.part_resize("/dev/sda", 1, 10),
    lambda lab: lab.part_del("/dev/sda", 9),
    lambda lab: lab.part_set_name("/dev/sda", 1, "x" * 37),
    lambda lab: lab.part_set_gpt_type("/dev/sda", 1, "no GUID"),
    lambda lab: lab.part_set_mbr_id("/dev/sda", 1, 0x83),
    lambda lab: lab.part_get_gpt_guid("/dev/sda", 0),
    lambda lab: lab.blockdev_setra("/dev/sda", -1),
)


def test_what_cannot_be_is_refused(lab: Handle) -> None:
    lab.part_disk("/dev/sda", "gpt")
    assert_refused(lab, CANNOT_BE, lambda: lab.part_list("/dev/sda"))


def test_a_drive_is_read_only_for_as_long_as_somebody_wants(lab: Handle) -> None:
    lab.part_disk("/dev/sda", "mbr")
    lab.blockdev_setro("/dev/sda")
    try:
        assert lab.blockdev_getro("/dev/sda")
        with pytest.raises(GuestError):
            lab.part_init("/dev/sda", "gpt")
    finally:
        lab.blockdev_setrw("/dev/sda")
    assert not lab.blockdev_getro("/dev/sda")
    assert lab.part_get_parttype("/dev/sda") == "msdos"


def test_the_kernel_says_what_it_knows_of_a_drive(lab: Handle) -> None:
    assert lab.blockdev_getss("/dev/sda") == 512
    assert lab.blockdev_getbsz("/dev/sda") in {512, 1024, 2048, 4096}
    lab.blockdev_setra("/dev/sda", 512)
    assert lab.blockdev_getra("/dev/sda") == 512
    lab.blockdev_flushbufs("/dev/sda")
    lab.blockdev_rereadpt("/dev/sda")


def test_nothing_of_lvm_is_left(lab: Handle) -> None:
    for drive, group in (("/dev/sda", "one"), ("/dev/sdb", "two")):
        lab.part_disk(drive, "mbr")
        lab.pvcreate(f"{drive}1")
        lab.vgcreate(group, [f"{drive}1"])
    lab.lvcreate("volume", "two", 8)
    lab.lvm_remove_all()
    assert (lab.pvs(), lab.vgs(), lab.lvs()) == ([], [], [])
    assert lab.vfs_type("/dev/sda1") == ""
