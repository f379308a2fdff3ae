"""A real Debian on a real disk: qcow2, GPT, boot on ext2, LVM with the root on ext4. `python debian.py` builds it.

Built through our own calls when a test first needs it, in well under a minute, and kept in the user's cache; this
file and debian_tree.py name the cached image by their checksum. As an ordinary user it needs fakeroot.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cutaway import Handle
from cutaway.appliance_path import cache_folder

if __package__:
    from images import debian_tree
    from images.debian_tree import run
else:
    import debian_tree
    from debian_tree import run

TOOLS = ("mke2fs", "qemu-img", "qemu-system-x86_64", "tar")
SIZE_MIB, BOOT_MIB, ROOT_MIB = 420, 32, 320
SECTORS_PER_MIB = 2048


@dataclass(frozen=True, slots=True)
class DebianImage:
    """The image and what is in it.

    Attributes:
        path: The qcow2.
        checksums: SHA-256 of the content of each ordinary file of the system, by path.
    """

    path: Path
    checksums: dict[str, str]


def missing_tools() -> list[str]:
    """Return what is not installed."""
    needed = TOOLS if os.geteuid() == 0 else (*TOOLS, "fakeroot")
    return [tool for tool in needed if shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None]


def debian_image() -> DebianImage:
    """Return the image, built now if need be; the one who comes second waits for the first.

    Raises:
        CalledProcessError: a tool fails, such as for want of a network.
        EngineError: the appliance does.
    """
    folder = cache_folder() / "test-images"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"debian-{_recipe()}.qcow2"
    with _alone(folder):
        if not path.exists():
            for old in folder.glob("debian-*"):
                old.unlink()
            _build(path)
    return DebianImage(path, json.loads(path.with_suffix(".json").read_text()))


def _recipe() -> str:
    sources = Path(__file__).read_bytes() + Path(debian_tree.__file__ or "").read_bytes()
    return hashlib.sha256(sources).hexdigest()[:12]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(path: Path) -> None:
    """Build the image; `path` appears when it is complete."""
    with tempfile.TemporaryDirectory(prefix=".debian-", dir=path.parent) as name:
        work = Path(name)
        system = work / "system.tar"
        debian_tree.make_system(system)
        path.with_suffix(".json").write_text(json.dumps(_checksums(system)))
        _make_root(work, system)
        system.unlink()
        image = work / "image.qcow2"
        run("qemu-img", "create", "-q", "-f", "qcow2", str(image), f"{SIZE_MIB}M")
        _assemble(image, work / "root.img")
        run("qemu-img", "convert", "-q", "-O", "qcow2", str(image), str(work / "small.qcow2"))
        (work / "small.qcow2").replace(path)


def _checksums(system: Path) -> dict[str, str]:
    found = {}
    with tarfile.open(system, errors="surrogateescape") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None and member.name != "./etc/fstab":
                found[member.name.removeprefix(".")] = hashlib.file_digest(content, "sha256").hexdigest()
    return found


def _make_root(work: Path, system: Path) -> None:
    """Make the root file system of the archive and our own files, with the owners that the archive names."""
    tree, image = work / "tree", work / "root.img"
    debian_tree.write_thousand(tree / "srv/thousand")
    unpack = ["tar", "-C", str(tree), "--numeric-owner", "-pxf", str(system), "--exclude=./dev/*"]
    fstab = ["cp", str(work / "fstab"), str(tree / "etc/fstab")]
    (work / "fstab").write_text(debian_tree.FSTAB)
    make = ["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", str(tree), str(image), f"{ROOT_MIB - 16}M"]
    script = " && ".join(shlex.join(command) for command in (unpack, fstab, make))
    run(*(["sh", "-c", script] if os.geteuid() == 0 else ["fakeroot", "sh", "-c", script]))


def _assemble(image: Path, root: Path) -> None:
    boot_end = (1 + BOOT_MIB) * SECTORS_PER_MIB
    with Handle() as handle:
        handle.add_drive(str(image), readonly=False, format="qcow2")
        handle.launch()
        handle.part_init("/dev/sda", "gpt")
        handle.part_add("/dev/sda", "p", SECTORS_PER_MIB, boot_end - 1)
        handle.part_add("/dev/sda", "p", boot_end, (SIZE_MIB - 1) * SECTORS_PER_MIB - 1)
        handle.mkfs("ext2", "/dev/sda1", "boot")
        handle.pvcreate("/dev/sda2")
        handle.vgcreate("vg", ["/dev/sda2"])
        handle.lvcreate("root", "vg", ROOT_MIB)
        handle.upload(str(root), "/dev/vg/root")
        handle.shutdown()


if __name__ == "__main__":
    try:
        print(debian_image().path)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr}")
