"""Calls about what only btrfs has."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from support.refusals import Change, assert_refused

MIB = 1 << 20
DEVICE = "/dev/sda"


@pytest.fixture
def fs(lab: Handle) -> Handle:
    """Give a new btrfs on /dev/sda, mounted."""
    lab.wipefs("/dev/sdb")
    lab.mkfs_btrfs([DEVICE], label="TREE", nodesize=16384, metadata="single")
    lab.mount(DEVICE, "/")
    return lab


def test_subvolumes_are_made_listed_and_removed(fs: Handle) -> None:
    fs.mkdir("/folder")
    fs.btrfs_subvolume_create("/one")
    fs.btrfs_subvolume_create("/folder/two")
    fs.btrfs_subvolume_create("/folder/two/in side")
    fs.btrfs_subvolume_snapshot("/one", "/copy", ro=True)
    fs.btrfs_filesystem_sync("/")
    found = fs.btrfs_subvolume_list("/")
    paths = {item.btrfssubvolume_path: item for item in found}
    assert sorted(paths) == [b"copy", b"folder/two", b"folder/two/in side", b"one"]
    two = paths[b"folder/two"]
    assert two.btrfssubvolume_top_level_id == 5
    assert paths[b"folder/two/in side"].btrfssubvolume_top_level_id == two.btrfssubvolume_id
    shown = fs.btrfs_subvolume_show("/copy")
    assert (shown["path"], shown["Flags"], shown["Snapshot(s)"]) == ("copy", "readonly", "")
    shown = fs.btrfs_subvolume_show("/one")
    assert (shown["path"], shown["Flags"], shown["Parent UUID"], shown["Snapshot(s)"]) == ("one", "", "", "copy")
    assert fs.btrfs_subvolume_show("/")["Name"] == "<FS_TREE>"
    with pytest.raises(GuestError):
        fs.mkdir("/copy/new")
    fs.btrfs_subvolume_delete("/copy")
    fs.umount_all()
    assert len(fs.btrfs_subvolume_list(DEVICE)) == 3
    assert fs.mounts() == []


def test_the_default_subvolume_is_what_is_mounted(fs: Handle) -> None:
    assert fs.btrfs_subvolume_get_default("/") == 5
    fs.btrfs_subvolume_create("/root")
    fs.mkdir("/root/inside")
    (root,) = fs.btrfs_subvolume_list("/")
    fs.btrfs_subvolume_set_default(root.btrfssubvolume_id, "/")
    fs.umount_all()
    assert fs.btrfs_subvolume_get_default(DEVICE) == root.btrfssubvolume_id
    fs.mount(DEVICE, "/")
    assert fs.ls("/") == [b"inside"]


def test_devices_are_added_replaced_and_removed(fs: Handle) -> None:
    assert fs.btrfs_filesystem_show(DEVICE) == [DEVICE]
    fs.btrfs_device_add(["/dev/sdb"], "/")
    assert fs.btrfs_filesystem_show("/dev/sdb") == [DEVICE, "/dev/sdb"]
    fs.btrfs_filesystem_balance("/")
    assert fs.btrfs_balance_status("/").btrfsbalance_status == "none"
    fs.btrfs_device_delete(["/dev/sdb"], "/")
    assert fs.btrfs_filesystem_show(DEVICE) == [DEVICE]
    fs.btrfs_filesystem_resize("/", size=300 * MIB)
    assert fs.statvfs("/").size_bytes == 300 * MIB
    fs.umount_all()
    fs.mkfs_btrfs(["/dev/sdb"])
    fs.mount("/dev/sdb", "/")
    fs.btrfs_replace("/dev/sdb", DEVICE, "/")
    assert fs.btrfs_filesystem_show(DEVICE) == [DEVICE]
    fs.btrfs_filesystem_resize("/")
    assert fs.statvfs("/").size_bytes == 512 * MIB


def test_quotas_are_kept(fs: Handle) -> None:
    fs.btrfs_quota_enable("/", True)
    fs.btrfs_subvolume_create("/sub")
    fs.btrfs_qgroup_create("1/7", "/")
    fs.btrfs_qgroup_limit("/sub", 10 * MIB)
    (sub,) = fs.btrfs_subvolume_list("/")
    own = f"0/{sub.btrfssubvolume_id}"
    fs.btrfs_qgroup_assign(own, "1/7", "/")
    fs.btrfs_quota_rescan("/")
    groups = {group.btrfsqgroup_id: group for group in fs.btrfs_qgroup_show("/")}
    assert {"0/5", own, "1/7"} <= groups.keys()
    assert groups[own].btrfsqgroup_rfer >= 16384
    fs.btrfs_qgroup_remove(own, "1/7", "/")
    fs.btrfs_qgroup_destroy("1/7", "/")
    fs.btrfs_quota_enable("/", False)
    with pytest.raises(GuestError):
        fs.btrfs_qgroup_show("/")


def test_contents_are_scrubbed_and_defragmented(fs: Handle) -> None:
    fs.copy_device_to_file("/dev/sdb", "/content", size=MIB)
    fs.btrfs_filesystem_defragment("/content", compress="zstd")
    fs.btrfs_filesystem_defragment("/", flush=True)
    fs.btrfs_scrub_full("/")
    status = fs.btrfs_scrub_status("/")
    assert status.btrfsscrub_tree_bytes_scrubbed > 0
    assert status.btrfsscrub_uncorrectable_errors == 0
    fs.btrfs_scrub_start("/")
    with pytest.raises(GuestError):
        fs.btrfs_scrub_cancel("/")


def test_one_that_is_not_mounted_is_checked_and_tuned(fs: Handle) -> None:
    fs.umount_all()
    fs.part_init("/dev/sdb", "mbr")
    fs.part_add("/dev/sdb", "p", 2048, 2048 + 128 * MIB // 512 - 1)
    small = "/dev/sdb1"
    fs.mkfs_btrfs([small])
    fs.btrfs_fsck(small)
    fs.btrfs_rescue_super_recover(small)
    fs.btrfs_rescue_chunk_recover(small)
    fs.btrfstune_seeding(small, True)
    fs.btrfstune_seeding(small, False)
    fs.btrfstune_enable_extended_inode_refs(small)
    fs.btrfstune_enable_skinny_metadata_extent_refs(small)
    fs.mkfs("ext4", small)
    fs.mount(small, "/")
    fs.btrfs_image([DEVICE], "/metadata", compresslevel=1)
    assert fs.filesize("/metadata") > 1000


CANNOT_BE: tuple[Change, ...] = (
    lambda lab: lab.mkfs_btrfs([]),
    lambda lab: lab.mkfs_btrfs(["/dev/sdb"], nodesize=1000),
    lambda lab: lab.mkfs_btrfs(["/dev/sdb"], metadata="raid0 --mixed"),
    lambda lab: lab.btrfs_subvolume_delete("/folder"),
    lambda lab: lab.btrfs_subvolume_show("/folder"),
    lambda lab: lab.btrfs_subvolume_create("/nowhere/new"),
    lambda lab: lab.btrfs_subvolume_create("/new", qgroupid="--help"),
    lambda lab: lab.btrfs_subvolume_set_default(4, "/"),
    lambda lab: lab.btrfs_subvolume_set_default(999, "/"),
    lambda lab: lab.btrfs_filesystem_resize("/", size=1 << 50),
    lambda lab: lab.btrfs_filesystem_defragment("/", compress="rar"),
    lambda lab: lab.btrfs_filesystem_show("/dev/sdb"),
    lambda lab: lab.btrfs_device_delete([DEVICE], "/"),
    lambda lab: lab.btrfs_image(["/dev/sdb"], "/metadata"),
    lambda lab: lab.btrfs_device_add([], "/"),
    lambda lab: lab.btrfs_qgroup_create("x", "/"),
    lambda lab: lab.btrfs_fsck(DEVICE),
    lambda lab: lab.btrfs_balance_resume("/"),
    lambda lab: lab.btrfs_subvolume_list("/dev/sdb"),
)


def test_what_cannot_be_is_refused(fs: Handle) -> None:
    fs.mkdir("/folder")
    assert_refused(fs, CANNOT_BE, lambda: (fs.ls("/"), fs.mounts()))
    assert (fs.ls("/"), fs.mounts()) == ([b"folder"], [DEVICE])
