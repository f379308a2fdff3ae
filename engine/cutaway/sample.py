"""The sample image: a partitioned qcow2 with LVM, two file systems and a small realistic tree.

Made by the appliance itself, on a new image, by the same calls that everybody has.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from cutaway.appliance_path import cache_folder
from cutaway.errors import EngineError
from cutaway.handle import Handle

SIZE = "256M"
FILES: dict[str, str] = {
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n',
    "etc/debian_version": "12.11\n",
    "etc/hostname": "sample\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna:/home/anna:/bin/bash\n",
    "etc/fstab": (
        "/dev/mapper/sample-root / ext4 errors=remount-ro 0 1\n"
        "LABEL=boot /boot ext2 defaults 0 2\n"
        "/dev/mapper/sample-swap none swap sw 0 0\n"
    ),
    "etc/motd": "This is Cutaway's sample image: look around, and drag a file out.\n",
    "home/anna/notes.txt": "Buy milk.\nNever lose a file again.\n",
    "home/anna/Grüße.txt": "Umlauts are fine: äöüß\n",
    "home/anna/hello.py": 'def greet(name: str) -> str:\n    return f"Hello, {name}"\n\n\nprint(greet("world"))\n',
    "var/lib/dpkg/status": "Package: base-files\nStatus: install ok installed\nVersion: 12.4\n",
    "var/log/syslog": "".join(f"Nov 22 09:{n // 60:02}:{n % 60:02} sample kernel: line {n}\n" for n in range(2000)),
}
FOLDERS = ("bin", "boot", "dev", "proc", "root", "run", "sys", "tmp", "usr/bin", "home/anna/Pictures", "var/log/apt")
#: A picture of 16 by 16 pixels, as text (netpbm's P3).
PICTURE = "P3 16 16 255\n" + "\n".join(f"{x * 16} {y * 16} 128" for y in range(16) for x in range(16)) + "\n"


def sample_path() -> Path:
    """Return where the sample image of this user is, or will be."""
    return cache_folder() / "sample.qcow2"


def make_sample(path: Path) -> None:
    """Make the sample image; it appears when it is complete.

    Raises:
        LaunchError: the appliance does not start.
        EngineError: a program is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sample-", dir=path.parent) as name:
        work = Path(name)
        image = work / "image.qcow2"
        _run("qemu-img", "create", "-q", "-f", "qcow2", str(image), SIZE)
        _fill_tree(work / "tree")
        root = work / "root.img"
        _run(
            "mke2fs",
            "-q",
            "-t",
            "ext4",
            "-L",
            "root",
            "-d",
            str(work / "tree"),
            "-E",
            "root_owner=0:0",
            str(root),
            "96M",
        )
        _assemble(image, root)
        os.replace(image, path)


def _fill_tree(tree: Path) -> None:
    for folder in FOLDERS:
        (tree / folder).mkdir(parents=True)
    for name, content in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(content)
    (tree / "home/anna/Pictures/gradient.ppm").write_text(PICTURE)
    (tree / "var/log/messages").symlink_to("syslog")
    (tree / "etc/mtab").symlink_to("../proc/self/mounts")
    for number in range(200):
        (tree / f"var/log/apt/history.{number}.log").write_text(f"Start-Date: {number}\nCommandline: apt-get upgrade\n")


def _assemble(image: Path, root: Path) -> None:
    with Handle() as handle:
        handle.add_drive(str(image), readonly=False, format="qcow2")
        handle.launch()
        handle.part_init("/dev/sda", "gpt")
        handle.part_add("/dev/sda", "p", 2048, 67583)
        handle.part_add("/dev/sda", "p", 67584, 522239)
        handle.mkfs("ext2", "/dev/sda1", "boot")
        handle.pvcreate("/dev/sda2")
        handle.vgcreate("sample", ["/dev/sda2"])
        handle.lvcreate("root", "sample", 96)
        handle.lvcreate("swap", "sample", 32)
        handle.mkswap("/dev/sample/swap")
        handle.upload(str(root), "/dev/sample/root")
        handle.shutdown()


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PATH": _path()})
    except FileNotFoundError as error:
        raise EngineError(f"{command[0]} is not installed", remedy="apt install e2fsprogs qemu-utils") from error
    except subprocess.CalledProcessError as error:
        raise EngineError(f"{command[0]} failed: {error.stderr.strip()}") from error


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
