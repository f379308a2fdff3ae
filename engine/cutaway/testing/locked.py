"""An image with encrypted volumes: a small Debian server as its installer sets it up. Tests make the same for real.

/dev/sda1 is /boot; /dev/sda2 is of LUKS2 and holds the volume group safe, with root (ext4) and swap; /dev/sda3 is of
LUKS1 and holds an ext4, which the system calls /dev/mapper/data_crypt and mounts on /srv/data.
"""

from __future__ import annotations

from cutaway.testing.images import MIB, FakeEncrypted, FakeFileSystem, FakeImage, FakeVolume, FakeVolumeGroup, disk
from cutaway.testing.nodes import Folder, Node, file, folder

#: What unlocks the system; the data, by a key file: its bytes are no text.
SYSTEM_KEY, DATA_KEY = "correct horse battery staple", bytes(range(256)) * 2
SYSTEM_UUID = "5b9e6f0a-1d4c-4c2e-9a57-3e8b7d20aa01"
DATA_UUID = "c2d7a913-6e0b-4f85-b1c4-90fd5e61bb02"
VG_UUID, PV_UUID = "vG1xQe-1rTz-Lm8o-Kc3w-Yd0n-Ju6s-GhPb30", "pV1xQe-1rTz-Lm8o-Kc3w-Yd0n-Ju6s-GhPb31"
BOOT_MIB, SYSTEM_MIB, DATA_MIB, ROOT_MIB, SWAP_MIB = 32, 96, 48, 64, 8
FILES = {
    b"/etc/fstab": (
        b"/dev/mapper/safe-root / ext4 errors=remount-ro 0 1\n"
        b"/dev/mapper/data_crypt /srv/data ext4 defaults 0 2\n"
        b"/dev/mapper/safe-swap none swap sw 0 0\n"
    ),
    b"/etc/crypttab": (
        f"sda2_crypt UUID={SYSTEM_UUID} none luks,discard\ndata_crypt UUID={DATA_UUID} /root/key luks\n".encode()
    ),
    b"/etc/hostname": b"vault\n",
    b"/etc/os-release": b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    b"/etc/passwd": b"root:x:0:0:root:/root:/bin/bash\n",
}
DATA_FILES = {b"/plans.txt": b"Nobody else is to read this.\n"}
#: Folders that are empty, or under which something is mounted.
FOLDERS = (b"/bin", b"/boot", b"/srv", b"/srv/data")


def locked_image(*, derive_s: float = 0.0) -> FakeImage:
    """Return the image; `derive_s` is how long it takes to find out whether a key is right."""
    group = FakeVolumeGroup("safe", VG_UUID, PV_UUID, (
        FakeVolume("root", ROOT_MIB * MIB, FakeFileSystem("ext4", _root, "ROOT")),
        FakeVolume("swap", SWAP_MIB * MIB, FakeFileSystem("swap")),
    ))  # fmt: skip
    return disk(
        (BOOT_MIB, FakeFileSystem("ext2", folder, "BOOT")),
        (SYSTEM_MIB, FakeEncrypted(SYSTEM_KEY.encode(), group, SYSTEM_UUID, derive_s=derive_s)),
        (DATA_MIB, FakeEncrypted(DATA_KEY, FakeFileSystem("ext4", _data, "DATA"), DATA_UUID, derive_s=derive_s)),
    )


def _root() -> Folder:
    files: dict[bytes, Node] = {path.rpartition(b"/")[2]: file(content) for path, content in FILES.items()}
    return folder({
        b"bin": folder(), b"boot": folder(), b"etc": folder(files), b"srv": folder({b"data": folder()}),
    })  # fmt: skip


def _data() -> Folder:
    return folder({path[1:]: file(content) for path, content in DATA_FILES.items()})
