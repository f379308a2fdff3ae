"""Calls that mount and unmount, and the errors of a tree without mounts."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError, NotFound, NotMounted, UnknownFileSystem

ROOT, HOME, BOOT = "/dev/vg0/root", "/dev/vg0/home", "/dev/sda1"


def test_paths_without_a_mount_say_so(handle: Handle) -> None:
    for attempt in (handle.ls, handle.cat, handle.stat, handle.realpath, handle.exists, handle.statvfs):
        with pytest.raises(NotMounted):
            attempt("/")


def test_a_mounted_root_is_seen(handle: Handle) -> None:
    handle.mount_ro(ROOT, "/")
    assert handle.mounts() == [ROOT]
    assert handle.mountpoints() == {ROOT: b"/"}
    assert handle.cat("/etc/hostname") == b"web01\n"


def test_the_table_has_types_and_says_what_is_read_only(mounted: Handle) -> None:
    table = mounted.mount_table()
    assert [(item.mountable, item.mountpoint, item.vfs_type) for item in table] == [
        (ROOT, b"/", "ext4"),
        (BOOT, b"/boot", "ext2"),
        (HOME, b"/home", "xfs"),
    ]
    assert all("ro" in item.options.split(",") for item in table)


def test_a_mount_inside_a_mount_is_crossed_by_paths(mounted: Handle) -> None:
    assert mounted.exists("/boot/grub/grub.cfg")
    assert mounted.cat("/home/ada/notes.txt") == b"Remember the milk.\n"
    assert mounted.stat("/boot").dev != mounted.stat("/").dev
    assert mounted.realpath("/boot/../home/./ada/latest") == b"/home/ada/projects/readme.md"


@pytest.mark.parametrize("device", ["/dev/sda2", "/dev/sda3", "/dev/sda"])
def test_what_holds_no_file_system_cannot_be_mounted(handle: Handle, device: str) -> None:
    with pytest.raises(UnknownFileSystem):
        handle.mount_ro(device, "/")
    assert handle.mounts() == []


def test_a_missing_device_cannot_be_mounted(handle: Handle) -> None:
    with pytest.raises(GuestError):
        handle.mount_ro("/dev/sdx9", "/")


def test_a_mount_point_must_exist_and_be_a_folder(handle: Handle) -> None:
    handle.mount_ro(ROOT, "/")
    with pytest.raises(NotFound):
        handle.mount_ro(BOOT, "/nowhere")
    with pytest.raises(GuestError) as caught:
        handle.mount_ro(BOOT, "/etc/passwd")
    assert caught.value.errno_name == "ENOTDIR"
    assert handle.mounts() == [ROOT]


@pytest.mark.parametrize("what", ["/boot", BOOT, "/boot/"])
def test_umount_takes_a_device_or_a_mount_point(mounted: Handle, what: str) -> None:
    mounted.umount(what)
    assert mounted.mounts() == [ROOT, HOME]
    assert mounted.ls("/boot") == []


def test_umount_of_what_is_in_use_or_not_mounted_fails(mounted: Handle) -> None:
    with pytest.raises(GuestError):
        mounted.umount("/")
    with pytest.raises(GuestError):
        mounted.umount("/etc")
    with pytest.raises(GuestError):
        mounted.umount("/dev/sda2")
    assert len(mounted.mounts()) == 3


def test_umount_all_leaves_nothing_and_may_be_repeated(mounted: Handle) -> None:
    mounted.umount_all()
    mounted.umount_all()
    assert mounted.mounts() == []
    with pytest.raises(NotMounted):
        mounted.ls("/")


def test_several_file_systems_side_by_side(handle: Handle) -> None:
    handle.mkmountpoint("/a")
    handle.mkmountpoint("/b")
    handle.mount_ro(ROOT, "/a")
    handle.mount_ro(BOOT, "/b")
    assert handle.exists("/a/etc/passwd")
    assert handle.exists("/b/grub/grub.cfg")
    handle.umount("/a")
    handle.umount("/b")


def test_mount_points_in_the_bare_root_are_refused_when_they_exist(handle: Handle) -> None:
    handle.mkmountpoint("/twice")
    with pytest.raises(GuestError) as caught:
        handle.mkmountpoint("/twice")
    assert caught.value.errno_name == "EEXIST"


def test_mount_tree_tells_what_could_not_be_mounted(handle: Handle) -> None:
    failures = handle.mount_tree([[ROOT, b"/", ""], ["/dev/sda2", b"/boot", ""], [HOME, b"/home", ""]])
    assert len(failures) == 1
    assert "/dev/sda2" in failures[0]
    assert handle.mounts() == [ROOT, HOME]


def test_mount_tree_replaces_what_was_mounted(mounted: Handle) -> None:
    assert mounted.mount_tree([[BOOT, b"/", ""]]) == []
    assert mounted.mountpoints() == {BOOT: b"/"}


def test_mount_tree_without_its_root_mounts_nothing(handle: Handle) -> None:
    with pytest.raises(GuestError):
        handle.mount_tree([["/dev/sda2", b"/", ""], [BOOT, b"/boot", ""]])
    assert handle.mounts() == []


def test_options_decide_what_can_be_written(handle: Handle) -> None:
    handle.mount_options("ro,noload", ROOT, "/")
    with pytest.raises(GuestError) as caught:
        handle.mkdir("/new")
    assert caught.value.errno_name == "EROFS"


def test_what_is_written_is_seen_and_stays_in_the_overlay(handle: Handle) -> None:
    handle.mount(ROOT, "/")
    handle.mkdir("/tmp/contract")
    assert handle.stat("/tmp/contract").mode & 0o777 == 0o755
    assert handle.is_dir("/tmp/contract")
    handle.umount_all()
    handle.mount_ro(ROOT, "/")
    assert handle.is_dir("/tmp/contract")


def test_mkdir_refuses_what_exists_and_what_has_no_parent(writable: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        writable.mkdir("/etc")
    assert caught.value.errno_name == "EEXIST"
    with pytest.raises(NotFound):
        writable.mkdir("/no/such/parent")
