"""Hives of the Windows registry: browsed by paths of keys, and by hivex' own calls."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.compat.guestfs import GuestFS
from cutaway.errors import GuestError
from cutaway.records import RegistryKey
from cutaway.testing.registry import FakeKey, dword, text, texts
from cutaway.testing.windows import UNINSTALL
from images.hive import hive
from support.backends import Backend

CONFIG = "/Windows/System32/config"
SOFTWARE = f"{CONFIG}/SOFTWARE"


@pytest.fixture(scope="module")
def launched(backend: Backend) -> Iterator[Handle]:
    """Give one handle with the sample that has a Windows."""
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.windows())
        handle.launch()
        yield handle


@pytest.fixture
def windows(launched: Handle) -> Handle:
    """Give the handle with the system's volume mounted."""
    launched.umount_all()
    launched.mount("/dev/sda1", "/")
    return launched


@pytest.fixture
def real(windows: Handle, backend: Backend) -> Handle:
    """Give the same, if hives are real in it."""
    if not backend.is_real:
        pytest.skip("the fake has no hives in their format")
    return windows


def test_keys_are_listed_with_what_is_below_them(windows: Handle) -> None:
    assert windows.registry_keys(SOFTWARE, []) == [RegistryKey("Microsoft", 4), RegistryKey("WOW6432Node", 1)]
    names = [key.name for key in windows.registry_keys(SOFTWARE, ["microsoft"])]
    assert names == ["Lists", "Schlüssel", "Windows", "Windows NT"]


def test_values_have_their_types_and_data(windows: Handle) -> None:
    found = {value.name: value for value in windows.registry_values(SOFTWARE, ["Microsoft", "Lists"])}
    assert {name: (value.type, value.data) for name, value in found.items()} == {
        "": text("the default"), "Several": texts("one", "two"), "Bytes": (3, bytes(range(16))), "Größe": dword(42),
    }  # fmt: skip
    assert found["Bytes"].size_bytes == 16
    assert windows.registry_values(SOFTWARE, ["Microsoft", "Schlüssel"])[0].name == "Name"


def test_what_is_not_there_is_told(windows: Handle) -> None:
    for path, key, name in (
        (SOFTWARE, ["nope"], "ENOENT"),
        ("/Users/ada/notes.txt", [], "EINVAL"),
        ("/no", [], "ENOENT"),
    ):
        with pytest.raises(GuestError) as error:
            windows.registry_keys(path, key)
        assert error.value.errno_name == name


def test_browsing_does_not_keep_a_volume_from_being_unmounted(windows: Handle) -> None:
    assert windows.registry_keys(SOFTWARE, [])
    windows.umount("/")
    windows.mount_ro("/dev/sda1", "/")
    assert windows.registry_keys(SOFTWARE, [])


def put(handle: Handle, folder: Path, path: str, content: bytes) -> None:
    (folder / "content").write_bytes(content)
    handle.upload(folder / "content", path)


@pytest.mark.boots_appliance
def test_a_key_of_many_comes_in_order(real: Handle, tmp_path: Path) -> None:
    many = FakeKey(keys={f"key {number:05}": FakeKey({"": text("x")}) for number in range(5000)})
    put(real, tmp_path, "/many", hive(many))
    assert [key.name for key in real.registry_keys("/many", [])] == list(many.keys)


@pytest.mark.boots_appliance
def test_a_hive_that_is_damaged_anywhere_ends_in_an_error_or_an_answer(real: Handle, tmp_path: Path) -> None:
    whole = hive(FakeKey(keys={name: FakeKey({"v": text("x" * 50)}) for name in ("a", "b", "c")}))
    for place in (36, 40, 4096, 4104, *range(4128, 4500, 12)):
        put(real, tmp_path, "/damaged", whole[:place] + os.urandom(4) + whole[place + 4 :])
        for path in ([], ["a"]):
            with suppress(GuestError):  # whatever it is, it is an answer
                real.registry_keys("/damaged", path)
                real.registry_values("/damaged", path)
    assert real.registry_keys(SOFTWARE, [])


