"""Calls about arrays of software RAID, on empty drives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cutaway import Handle
from cutaway.errors import DriveError, GuestError

MIB = 1024 * 1024


@pytest.fixture
def drives(handle: Handle) -> Iterator[Handle]:
    """Give a handle with two empty drives, /dev/sdb and /dev/sdc."""
    added = [handle.add_drive_scratch(16 * MIB) for _ in "bc"]
    yield handle
    handle.umount_all()
    for drive in added:
        handle.remove_drive(drive)


@pytest.fixture
def mirror(drives: Handle) -> Handle:
    """Give the handle with a mirror over both drives."""
    drives.md_create("web:0", ["/dev/sdb", "/dev/sdc"])
    return drives


def test_an_array_is_made_and_told(mirror: Handle) -> None:
    assert mirror.list_md_devices() == ["/dev/md0"]
    facts = mirror.md_detail("/dev/md0")
    assert (facts["level"], facts["devices"], facts["name"]) == ("raid1", "2", "web:0")
    assert "/dev/md0" not in mirror.list_devices()
    assert mirror.vfs_type("/dev/sdb") == "linux_raid_member"


def test_a_survey_tells_arrays_and_their_members(mirror: Handle) -> None:
    survey = mirror.survey()
    (array,) = survey.arrays
    assert (array.device, array.name, array.level, array.raid_disks) == ("/dev/md0", "web:0", "raid1", 2)
    assert (array.members, array.uuid) == (["/dev/sdb", "/dev/sdc"], mirror.md_detail("/dev/md0")["uuid"])
    assert array.size_bytes == mirror.blockdev_getsize64("/dev/md0")
    assert survey.warnings == []
    found = {item.mountable: item.vfs_type for item in survey.filesystems}
    assert (found["/dev/md0"], found["/dev/sdb"]) == ("unknown", "linux_raid_member")


def test_what_is_on_an_array_is_listed_and_mounted_and_its_members_are_not(mirror: Handle) -> None:
    mirror.mkfs("ext4", "/dev/md0", label="BOTH")
    listed = mirror.list_filesystems()
    assert listed["/dev/md0"] == "ext4"
    assert not {"/dev/sdb", "/dev/sdc"} & listed.keys()
    mirror.mount("/dev/md0", "/")
    mirror.mkdir("/made")
    assert b"made" in mirror.ls("/")
    with pytest.raises(GuestError):
        mirror.mount_ro("/dev/sdb", "/")


def test_a_name_that_is_no_number_gets_one_from_127_on_downwards(drives: Handle) -> None:
    drives.md_create("data", ["/dev/sdb"], missingbitmap=2)
    drives.md_create("more", ["/dev/sdc"], missingbitmap=1)
    assert sorted(drives.list_md_devices()) == ["/dev/md126", "/dev/md127"]
    assert drives.md_detail("/dev/md127")["name"] == "localhost:data"


def test_an_array_that_was_stopped_stays_so(mirror: Handle) -> None:
    mirror.md_stop("/dev/md0")
    assert mirror.list_md_devices() == []
    assert "/dev/md0" not in mirror.list_filesystems()
    with pytest.raises(GuestError):
        mirror.mount_ro("/dev/md0", "/")


def test_an_array_in_use_is_neither_stopped_nor_unplugged(mirror: Handle) -> None:
    mirror.mkfs("ext4", "/dev/md0")
    mirror.mount("/dev/md0", "/")
    with pytest.raises(GuestError, match="in use") as caught:
        mirror.md_stop("/dev/md0")
    assert caught.value.errno_name == "EBUSY"
    with pytest.raises(DriveError, match="in use"):
        mirror.remove_drive(mirror.drives[-1])
    assert b"lost+found" in mirror.ls("/")


def test_a_drive_is_unplugged_with_its_array(backend_handle: Handle) -> None:
    drives = [backend_handle.add_drive_scratch(16 * MIB) for _ in "ab"]
    backend_handle.launch()
    backend_handle.md_create("0", ["/dev/sda", "/dev/sdb"])
    backend_handle.remove_drive(drives[0])
    assert backend_handle.list_devices() == ["/dev/sdb"]


@pytest.mark.parametrize(
    "make",
    [
        lambda handle: handle.md_create("../x", ["/dev/sdb", "/dev/sdc"]),
        lambda handle: handle.md_create("--stop", ["/dev/sdb", "/dev/sdc"]),
        lambda handle: handle.md_create("0", ["/dev/sdb", "/dev/sdz"]),
        lambda handle: handle.md_create("0", ["/dev/sdb", "/dev/sdc"], nrdevices=3),
        lambda handle: handle.md_create("0", ["/dev/sdb", "/dev/sdc"], chunk=1000, level="raid0"),
        lambda handle: handle.md_create("0", ["/dev/sdb", "/dev/sdc"], level="clay"),
        lambda handle: handle.md_create("0", ["/dev/sdb", "/dev/sdc"], missingbitmap=-1),
        lambda handle: handle.md_detail("/dev/sdb"),
        lambda handle: handle.md_stop("/dev/sdb"),
    ],
)
def test_what_cannot_be_done_is_refused(drives: Handle, make: Callable[[Handle], object]) -> None:
    with pytest.raises(GuestError):
        make(drives)
    assert drives.list_md_devices() == []
