"""Calls that recognise operating systems."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.records import Mount

ROOT = "/dev/vg0/root"


@pytest.fixture
def inspected(handle: Handle) -> Handle:
    """Give a handle that has looked for systems."""
    assert handle.inspect_os() == [ROOT]
    return handle


def test_roots_are_remembered(inspected: Handle) -> None:
    assert inspected.inspect_get_roots() == [ROOT]
    assert inspected.mounts() == []


def test_facts_one_by_one(inspected: Handle) -> None:
    assert inspected.inspect_get_type(ROOT) == "linux"
    assert inspected.inspect_get_distro(ROOT) == "debian"
    assert inspected.inspect_get_product_name(ROOT) == "Debian GNU/Linux 12 (bookworm)"
    assert inspected.inspect_get_major_version(ROOT) == 12
    assert inspected.inspect_get_hostname(ROOT) == "web01"
    assert inspected.inspect_get_arch(ROOT) == "x86_64"
    assert inspected.inspect_get_package_format(ROOT) == "deb"


def test_mount_points_come_from_fstab(inspected: Handle) -> None:
    expected = {b"/": ROOT, b"/boot": "/dev/sda1", b"/home": "/dev/vg0/home"}
    assert inspected.inspect_get_mountpoints(ROOT) == expected


def test_all_facts_at_once(inspected: Handle) -> None:
    (system,) = inspected.inspect_systems()
    assert (system.root, system.distro, system.hostname, system.major_version) == (ROOT, "debian", "web01", 12)
    assert [(mount.mountable, mount.mountpoint) for mount in system.mountpoints] == [
        (ROOT, b"/"),
        ("/dev/sda1", b"/boot"),
        ("/dev/vg0/home", b"/home"),
    ]
    assert all(isinstance(mount, Mount) for mount in system.mountpoints)


def test_a_found_system_can_be_mounted_as_it_says(inspected: Handle) -> None:
    (system,) = inspected.inspect_systems()
    assert inspected.mount_tree([[item.mountable, item.mountpoint, ""] for item in system.mountpoints]) == []
    assert inspected.exists("/home/ada/notes.txt")


def test_a_root_that_was_not_found_is_refused(inspected: Handle) -> None:
    with pytest.raises(GuestError):
        inspected.inspect_get_distro("/dev/sda1")


def test_looking_again_does_not_disturb_mounts(inspected: Handle) -> None:
    inspected.mount_ro(ROOT, "/")
    assert inspected.inspect_os() == [ROOT]
    assert inspected.exists("/etc/passwd")


def test_a_system_that_is_mounted_for_writing_is_found_too(new_handle: Callable[[], Handle]) -> None:
    with new_handle() as handle:
        handle.launch()
        before = handle.inspect_os()
        facts = handle.inspect_get_hostname(before[0]), handle.inspect_get_mountpoints(before[0])
        handle.mount("/dev/vg0/root", "/")
        assert handle.inspect_os() == before
        assert (handle.inspect_get_hostname(before[0]), handle.inspect_get_mountpoints(before[0])) == facts
        assert handle.survey().systems
        handle.mkdir("/tmp/still-writable")
