"""Systems in subvolumes of btrfs have the names that libguestfs gives them, and are mounted by these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cutaway import Handle
from cutaway.calls import AllCalls
from cutaway.compat.subvolumes import divided, named
from cutaway.records import Mount, OperatingSystem

from .conftest import FakeGuestFS

ROOT = "btrfsvol:/dev/sda2/@"
SYSTEM = OperatingSystem(
    "/dev/sda2", "linux", "fedora", "Fedora", 42, 0, "host", "x86_64", "rpm",
    [
        Mount("/dev/sda2", b"/", "btrfs", "subvol=@"), Mount("/dev/sda1", b"/boot", "ext4"),
        Mount("/dev/sda2", b"/home", "btrfs", "subvol=/@home"), Mount("/dev/sda2", b"/top", "btrfs", "subvolid=5"),
    ],
)  # fmt: skip


@pytest.fixture
def made(launched: FakeGuestFS, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Let the engine find a system in a subvolume; give the calls that it is asked for otherwise."""
    calls: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(Handle, "inspect_os", lambda _: ["/dev/sda2"])
    monkeypatch.setattr(Handle, "inspect_systems", lambda _: [SYSTEM])
    monkeypatch.setattr(Handle, "inspect_get_package_format", lambda _, root: {"/dev/sda2": "rpm"}[root])
    monkeypatch.setattr(Handle, "invoke", lambda _, call, arguments: calls.append((call.name, arguments)))
    assert launched.inspect_os() == [ROOT]
    return calls


def test_a_system_is_named_by_its_subvolume(launched: FakeGuestFS, made: object) -> None:
    assert launched.inspect_get_roots() == [ROOT]
    assert launched.inspect_get_mountpoints(ROOT) == [
        ("/", ROOT), ("/boot", "/dev/sda1"), ("/home", "btrfsvol:/dev/sda2/@home"), ("/top", "/dev/sda2"),
    ]  # fmt: skip
    assert launched.inspect_get_filesystems(ROOT) == [ROOT, "/dev/sda1", "btrfsvol:/dev/sda2/@home", "/dev/sda2"]
    assert launched.inspect_get_package_management(ROOT) == "dnf"
    with pytest.raises(RuntimeError, match="no root"):
        launched.inspect_get_mountpoints("btrfsvol:/dev/sda2/other")


def test_a_subvolume_is_mounted_by_its_name(launched: FakeGuestFS, made: list[tuple[str, dict[str, Any]]]) -> None:
    launched.mount(ROOT, "/")
    launched.mount_ro(ROOT, "/")
    launched.mount_options("noatime", ROOT, "/")
    launched.mount_ro("/dev/sda2", "/")
    launched.vfs_type(ROOT)
    launched.inspect_get_distro(ROOT)
    where = {"mountable": "/dev/sda2", "mountpoint": b"/"}
    assert made == [
        ("mount_options", {"options": "subvol=@", **where}), ("mount_options", {"options": "ro,subvol=@", **where}),
        ("mount_options", {"options": "noatime,subvol=@", **where}), ("mount_ro", where),
        ("vfs_type", {"mountable": "/dev/sda2"}), ("inspect_get_distro", {"root": "/dev/sda2"}),
    ]  # fmt: skip
    with pytest.raises(RuntimeError, match="names no subvolume"):
        launched.mount("btrfsvol:/dev/sda2", "/")


@pytest.mark.parametrize(
    ("device", "volume"),
    [
        ("/dev/sda2", "@"), ("/dev/vda", "a/b"), ("/dev/nvme0n1p2", "root"), ("/dev/md127", "x"),
        ("/dev/vg0/root", "@"), ("/dev/mapper/vg0-root", "@home"), ("/dev/sdavg/root", "@"),
        ("/dev/disk/guestfs/mine2", "@"),
    ],
)  # fmt: skip
def test_a_name_is_divided_where_the_device_ends(device: str, volume: str) -> None:
    assert divided(f"btrfsvol:{device}/{volume}") == (device, volume)
    assert named(Mount(device, b"/", "btrfs", f"noatime,subvol=/{volume}")) == f"btrfsvol:{device}/{volume}"


def test_the_calls_that_mount_are_all_known() -> None:
    assert {name for name in vars(AllCalls) if name.startswith("mount_")} <= {"mount_ro", "mount_options", "mount_tree"}


def test_what_is_allowed_of_an_image_reaches_the_engine(
    make: Callable[..., FakeGuestFS], image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[frozenset[str]] = []
    add_drive = Handle.add_drive

    def add(self: Handle, path: str, **options: Any) -> object:
        allowed.append(options["allowed"])
        return add_drive(self, path, **options)

    monkeypatch.setattr(Handle, "add_drive", add)
    handle = make()
    handle.add_drive_ro(image)
    handle.launch()
    handle.add_drive_ro(image)
    assert allowed == [frozenset({image})] * 2
