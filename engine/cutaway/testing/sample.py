"""The sample image: a small Debian server on a GPT disk with LVM. Tests build the same tree as a real image.

    /dev/sda1  ext2  BOOT    /boot
    /dev/sda2  swap
    /dev/sda3  LVM   vg0     root (ext4, ROOT, /), home (xfs, HOME, /home)

`sample_image()` has, beyond what is on the real one, what only a model holds cheaply: a folder of 100,000 entries
and long files whose transfer takes a while.
"""

from __future__ import annotations

from cutaway.testing.content import Pattern
from cutaway.testing.images import FakeFileSystem, FakeImage, FakeVolume, FakeVolumeGroup, disk
from cutaway.testing.nodes import Entries, Folder, file, folder, link
from cutaway.testing.sample_files import DOCUMENTS, ELF_HEADER, FSTAB, OS_RELEASE, PASSWD, log_files, names, pictures
from cutaway.testing.sample_oddities import links, special

BOOT_UUID = "3f1d6c9e-58a4-4a3b-9a70-0c5b1f6c2a01"
SWAP_UUID = "7c0a2f5e-93d1-4e61-8c1f-52d7a3b90e02"
ROOT_UUID = "b8a7e1d4-06c2-47f5-bd3a-9e14c8f27a03"
HOME_UUID = "e5d90b3c-71fa-4c88-a6e2-1b7d4f3c9904"
PV_UUID = "Hq3m0J-2v4T-bKx9-wZyE-71Rc-PdUn-5sLfGa"
VG_UUID = "nT8Wzq-Lk2e-9aXs-v0Jd-PmR4-cY7u-HbGf61"
ROOT_LV_UUID = "aV5xQe-1rTz-Lm8o-Kc3w-Yd0n-Ju6s-GhPb29"
HOME_LV_UUID = "Zw7cNf-4yUk-Eo2p-Xt9a-Rb1m-Vq5d-LsJh83"
MIB = 1024 * 1024
MANY = 5000
HUGE = 100_000


def boot_root() -> Folder:
    """Return a new tree of the /boot file system."""
    return folder({
        b"lost+found": folder(mode=0o700),
        b"vmlinuz-6.1.0-18-amd64": file(Pattern(300_000)),
        b"initrd.img-6.1.0-18-amd64": file(Pattern(700_000)),
        b"config-6.1.0-18-amd64": file(b"CONFIG_64BIT=y\n"),
        b"grub": folder({b"grub.cfg": file(b"set default=0\nmenuentry 'Debian' { }\n", mode=0o600)}),
    })  # fmt: skip


def root_root() -> Folder:
    """Return a new tree of the root file system."""
    return folder({
        b"bin": link(b"usr/bin"),
        b"boot": folder(),
        b"dev": folder(),
        b"etc": _etc(),
        b"home": folder(),
        b"lost+found": folder(mode=0o700),
        b"root": folder({b".bashrc": file(b"# ~/.bashrc\n"), b".ssh": folder(mode=0o700)}, mode=0o700),
        b"srv": folder({
            b"documents": folder({name: file(data) for name, data in DOCUMENTS.items()}),
            b"links": links(),
            b"many": folder(lambda: _numbered(MANY)),
            b"names": names(),
            b"pictures": pictures(),
            b"special": special(),
        }),
        b"tmp": folder(mode=0o1777),
        b"usr": folder({b"bin": _programs(), b"lib": folder({b"os-release": file(OS_RELEASE)})}),
        b"var": folder({b"lib": _packages(), b"log": folder(log_files()), b"tmp": folder(mode=0o1777)}),
    })  # fmt: skip


def _etc() -> Folder:
    return folder({
        b"debian_version": file(b"12.5\n"),
        b"fstab": file(FSTAB),
        b"hostname": file(b"web01\n"),
        b"os-release": link(b"../usr/lib/os-release"),
        b"passwd": file(PASSWD),
        b"shadow": file(b"root:*:19700:0:99999:7:::\n", mode=0o640, gid=42),
        b"ssh": folder({b"sshd_config": file(b"PermitRootLogin no\n"), b"ssh_config": file(b"Host *\n")}),
    })  # fmt: skip


def _programs() -> Folder:
    return folder({
        b"dash": file(ELF_HEADER, mode=0o755),
        b"ls": file(ELF_HEADER, mode=0o755),
        b"passwd": file(ELF_HEADER, mode=0o4755),
        b"sh": link(b"dash"),
    })  # fmt: skip


def _packages() -> Folder:
    status = b"Package: dash\nStatus: install ok installed\nVersion: 0.5.12-2\n"
    return folder({b"dpkg": folder({b"status": file(status)})})


def _numbered(count: int) -> Entries:
    return {b"entry-%06d" % number: file(b"%d\n" % number) for number in range(count)}


def home_root() -> Folder:
    """Return a new tree of the /home file system."""
    owner = {"uid": 1000, "gid": 1000}
    return folder({
        b"ada": folder({
            b"notes.txt": file(b"Remember the milk.\n", mode=0o600, **owner),
            b"projects": folder({b"readme.md": file(b"# Projects\n", **owner)}, **owner),
            b"latest": link(b"projects/readme.md", **owner),
        }, **owner),
    })  # fmt: skip


def _with_extras() -> Folder:
    root = root_root()
    root.entries[b"srv"] = folder({
        **_folder(root.entries[b"srv"]).entries,
        b"huge-folder": folder(lambda: _numbered(HUGE)),
        b"videos": folder({b"holiday.mkv": file(Pattern(600 * MIB)), b"concert.mkv": file(Pattern(5000 * MIB))}),
    })  # fmt: skip
    return root


def _folder(node: object) -> Folder:
    if not isinstance(node, Folder):
        raise TypeError(f"{node!r} is no folder")
    return node


def contract_image() -> FakeImage:
    """Return the sample without extras: exactly what the real image of the contract tests holds."""
    return _image(FakeFileSystem("ext4", root_root, "ROOT", ROOT_UUID))


def sample_image() -> FakeImage:
    """Return the sample with a huge folder and long files."""
    return _image(FakeFileSystem("ext4", _with_extras, "ROOT", ROOT_UUID))


def _image(root: FakeFileSystem) -> FakeImage:
    home = FakeFileSystem("xfs", home_root, "HOME", HOME_UUID)
    group = FakeVolumeGroup("vg0", VG_UUID, PV_UUID, (
        FakeVolume("root", 96 * MIB, root, ROOT_LV_UUID),
        FakeVolume("home", 320 * MIB, home, HOME_LV_UUID),
    ))  # fmt: skip
    return disk(
        (32, FakeFileSystem("ext2", boot_root, "BOOT", BOOT_UUID)),
        (16, FakeFileSystem("swap", None, "", SWAP_UUID)),
        (448, group),
    )
