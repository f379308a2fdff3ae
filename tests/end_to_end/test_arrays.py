"""Disks that are members of software RAID: what lies on the arrays is found, read and written as anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from cutaway import Handle, mount_plan
from cutaway.records import Survey
from end_to_end.command import cutaway
from images import raid_server
from images.raid_members import where_it_lies
from images.raid_server import BOOT, FILES, HOME, ROOT, SRV

EXIT_FAILED = 1


@pytest.fixture(scope="session")
def disks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return raid_server.build(tmp_path_factory.mktemp("server"))


def opened(handle: Handle, images: Sequence[Path], *, readonly: bool = True) -> Handle:
    for image in images:
        handle.add_drive(image, format="raw", readonly=readonly)
    handle.launch()
    return handle


def sums(images: Sequence[Path]) -> list[str]:
    return [hashlib.sha256(image.read_bytes()).hexdigest() for image in images]


def devices(survey: Survey) -> dict[str, list[str]]:
    return {array.device: array.members for array in survey.arrays}


def test_a_system_on_arrays_is_found_and_read_and_nothing_is_written(disks: list[Path]) -> None:
    before = sums(disks)
    with opened(Handle(), disks, readonly=False) as handle:
        survey = handle.survey()
        assert (survey.warnings, [array.level for array in survey.arrays]) == (
            [],
            ["raid1", "raid5", "raid10", "raid1"],
        )
        assert devices(survey)["/dev/md1"] == ["/dev/sda2", "/dev/sdb2", "/dev/sdc2"]
        assert devices(survey)["/dev/md9"] == ["/dev/sda4", "/dev/sdb4"]
        (system,) = survey.systems
        mounts = {mount.mountpoint: mount.mountable for mount in system.mountpoints}
        assert mounts == {b"/": ROOT, b"/boot": BOOT, b"/home": HOME, b"/srv": SRV}
        (tree,) = mount_plan.plan(survey)
        assert handle.mount_tree(tree.arguments) == []
        for (device, path), content in FILES.items():
            point = next(point.decode() for point, mountable in mounts.items() if mountable == device)
            assert handle.read_file(point.rstrip("/") + path) == content
            extents = handle.content_map(point.rstrip("/") + path, ["drive0", "drive1", "drive2"]).extents
            if device in {BOOT, SRV}:  # mirrors are read by the host, all else through the guest
                assert where_it_lies(disks, extents or []) == content
            else:
                assert extents is None
    assert sums(disks) == before


def test_jobs_find_arrays_and_what_lies_on_them_by_their_names(disks: list[Path]) -> None:
    with opened(Handle(), disks) as handle:
        handle.mount_ro(SRV, "/")
        assert handle.read_file("/page") == FILES[SRV, "/page"]
        assert {volume.pv_name for volume in handle.pvs_full()} == {"/dev/md9", "/dev/md127"}
    with opened(Handle(), disks[:1]) as handle:
        assert handle.vfs_type(BOOT) == "ext2"


def test_one_disk_of_a_mirror_is_enough_and_what_lacks_disks_is_told(disks: list[Path]) -> None:
    with opened(Handle(), disks[1:2]) as handle:
        survey = handle.survey()
        handle.mount_ro(BOOT, "/")
        assert handle.read_file("/vmlinuz") == FILES[BOOT, "/vmlinuz"]
    assert survey.warnings == [
        "The array md0 (RAID 1, srv:0) is degraded, it has 1 of 2 members: what it holds can be read all the same",
        "The array md1 (RAID 5, srv:1) lacks members, it has 1 of 3: add the image that holds the others",
        "The array md127 (RAID 10, srv:data) lacks members, it has 1 of 3: add the image that holds the others",
        "The array md9 (RAID 1) is degraded, it has 1 of 2 members: what it holds can be read all the same",
    ]
    done = cutaway("ls", disks[2])
    assert done.code == EXIT_FAILED
    assert "array md1 (RAID 5, srv:1) lacks members" in done.errors
    assert "--add" in done.errors


def test_disks_that_come_later_complete_what_is_not_in_use(disks: list[Path]) -> None:
    with opened(Handle(), disks[:1]) as handle:
        assert devices(handle.survey()) == {BOOT: ["/dev/sda1"], "/dev/md9": ["/dev/sda4"]}
        for disk in disks[1:]:
            handle.add_drive(disk, format="raw")
        survey = handle.survey()
        assert sorted(devices(survey)) == [BOOT, ROOT, "/dev/md127", "/dev/md9"]
        assert ["md9" in warning for warning in survey.warnings] == [True]
        handle.vg_activate_all(activate=False)
        handle.md_stop("/dev/md9")
        assert "/dev/md9" not in handle.list_md_devices()