@pytest.mark.boots_appliance
def test_hivex_reads(real: Handle) -> None:
    real.hivex_open(SOFTWARE)
    node = real.hivex_root()
    for name in UNINSTALL.split("\\"):
        parent, node = node, real.hivex_node_get_child(node, name.upper())
        assert real.hivex_node_parent(node) == parent
    assert next(real.hivex_node_name(child) for child in real.hivex_node_children(node)) == "7-Zip"
    child = real.hivex_node_get_child(node, "7-zip")
    value = real.hivex_node_get_value(child, "displayname")
    assert value in real.hivex_node_values(child)
    assert (real.hivex_value_key(value), real.hivex_value_type(value)) == ("DisplayName", 1)
    assert real.hivex_value_string(value) == real.hivex_value_utf8(value) == "7-Zip 23.01 (x64)"
    assert real.hivex_value_value(value).decode("utf-16-le") == "7-Zip 23.01 (x64)\0"
    assert real.hivex_node_get_child(node, "nope") == real.hivex_node_get_value(child, "nope") == 0
    with pytest.raises(GuestError):
        real.hivex_node_name(12345)
    real.hivex_close()
    with pytest.raises(GuestError, match="no hive is open"):
        real.hivex_root()


@pytest.mark.boots_appliance
def test_hivex_writes_what_is_committed(real: Handle) -> None:
    path = "/Users/ada/NTUSER.DAT"
    real.hivex_open(path, write=True)
    root = real.hivex_root()
    child = real.hivex_node_add_child(root, "Added")
    real.hivex_node_set_value(child, "Name", *text("Wert"))
    real.hivex_node_delete_child(real.hivex_node_get_child(root, "Software"))
    assert [key.name for key in real.registry_keys(path, [])] == ["Software"]
    real.hivex_commit("/Users/ada/copy.dat")
    real.hivex_commit(None)
    real.hivex_close()
    for written in (path, "/Users/ada/copy.dat"):
        assert [key.name for key in real.registry_keys(written, [])] == ["Added"]
        assert real.registry_values(written, ["Added"])[0].data == text("Wert")[1]


@pytest.mark.boots_appliance
def test_a_hive_for_which_there_is_no_room_stays_as_it_was(lab: Handle, tmp_path: Path) -> None:
    lab.part_init("/dev/sda", "gpt")
    lab.part_add("/dev/sda", "p", 2048, 2048 + 4096 - 1)
    lab.mkfs("ext2", "/dev/sda1")
    lab.mount("/dev/sda1", "/")
    put(lab, tmp_path, "/hive", hive(FakeKey(keys={"a": FakeKey({"v": text("x")})})))
    lab.hivex_open("/hive", write=True)
    for name in ("large", "larger"):
        lab.hivex_node_set_value(lab.hivex_node_add_child(lab.hivex_root(), name), "", 3, bytes(900_000))
    lab.fill(1, 1 << 20, "/full")
    for path in (None, "/new"):
        with pytest.raises(GuestError) as error:
            lab.hivex_commit(path)
        assert error.value.errno_name == "ENOSPC"
    lab.hivex_close()
    assert [key.name for key in lab.registry_keys("/hive", [])] == ["a"]
    assert not lab.exists("/new")


@pytest.mark.boots_appliance
def test_what_is_no_file_is_no_hive(lab: Handle, tmp_path: Path) -> None:
    lab.mkfs("ext2", "/dev/sdb")
    lab.mount("/dev/sdb", "/")
    lab.mkfifo(0o600, "/pipe")
    put(lab, tmp_path, "/hive", hive(FakeKey()))
    for call in (lab.hivex_open, lambda path: lab.registry_keys(path, [])):
        with pytest.raises(GuestError, match="not a regular file"):
            call("/pipe")
    lab.hivex_open("/hive", write=True)
    with pytest.raises(GuestError, match="not a regular file"):
        lab.hivex_commit("/pipe")
    lab.hivex_close()


@pytest.mark.boots_appliance
def test_the_compatible_handle_has_them_in_its_shapes(backend: Backend) -> None:
    if not backend.is_real:
        pytest.skip("the fake has no hives in their format")
    guest = GuestFS(python_return_dict=True)
    guest.add_drive_ro(backend.windows())
    guest.launch()
    guest.mount("/dev/sda1", "/")
    guest.hivex_open("/Users/ada/NTUSER.DAT", write=True)
    root = guest.hivex_root()
    (child,) = guest.hivex_node_children(root)
    assert guest.hivex_node_name(child["hivex_node_h"]) == "Software"
    guest.hivex_node_set_value(root, "Raw", 3, b"\xff\0")
    (value,) = guest.hivex_node_values(root)
    assert guest.hivex_value_value(value["hivex_value_h"]) == b"\xff\0"
    guest.hivex_commit(None)
    guest.close()
