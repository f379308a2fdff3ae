"""Windows systems: what inspection finds out about them, and how their volumes are opened."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.events import DaemonLog
from cutaway.mount_plan import plan
from cutaway.testing.windows import ASLEEP, SYSTEM_MIB, SYSTEM_START
from cutawayd import ntfs_index
from support.backends import Backend

ROOT, DATA = "/dev/sda1", "/dev/sda2"
CONFIG = "/Windows/System32/config"


@pytest.fixture(scope="module")
def launched(backend: Backend) -> Iterator[Handle]:
    """Give one handle with the sample that has a Windows, for all tests that leave it as it was."""
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.windows())
        handle.launch()
        yield handle


@pytest.fixture
def windows(launched: Handle) -> Handle:
    """Give the handle, with what inspection has found."""
    launched.umount_all()
    assert launched.inspect_os() == [ROOT]
    return launched


@pytest.fixture
def changed(backend: Backend, tmp_path: Path) -> Iterator[Callable[[str, bytes], Handle]]:
    """Give what puts a file into the volume of the Windows, in a handle of its own."""
    if not backend.is_real:
        pytest.skip("the fake knows its Windows by heart")
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.windows())
        handle.launch()

        def change(path: str, content: bytes) -> Handle:
            (tmp_path / "content").write_bytes(content)
            handle.mount(ROOT, "/")
            handle.upload(tmp_path / "content", path)
            handle.umount("/")
            return handle

        yield change


def test_facts_one_by_one(windows: Handle) -> None:
    assert windows.inspect_get_type(ROOT) == windows.inspect_get_distro(ROOT) == "windows"
    assert windows.inspect_get_product_name(ROOT) == "Windows 10 Pro"
    assert windows.inspect_get_product_variant(ROOT) == "Client"
    assert (windows.inspect_get_major_version(ROOT), windows.inspect_get_minor_version(ROOT)) == (10, 0)
    assert windows.inspect_get_build_id(ROOT) == "19045"
    assert windows.inspect_get_hostname(ROOT) == "ADA-PC"
    assert windows.inspect_get_arch(ROOT) == "x86_64"
    assert windows.inspect_get_osinfo(ROOT) == "win10"
    assert windows.inspect_get_package_format(ROOT) == "unknown"
    assert not windows.inspect_get_windows_group_policy(ROOT)


def test_paths_are_as_they_are_spelt(windows: Handle) -> None:
    assert windows.inspect_get_windows_systemroot(ROOT) == "/Windows"
    assert windows.inspect_get_windows_software_hive(ROOT) == f"{CONFIG}/SOFTWARE"
    assert windows.inspect_get_windows_system_hive(ROOT) == f"{CONFIG}/system"
    assert windows.inspect_get_windows_current_control_set(ROOT) == "ControlSet001"


def test_drive_letters_mean_partitions(windows: Handle) -> None:
    assert windows.inspect_get_drive_mappings(ROOT) == {"C": ROOT, "D": DATA}


def test_the_whole_is_told_at_once(windows: Handle) -> None:
    survey = windows.survey()
    (system,) = survey.systems
    assert system.title == "Windows 10 Pro 22H2"
    assert windows.inspect_get_mountpoints(ROOT) == {b"/": ROOT}
    assert [tree.title for tree in plan(survey)] == ["Windows 10 Pro 22H2", "D: Data"]
    assert survey.warnings == []


def test_what_is_windows_only_is_refused_of_others(handle: Handle) -> None:
    (root,) = handle.inspect_os()
    assert handle.inspect_get_drive_mappings(root) == {}
    assert handle.inspect_get_build_id(root) == handle.inspect_get_product_variant(root) == "unknown"
    assert handle.inspect_get_osinfo(root) == "debian12"
    with pytest.raises(GuestError) as error:
        handle.inspect_get_windows_systemroot(root)
    assert error.value.errno_name == "EINVAL"


@pytest.mark.boots_appliance
def test_partitions_of_an_mbr_have_letters_too(backend: Backend, tmp_path: Path) -> None:
    if not backend.is_real:
        pytest.skip("the fake knows its letters by heart")
    from images import windows as disks  # noqa: PLC0415 only where it is needed

    disks.build(tmp_path / "mbr.img", "dos")
    with backend.empty_handle() as handle:
        handle.add_drive_ro(tmp_path / "mbr.img")
        handle.launch()
        assert handle.inspect_os() == [ROOT]
        assert handle.inspect_get_drive_mappings(ROOT) == {"C": ROOT, "D": DATA}


@pytest.mark.parametrize("damage", [b"", b"regf", b"regf" + b"\xff" * 200_000, bytes(1 << 20)], ids=range(4))
def test_a_damaged_registry_costs_its_facts_only(changed: Callable[[str, bytes], Handle], damage: bytes) -> None:
    handle = changed(f"{CONFIG}/SOFTWARE", damage)
    logged: list[str] = []
    handle.on(DaemonLog, lambda event: logged.append(event.text))
    assert handle.inspect_os() == [ROOT]
    assert handle.inspect_get_product_name(ROOT) == "Windows"
    assert handle.inspect_get_windows_systemroot(ROOT) == "/Windows"
    assert any("registry" in line for line in logged)


def test_a_windows_that_sleeps_is_not_written(changed: Callable[[str, bytes], Handle]) -> None:
    handle = changed("/hiberfil.sys", ASLEEP)
    assert "hibernated" in handle.survey().warnings[0]
    (sentence,) = handle.mount_tree([[ROOT, b"/", ""]], readonly=False)
    assert "hibernated" in sentence
    with pytest.raises(GuestError) as error:
        handle.mkdir("/new")
    assert error.value.errno_name == "EROFS"
    assert handle.exists("/Users/ada/notes.txt")
    with pytest.raises(GuestError, match="hibernated"):
        handle.remount("/", rw=True)
    handle.umount_all()
    handle.mount_vfs("", "ntfs", ROOT, "/")
    with pytest.raises(GuestError) as error:
        handle.mkdir("/new")
    assert error.value.errno_name == "EROFS"


def test_a_windows_that_slept_once_may_be_written(changed: Callable[[str, bytes], Handle]) -> None:
    handle = changed("/hiberfil.sys", bytes(4096))
    assert handle.survey().warnings == []
    assert handle.mount_tree([[ROOT, b"/", ""]], readonly=False) == []
    handle.mkdir("/new")
    assert handle.survey().systems[0].hostname == "ADA-PC"
    assert handle.survey().warnings == []


@pytest.mark.boots_appliance
def test_names_in_a_root_are_read_without_mounting(backend: Backend, tmp_path: Path) -> None:
    if not backend.is_real:
        pytest.skip("the fake has no file systems in bytes")
    volume = tmp_path / "volume"
    with open(backend.windows(), "rb") as disk:
        disk.seek(SYSTEM_START)
        data = disk.read(SYSTEM_MIB << 20)
    volume.write_bytes(data)
    names = ntfs_index.root_names(str(volume))
    assert names is not None
    assert {"Windows", "Users", "Program Files", "$MFT"} <= set(names)
    assert not ntfs_index.is_dirty(str(volume))
    chance = random.Random(7)
    with volume.open("r+b") as file:  # whatever is there, it is an answer
        for _ in range(300):
            place = chance.choice((chance.randrange(96), 16384 + chance.randrange(6 * 1024)))
            file.seek(place)
            file.write(chance.randbytes(chance.randrange(1, 5)))
            file.flush()
            ntfs_index.root_names(str(volume))
            ntfs_index.is_dirty(str(volume))
            file.seek(place)
            file.write(data[place : place + 4])
