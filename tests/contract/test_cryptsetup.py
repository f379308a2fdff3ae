"""Encrypted volumes: unlocked and locked again, with what is in them, and after the appliance has died."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cutaway import Handle
from cutaway.errors import Encrypted, GuestError, WrongKey
from cutaway.events import Trace, Warning
from cutaway.testing.locked import DATA_FILES, DATA_KEY, DATA_UUID, SYSTEM_KEY, SYSTEM_UUID
from cutaway.unlocking import Unlocked, locked
from support.backends import Backend

MIB = 1024 * 1024
SYSTEM, DATA = "/dev/sda2", "/dev/sda3"
OPEN_SYSTEM, OPEN_DATA = "/dev/mapper/cryptsda2", "/dev/mapper/cryptsda3"


@pytest.fixture(scope="module")
def shared_locked(backend: Backend) -> Iterator[Handle]:
    """Give one launched handle for all tests of this file."""
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.locked())
        handle.launch()
        yield handle


@pytest.fixture
def vault(shared_locked: Handle) -> Iterator[Handle]:
    """Give a handle in which nothing is unlocked, and lock again what a test has unlocked."""
    yield shared_locked
    shared_locked.umount_all()
    shared_locked.vg_activate_all(activate=False)
    for volume in shared_locked.unlocked:
        shared_locked.cryptsetup_close(f"/dev/mapper/{volume.mapname}")
    shared_locked.vg_activate_all(activate=True)


def unlock_all(handle: Handle) -> None:
    handle.cryptsetup_open(SYSTEM, SYSTEM_KEY, "cryptsda2")
    handle.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")


def test_locked_volumes_are_listed_with_type_and_uuid(vault: Handle) -> None:
    assert vault.list_filesystems() == {"/dev/sda1": "ext2", SYSTEM: "crypto_LUKS", DATA: "crypto_LUKS"}
    assert (vault.vfs_uuid(SYSTEM), vault.luks_uuid(SYSTEM)) == (SYSTEM_UUID, SYSTEM_UUID)
    assert vault.luks_uuid(DATA) == DATA_UUID
    assert [item.mountable for item in locked(vault.survey().filesystems)] == [SYSTEM, DATA]


def test_a_locked_volume_cannot_be_mounted_and_says_so(vault: Handle) -> None:
    with pytest.raises(Encrypted, match=SYSTEM) as caught:
        vault.mount_ro(SYSTEM, "/")
    assert "Unlock" in caught.value.remedy


def test_a_file_system_in_a_volume_is_listed_and_mounted(vault: Handle) -> None:
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3", readonly=True)
    assert vault.list_filesystems()[OPEN_DATA] == "ext4"
    found = next(item for item in vault.filesystems() if item.mountable == OPEN_DATA)
    assert (found.label, found.container, found.size_bytes) == ("DATA", DATA, 32 * MIB)
    vault.mount_ro(OPEN_DATA, "/")
    assert vault.cat("/plans.txt") == DATA_FILES[b"/plans.txt"]
    assert vault.mounts() == [OPEN_DATA]


def test_volumes_of_lvm_in_a_volume_are_listed_and_mounted(vault: Handle) -> None:
    assert vault.lvs() == []
    vault.cryptsetup_open(SYSTEM, SYSTEM_KEY, "cryptsda2")
    assert vault.lvs() == ["/dev/safe/root", "/dev/safe/swap"]
    assert vault.pvs() == [OPEN_SYSTEM]
    found = vault.list_filesystems()
    assert (found["/dev/safe/root"], found["/dev/safe/swap"]) == ("ext4", "swap")
    vault.mount_ro("/dev/safe/root", "/")
    assert vault.cat("/etc/hostname") == b"vault\n"


def test_volumes_of_lvm_can_be_used_in_a_volume_that_cannot_be_written(vault: Handle) -> None:
    vault.cryptsetup_open(SYSTEM, SYSTEM_KEY, "cryptsda2", readonly=True)
    vault.mount_ro("/dev/safe/root", "/")
    assert vault.exists("/etc/crypttab")


def test_a_system_in_volumes_is_recognised_with_the_names_that_it_gives_them(vault: Handle) -> None:
    assert vault.survey().systems == []
    unlock_all(vault)
    survey = vault.survey()
    (system,) = survey.systems
    assert (system.root, system.hostname, system.distro) == ("/dev/safe/root", "vault", "debian")
    mounts = {item.mountpoint: item.mountable for item in system.mountpoints}
    assert mounts == {b"/": "/dev/safe/root", b"/srv/data": OPEN_DATA}
    assert locked(survey.filesystems) == []
    assert survey.warnings == []
    vault.mount_tree([[mounts[b"/"], b"/", ""], [OPEN_DATA, b"/srv/data", ""]])
    assert vault.ls("/srv/data")


def test_a_wrong_key_is_told_as_such_and_the_next_call_works(vault: Handle) -> None:
    with pytest.raises(WrongKey, match=DATA) as caught:
        vault.cryptsetup_open(DATA, "guessed", "cryptsda3")
    assert "caps lock" in caught.value.remedy
    assert "guessed" not in str(caught.value)
    assert OPEN_DATA not in vault.list_filesystems()
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")
    assert OPEN_DATA in vault.list_filesystems()


@pytest.mark.parametrize("key", [b"", b"x" * 1_000_000])
def test_a_key_of_a_strange_length_is_a_wrong_one(vault: Handle, key: bytes) -> None:
    with pytest.raises(WrongKey):
        vault.cryptsetup_open(DATA, key, "cryptsda3")


@pytest.mark.parametrize(
    ("device", "name", "kind", "errno_name"),
    [
        ("/dev/sda1", "x", None, "EINVAL"), ("/dev/sdq", "x", None, "ENOENT"), (DATA, "x", "bitlk", ""),
        (DATA, "--help", None, "EINVAL"), (DATA, "../x", None, "EINVAL"),
    ],
)  # fmt: skip
def test_what_is_no_such_volume_is_refused(
    vault: Handle, device: str, name: str, kind: str | None, errno_name: str
) -> None:
    with pytest.raises(GuestError) as caught:
        vault.cryptsetup_open(device, "x", name, crypttype=kind)
    assert caught.value.errno_name == errno_name or not errno_name


def test_a_name_can_be_used_once(vault: Handle) -> None:
    vault.cryptsetup_open(DATA, DATA_KEY, "one")
    with pytest.raises(GuestError) as caught:
        vault.cryptsetup_open(SYSTEM, SYSTEM_KEY, "one")
    assert caught.value.errno_name == "EEXIST"


def test_a_volume_that_cannot_be_written_refuses_it(vault: Handle) -> None:
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3", readonly=True)
    with pytest.raises(GuestError):
        vault.mount(OPEN_DATA, "/")
    vault.mount_ro(OPEN_DATA, "/")


def test_writing_ends_in_the_overlay(vault: Handle, backend: Backend) -> None:
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")
    vault.mount(OPEN_DATA, "/")
    vault.mkdir("/new")
    assert vault.is_dir("/new")


def test_a_volume_is_locked_again(vault: Handle) -> None:
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")
    vault.mount_ro(OPEN_DATA, "/")
    with pytest.raises(GuestError) as caught:
        vault.cryptsetup_close(OPEN_DATA)
    assert caught.value.errno_name == "EBUSY"
    vault.umount_all()
    vault.cryptsetup_close(OPEN_DATA)
    assert OPEN_DATA not in vault.list_filesystems()
    assert vault.unlocked == ()


def test_no_event_tells_the_key(vault: Handle) -> None:
    told: list[str] = []
    token = vault.on(Trace, lambda event: told.append(event.text))
    vault.cryptsetup_open(SYSTEM, SYSTEM_KEY, "cryptsda2")
    vault.off(token)
    assert any("cryptsetup_open" in text for text in told)
    assert SYSTEM_KEY not in f"{told} {vault.unlocked} {vault.dmesg() if vault.state else ''}"


def test_what_was_unlocked_is_so_again_in_another_appliance(vault: Handle) -> None:
    unlock_all(vault)
    vault.shutdown()
    vault.launch()
    assert vault.list_filesystems()[OPEN_DATA] == "ext4"
    vault.mount_ro("/dev/safe/root", "/")
    assert vault.cat("/etc/hostname") == b"vault\n"


def test_what_cannot_be_unlocked_again_is_told_and_not_taken_for_unlocked(vault: Handle) -> None:
    vault.shutdown()
    vault.unlock_at_launch([Unlocked(DATA, b"of another image", "cryptsda3"), Unlocked("/dev/sdq", b"gone", "x")])
    warnings: list[str] = []
    token = vault.on(Warning, lambda event: warnings.append(event.text))
    vault.launch()
    vault.off(token)
    assert [text.partition(":")[0] for text in warnings] == [
        f"{DATA} could not be unlocked again", "/dev/sdq could not be unlocked again",
    ]  # fmt: skip
    assert vault.unlocked == ()
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")
    assert len(vault.unlocked) == 1


def test_another_handle_unlocks_what_this_one_has(vault: Handle, backend: Backend) -> None:
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")
    with backend.empty_handle() as other:
        other.add_drive_ro(backend.locked())
        other.unlock_at_launch(vault.unlocked)
        other.launch()
        other.mount_ro(OPEN_DATA, "/")
        assert other.exists("/plans.txt")
        assert other.unlocked == vault.unlocked
    assert other.unlocked == ()


def test_who_has_no_key_changes_none(vault: Handle, backend: Backend) -> None:
    if not backend.is_real:
        pytest.skip("the keys of a model in memory cannot be changed")
    for change in (
        lambda: vault.luks_add_key(DATA, "guessed", "another", 1),
        lambda: vault.luks_kill_slot(DATA, "guessed", 0),
    ):
        with pytest.raises(WrongKey, match=DATA):
            change()
    vault.cryptsetup_open(DATA, DATA_KEY, "cryptsda3")
