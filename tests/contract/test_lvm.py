"""Calls about LVM2."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.testing import sample

MIB = 1024 * 1024


def test_names_of_volumes_and_groups(handle: Handle) -> None:
    assert handle.pvs() == ["/dev/sda3"]
    assert handle.vgs() == ["vg0"]
    assert handle.lvs() == ["/dev/vg0/home", "/dev/vg0/root"]


def test_facts_of_the_physical_volume(handle: Handle) -> None:
    (volume,) = handle.pvs_full()
    assert (volume.pv_name, volume.pv_uuid, volume.vg_name) == ("/dev/sda3", sample.PV_UUID, "vg0")
    assert (volume.pv_size, volume.pv_free) == (444 * MIB, 28 * MIB)


def test_facts_of_the_group(handle: Handle) -> None:
    (group,) = handle.vgs_full()
    assert (group.vg_name, group.vg_uuid, group.vg_attr) == ("vg0", sample.VG_UUID, "wz--n-")
    assert (group.vg_size, group.vg_free, group.pv_count, group.lv_count) == (444 * MIB, 28 * MIB, 1, 2)


def test_facts_of_the_logical_volumes(handle: Handle) -> None:
    home, root = handle.lvs_full()
    assert (home.device, home.lv_name, home.vg_name) == ("/dev/vg0/home", "home", "vg0")
    assert (home.lv_uuid, root.lv_uuid) == (sample.HOME_LV_UUID, sample.ROOT_LV_UUID)
    assert (home.lv_size, root.lv_size) == (320 * MIB, 96 * MIB)
    assert home.lv_attr.startswith("-wi-a")


def test_an_inactive_group_cannot_be_mounted_and_an_active_one_can(handle: Handle) -> None:
    handle.vg_activate_all(activate=False)
    with pytest.raises(GuestError):
        handle.mount_ro("/dev/vg0/root", "/")
    handle.vg_activate_all(activate=True)
    handle.mount_ro("/dev/vg0/root", "/")


def test_a_group_in_use_cannot_be_deactivated(handle: Handle) -> None:
    handle.mount_ro("/dev/vg0/root", "/")
    with pytest.raises(GuestError):
        handle.vg_activate_all(activate=False)
    assert handle.exists("/etc/passwd")
