"""Encrypted volumes as libguestfs' module unlocks them, under its newer and its older names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cutaway.compat import guestfs
from cutaway.testing import locked_image
from cutaway.testing.locked import DATA_KEY, SYSTEM_KEY, SYSTEM_UUID

from .conftest import FakeGuestFS

SYSTEM, DATA = "/dev/sda2", "/dev/sda3"


@pytest.fixture
def vault(make: Callable[..., FakeGuestFS], image: str, monkeypatch: pytest.MonkeyPatch) -> FakeGuestFS:
    monkeypatch.setattr(FakeGuestFS, "content", staticmethod(locked_image))
    handle = make()
    handle.add_drive_ro(image)
    handle.launch()
    return handle


def test_a_volume_is_unlocked_used_and_locked(vault: FakeGuestFS) -> None:
    assert vault.luks_uuid(SYSTEM) == SYSTEM_UUID
    vault.cryptsetup_open(SYSTEM, SYSTEM_KEY, "cryptsda2", readonly=True)
    assert vault.inspect_os() == ["/dev/safe/root"]
    assert vault.list_dm_devices() == ["/dev/mapper/cryptsda2"]
    vault.vg_activate_all(False)
    vault.cryptsetup_close("/dev/mapper/cryptsda2")
    assert vault.list_dm_devices() == []


def test_the_older_names_do_the_same(vault: FakeGuestFS) -> None:
    vault.luks_open(DATA, DATA_KEY, "data")  # type: ignore[arg-type]  # keys that are no text are taken too
    vault.mount_ro("/dev/mapper/data", "/")
    vault.umount_all()
    vault.luks_close("/dev/mapper/data")
    vault.luks_open_ro(SYSTEM, SYSTEM_KEY, "system")
    assert vault.lvs() == ["/dev/safe/root", "/dev/safe/swap"]


def test_neither_trace_nor_error_tells_the_key(vault: FakeGuestFS) -> None:
    told: list[object] = []
    vault.set_event_callback(lambda *event: told.append(event[2]), guestfs.EVENT_ALL)
    vault.set_trace(True)
    with pytest.raises(RuntimeError, match="cannot be unlocked") as caught:
        vault.cryptsetup_open(SYSTEM, "guessed", "x")
    vault.cryptsetup_open(SYSTEM, SYSTEM_KEY, "x", crypttype="luks")
    assert 'cryptsetup_open "/dev/sda2" "***" "x" "crypttype:luks"' in told
    assert "guessed" not in f"{told} {caught.value}"
    assert SYSTEM_KEY not in f"{told}"


def test_a_key_of_another_type_is_refused_without_telling_it(vault: FakeGuestFS) -> None:
    with pytest.raises(TypeError, match="key must be str") as caught:
        vault.cryptsetup_open(SYSTEM, 8472, "x")
    assert "8472" not in str(caught.value)
