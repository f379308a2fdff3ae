"""What is read from files of the image: fstab, os-release, device names."""

from __future__ import annotations

import pytest
from cutaway.records import Filesystem, Mount
from cutawayd import fstab
from cutawayd.osfacts import os_release

CONTENTS = [
    Filesystem("/dev/sda1", "ext2", "boot", "AAAA-1", 1),
    Filesystem("/dev/sda2", "ext4", "", "1234-abcd", 1),
    Filesystem("/dev/vg/home", "xfs", "", "", 1),
    Filesystem("/dev/sdb1", "btrfs", "", "", 1),
]
FSTAB = r"""# comment
UUID=1234-ABCD / ext4 errors=remount-ro 0 1
LABEL=boot /boot ext2 defaults 0 2
/dev/mapper/vg-home /home\040of\040all xfs noatime,subvol=x 0 2
/dev/sdb1 /srv btrfs noatime,subvol=x 0 2
UUID=none /lost ext4 defaults 0 2
tmpfs /tmp tmpfs defaults 0 0
/dev/sda2 /../../etc ext4 defaults 0 0
none none swap sw 0 0
nonsense
"""


def test_fstab_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fstab, "canonical", lambda name: {"/dev/mapper/vg-home": "/dev/vg/home"}.get(name, name))
    assert fstab.mountpoints(FSTAB, "/dev/sda2", CONTENTS) == [
        Mount("/dev/sda2", b"/", "ext4"),
        Mount("/dev/sda1", b"/boot", "ext2"),
        Mount("/dev/vg/home", b"/home of all", "xfs"),
        Mount("/dev/sdb1", b"/srv", "btrfs", "subvol=x"),
    ]


def test_names_of_unlocked_volumes_are_those_of_the_crypttab() -> None:
    contents = [
        Filesystem("/dev/sda2", "crypto_LUKS", "", "AAAA-2", 1),
        Filesystem("/dev/sda3", "crypto_LUKS", "", "AAAA-3", 1),
        Filesystem("/dev/sda4", "crypto_LUKS", "", "AAAA-4", 1),
        Filesystem("/dev/mapper/cryptsda2", "ext4", "", "BBBB-2", 1, "/dev/sda2"),
        Filesystem("/dev/mapper/cryptsda3", "xfs", "", "BBBB-3", 1, "/dev/sda3"),
    ]
    crypttab = "root UUID=aaaa-2 none luks # the system\nhome UUID=AAAA-4 none\nshort\n"
    text = "/dev/mapper/root / ext4\n/dev/mapper/luks-AAAA-3 /srv xfs\n/dev/mapper/home /home xfs\n"
    assert fstab.mountpoints(text, "/dev/mapper/cryptsda2", contents, volumes=crypttab) == [
        Mount("/dev/mapper/cryptsda2", b"/", "ext4"), Mount("/dev/mapper/cryptsda3", b"/srv", "xfs"),
    ]  # fmt: skip


def test_os_release_with_hostile_lines() -> None:
    text = 'ID=debian\nPRETTY_NAME="Debian \\"12\\""\nBAD="unclosed\n$(rm)=x\nVERSION_ID=\'12\'\n=\n\0\n'
    assert os_release(text) == {"ID": "debian", "PRETTY_NAME": 'Debian "12"', "VERSION_ID": "12"}
