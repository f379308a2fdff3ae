"""Calls that change volumes and groups of LVM2."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from support.refusals import Change, assert_refused

MIB = 1 << 20
LV = "/dev/VG/LV"


@pytest.fixture
def group(lab: Handle) -> Handle:
    """Give a group VG on two partitions, with a volume LV of 40 MiB."""
    for drive in ("/dev/sda", "/dev/sdb"):
        lab.part_disk(drive, "mbr")
        lab.pvcreate(f"{drive}1")
    lab.vgcreate("VG", ["/dev/sda1", "/dev/sdb1"])
    lab.lvcreate("LV", "VG", 40)
    return lab


def test_volumes_are_made_of_what_is_free_resized_and_removed(group: Handle) -> None:
    group.lvcreate_free("HALF", "VG", 50)
    free = group.vgs_full()[0].vg_free
    group.lvresize(LV, 48)
    assert group.vgs_full()[0].vg_free == free - 8 * MIB
    group.lvresize(LV, 48)
    group.lvresize_free(LV, 100)
    assert group.vgs_full()[0].vg_free == 0
    group.lvremove("/dev/VG/HALF")
    assert group.lvs() == [LV]
    group.lvremove("/dev/VG")
    assert (group.lvs(), group.vgs()) == ([], ["VG"])
    group.vgremove("VG")
    group.pvremove("/dev/sda1")
    assert group.pvs() == ["/dev/sdb1"]


def test_volumes_and_groups_get_other_names(group: Handle) -> None:
    group.lvrename(LV, "/dev/VG/NEW")
    group.vg_activate(False, ["VG"])
    group.vgrename("VG", "OTHER")
    group.vg_activate(True, ["OTHER"])
    assert group.lvs() == ["/dev/OTHER/NEW"]
    assert group.lvm_canonical_lv_name("/dev/mapper/OTHER-NEW") == "/dev/OTHER/NEW"
    with pytest.raises(GuestError, match="no logical volume"):
        group.lvm_canonical_lv_name("/dev/sda1")


def test_everything_has_its_uuid(group: Handle) -> None:
    assert group.pvuuid("/dev/sda1") == group.pvs_full()[0].pv_uuid
    assert group.vguuid("VG") == group.vgs_full()[0].vg_uuid
    assert group.lvuuid("/dev/mapper/VG-LV") == group.lvs_full()[0].lv_uuid
    assert group.vgpvuuids("VG") == [volume.pv_uuid for volume in group.pvs_full()]
    assert group.vglvuuids("VG") == [group.lvuuid(LV)]
    assert group.vguuid("VG").encode() in group.vgmeta("VG")


def test_uuids_are_changed(group: Handle) -> None:
    before = {group.vguuid("VG"), *group.vgpvuuids("VG")}
    group.vg_activate(False, [])
    group.pvchange_uuid("/dev/sda1")
    group.pvchange_uuid_all()
    group.vgchange_uuid("VG")
    group.vgchange_uuid_all()
    assert before.isdisjoint({group.vguuid("VG"), *group.vgpvuuids("VG")})
    group.lvm_scan(activate=True)
    assert group.blockdev_getsize64(LV) == 40 * MIB


def test_a_physical_volume_has_the_size_that_is_wished(group: Handle) -> None:
    group.lvremove(LV)
    group.pvresize_size("/dev/sdb1", 100 * MIB)
    assert group.pvs_full()[1].pv_size < 100 * MIB
    group.pvresize("/dev/sdb1")
    assert group.pvs_full()[1].pv_size > 300 * MIB


def test_lvm_sees_no_more_than_it_may(group: Handle) -> None:
    group.vgremove("VG")
    group.lvm_set_filter(["/dev/sdb"])
    assert group.pvs() == ["/dev/sdb1"]
    group.lvm_set_filter(["/dev/sda1"])
    assert group.pvs() == ["/dev/sda1"]
    group.lvm_clear_filter()
    assert group.pvs() == ["/dev/sda1", "/dev/sdb1"]


CANNOT_BE: tuple[Change, ...] = (
    lambda lab: lab.vgremove("NONE"),
    lambda lab: lab.vgremove("--all"),
    lambda lab: lab.vgremove("VG VG"),
    lambda lab: lab.vgcreate("x'; y", ["/dev/sda1"]),
    lambda lab: lab.lvcreate_free("X", "VG", 101),
    lambda lab: lab.lvresize(LV, -1),
    lambda lab: lab.lvresize(LV, 1 << 40),
    lambda lab: lab.lvrename(LV, "/dev/VG/../X"),
    lambda lab: lab.pvuuid("/dev/sda"),
    lambda lab: lab.vguuid("NONE"),
    lambda lab: lab.pvresize("/dev/sda"),
    lambda lab: lab.vg_activate(True, ["NONE"]),
    lambda lab: lab.lvm_set_filter(["/dev/sda|.*"]),
)


def test_what_cannot_be_is_refused(group: Handle) -> None:
    assert_refused(group, CANNOT_BE, group.lvs_full)


def test_a_volume_in_use_stays(group: Handle) -> None:
    group.mkfs("ext2", LV)
    group.mount(LV, "/")
    for change in (lambda: group.lvremove(LV), lambda: group.vgremove("VG"), lambda: group.lvm_set_filter([])):
        with pytest.raises(GuestError):
            change()
    assert group.lvs() == [LV]
