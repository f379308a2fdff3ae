"""Calls about drives, partitions and volumes."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.records import Filesystem
from cutaway.testing import sample

MIB = 1024 * 1024
FILE_SYSTEMS = {"/dev/sda1": "ext2", "/dev/sda2": "swap", "/dev/vg0/root": "ext4", "/dev/vg0/home": "xfs"}
FACTS = {
    Filesystem("/dev/sda1", "ext2", "BOOT", sample.BOOT_UUID, 32 * MIB),
    Filesystem("/dev/sda2", "swap", "", sample.SWAP_UUID, 16 * MIB),
    Filesystem("/dev/vg0/root", "ext4", "ROOT", sample.ROOT_UUID, 96 * MIB),
    Filesystem("/dev/vg0/home", "xfs", "HOME", sample.HOME_UUID, 320 * MIB),
}


def test_devices_and_partitions(handle: Handle) -> None:
    assert handle.list_devices() == ["/dev/sda"]
    assert handle.list_partitions() == ["/dev/sda1", "/dev/sda2", "/dev/sda3"]


def test_list_filesystems_finds_plain_and_logical_volumes(handle: Handle) -> None:
    assert handle.list_filesystems() == FILE_SYSTEMS


def test_list_filesystems_activates_volume_groups(handle: Handle) -> None:
    handle.vg_activate_all(activate=False)
    assert handle.list_filesystems() == FILE_SYSTEMS


def test_filesystems_have_label_uuid_and_size(handle: Handle) -> None:
    assert set(handle.filesystems()) == FACTS


@pytest.mark.parametrize("fact", sorted(FACTS, key=lambda fact: fact.mountable), ids=lambda fact: fact.mountable)
def test_type_label_and_uuid_of_one(handle: Handle, fact: Filesystem) -> None:
    name = fact.mountable
    assert (handle.vfs_type(name), handle.vfs_label(name), handle.vfs_uuid(name)) == (
        fact.vfs_type,
        fact.label,
        fact.uuid,
    )
    assert handle.blockdev_getsize64(name) == fact.size_bytes


def test_a_partitioned_drive_holds_no_file_system(handle: Handle) -> None:
    assert (handle.vfs_type("/dev/sda"), handle.vfs_label("/dev/sda")) == ("", "")


def test_a_physical_volume_is_named_as_such(handle: Handle) -> None:
    assert handle.vfs_type("/dev/sda3") == "LVM2_member"


@pytest.mark.parametrize("name", ["/dev/hda1", "/dev/vda1"])
def test_only_sd_names_are_translated(handle: Handle, name: str) -> None:
    with pytest.raises(GuestError):
        handle.vfs_type(name)


@pytest.mark.parametrize("name", ["/dev/sdz", "/dev/vg0/nothing", "/etc/passwd", "/dev/../etc/passwd", ""])
def test_a_device_that_is_none_is_refused(handle: Handle, name: str) -> None:
    with pytest.raises(GuestError):
        handle.blockdev_getsize64(name)


def test_the_error_for_a_missing_device_names_those_that_exist(handle: Handle) -> None:
    with pytest.raises(GuestError, match="/dev/sda"):
        handle.blockdev_getsize64("/dev/sdq")


def test_survey_finds_everything_in_one_go(handle: Handle) -> None:
    survey = handle.survey()
    (device,) = survey.devices
    assert (device.device, device.partition_table) == ("/dev/sda", "gpt")
    assert [(item.device, item.number, item.start_bytes, item.size_bytes) for item in device.partitions] == [
        ("/dev/sda1", 1, MIB, 32 * MIB),
        ("/dev/sda2", 2, 33 * MIB, 16 * MIB),
        ("/dev/sda3", 3, 49 * MIB, 448 * MIB),
    ]
    assert {item for item in survey.filesystems if item.vfs_type != "LVM2_member"} == FACTS
    assert [volume.pv_name for volume in survey.physical_volumes] == ["/dev/sda3"]
    assert [volume.device for volume in survey.logical_volumes] == ["/dev/vg0/home", "/dev/vg0/root"]
    assert [system.root for system in survey.systems] == ["/dev/vg0/root"]
    assert survey.warnings == []


def test_survey_does_not_touch_mounts(mounted: Handle) -> None:
    before = mounted.mount_table()
    mounted.survey()
    assert mounted.mount_table() == before
