"""Which trees are offered for an image, and in which order their file systems are mounted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cutaway.mount_plan import MountTree, clear_choice, plan
from cutaway.records import Filesystem, Mount, OperatingSystem, Survey

SYSTEM = OperatingSystem(
    "/dev/vg0/root", "linux", "debian", "Debian GNU/Linux 12 (bookworm)", 12, 5, "web01", "x86_64", "deb",
    [Mount("/dev/vg0/home", b"/home"), Mount("/dev/sda1", b"/boot"), Mount("/dev/vg0/root", b"/", options="subvol=@")],
)  # fmt: skip


def found(mountable: str, vfs_type: str = "ext4", label: str = "") -> Filesystem:
    return Filesystem(mountable, vfs_type, label, "", 1 << 30)


def survey(*filesystems: Filesystem, systems: tuple[OperatingSystem, ...] = ()) -> Survey:
    return Survey([], list(filesystems), [], [], list(systems), [])


def test_a_system_comes_first_with_its_root_mounted_first() -> None:
    first, second = plan(survey(found("/dev/sdb1"), found("/dev/vg0/root"), systems=(SYSTEM,)))
    assert first.system is SYSTEM
    assert first.title == "Debian GNU/Linux 12 (bookworm)"
    assert [mount.mountpoint for mount in first.mounts] == [b"/", b"/home", b"/boot"]
    assert second == MountTree("sdb1", (Mount("/dev/sdb1", b"/", "ext4"),))


def test_file_systems_of_a_system_are_not_offered_twice() -> None:
    trees = plan(survey(found("/dev/sda1"), found("/dev/vg0/root"), found("/dev/vg0/home"), systems=(SYSTEM,)))
    assert [tree.system for tree in trees] == [SYSTEM]


@pytest.mark.parametrize("vfs_type", ["swap", "LVM2_member", "crypto_LUKS", "BitLocker", "unknown", "extended", ""])
def test_what_cannot_be_mounted_is_not_offered(vfs_type: str) -> None:
    assert plan(survey(found("/dev/sda1", vfs_type))) == []


def test_a_system_without_mount_points_is_mounted_from_its_root() -> None:
    [tree] = plan(survey(systems=(replace(SYSTEM, mountpoints=[], product_name=""),)))
    assert tree.mounts == (Mount("/dev/vg0/root", b"/"),)
    assert tree.title == "web01"


def test_a_label_names_a_single_file_system() -> None:
    [tree] = plan(survey(found("/dev/sda1", "vfat", "EFI")))
    assert (tree.title, tree.system) == ("EFI", None)


def test_arguments_are_what_mount_tree_takes() -> None:
    [tree] = plan(survey(systems=(SYSTEM,)))
    assert tree.arguments[0] == ["/dev/vg0/root", b"/", "subvol=@"]


@pytest.mark.parametrize(
    ("devices", "chosen"),
    [
        ({"/dev/sda": "iso9660", "/dev/sda2": "vfat", "/dev/sda3": "hfsplus"}, 0), ({"/dev/sda": "udf"}, 0),
        ({"/dev/sda1": "ext4", "/dev/sda2": "ext4"}, None), ({"/dev/sda": "iso9660", "/dev/sdb1": "ext4"}, None),
        ({"/dev/sda": "iso9660", "/dev/sdaa1": "ext4"}, None), ({"/dev/sda": "iso9660", "/dev/sdb": "iso9660"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_disc_is_meant_whatever_firmware_finds_on_its_drive(devices: dict[str, str], chosen: int | None) -> None:
    trees = plan(survey(*(found(device, vfs_type) for device, vfs_type in devices.items())))
    assert clear_choice(trees) == (None if chosen is None else trees[chosen])
