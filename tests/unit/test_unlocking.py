"""What is locked, what mappings are called, what a key file means; and no text tells a key."""

from __future__ import annotations

import pytest
from cutaway.records import Filesystem
from cutaway.unlocking import Unlocked, inside, keys_in, locked, mapname_of

FOUND = [
    Filesystem("/dev/sda1", "ext4", "", "", 1),
    Filesystem("/dev/sda2", "crypto_LUKS", "", "", 1),
    Filesystem("/dev/sda3", "BitLocker", "", "", 1),
    Filesystem("/dev/sda4", "crypto_LUKS", "", "", 1),
    Filesystem("/dev/mapper/x", "LVM2_member", "", "", 1, "/dev/sda2"),
]


def test_what_has_an_inside_is_not_locked() -> None:
    assert [item.mountable for item in locked(FOUND)] == ["/dev/sda3", "/dev/sda4"]
    known = Unlocked("/dev/sda4", b"key", "y")
    assert [item.mountable for item in locked(FOUND, [known])] == ["/dev/sda3"]


def test_the_inside_is_found_by_its_container() -> None:
    assert inside(FOUND, "/dev/sda2") == FOUND[-1]
    assert inside(FOUND, "/dev/sda1") is None
    assert inside(FOUND, "") is None


@pytest.mark.parametrize(
    ("device", "name"),
    [("/dev/sda2", "cryptsda2"), ("/dev/vg0/my-root", "cryptvg0_my_root"), ("/dev/mapper/x", "cryptmapper_x")],
)
def test_mappings_are_called_after_their_devices(device: str, name: str) -> None:
    assert mapname_of(device) == name


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (b"secret", [b"secret"]), (b"secret\n", [b"secret", b"secret\n"]), (b"secret\r\n", [b"secret", b"secret\r\n"]),
        (b"two\nlines\n", [b"two\nlines\n"]), (b"\0binary\n", [b"\0binary\n"]), (b"\n", [b"\n"]), (b"", [b""]),
    ],
)  # fmt: skip
def test_a_single_line_of_text_may_be_meant_without_its_end(content: bytes, keys: list[bytes]) -> None:
    assert keys_in(content) == keys


def test_the_text_of_what_was_unlocked_does_not_tell_the_key() -> None:
    volume = Unlocked("/dev/sda2", b"secret", "x", readonly=True, crypttype="luks")
    assert "secret" not in f"{volume} {volume!r}"
    assert volume.arguments["key"] == b"secret"
