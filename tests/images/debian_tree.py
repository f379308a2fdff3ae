"""The files of the Debian image: a real system by mmdebstrap, and /srv/thousand, whose bytes every test knows."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from pathlib import Path

FOLDERS, FILES_EACH = 20, 50
FSTAB = "/dev/mapper/vg-root / ext4 errors=remount-ro 0 1\nLABEL=boot /boot ext2 defaults 0 2\n"
LATIN_1 = b"folder 07/caf\xe9.txt"
#: Enough to be recognized and looked at, if mmdebstrap cannot do its work.
FALLBACK_PACKAGES = ("base-files", "base-passwd", "bash", "coreutils", "debianutils", "dpkg", "hostname", "sed", "tar")
DEBOOTSTRAP = (
    "mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"',
    "--skip=check/qemu,cleanup/reproducible", "--format=tar", "bookworm",
)  # fmt: skip


def thousand() -> dict[bytes, bytes]:
    """Return the relative paths of /srv/thousand with their content: 1,000 files, among them odd ones."""
    files = {b"folder %02d/file %03d.bin" % (n // FILES_EACH, n): _content(n) for n in range(FOLDERS * FILES_EACH - 5)}
    odd = {
        LATIN_1: b"named in Latin-1\n",
        "folder 08/Grüße.txt".encode(): "äöüß\n".encode(),
        b"folder 09/.hidden": b"",
        b"folder 10/deep/deeper/deepest.txt": b"far down\n",
        b"large.bin": random.Random("large").randbytes(4 << 20),
    }
    return files | odd


def _content(number: int) -> bytes:
    return random.Random(number).randbytes(number * 37 % 9000)


def write_thousand(folder: Path) -> None:
    """Write the thousand files."""
    for name, content in thousand().items():
        path = os.path.join(os.fsencode(folder), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def make_system(target: Path) -> None:
    """Write a tar archive with a small Debian, from the packages that this machine's apt knows.

    Raises:
        CalledProcessError: no way works; it holds what the last program said.
    """
    try:
        run(*DEBOOTSTRAP, str(target))
    except (subprocess.CalledProcessError, FileNotFoundError):
        _unpack_packages(target)


def _unpack_packages(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cutaway-packages-") as name:
        root = Path(name, "root")
        root.mkdir()
        run("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *FALLBACK_PACKAGES, folder=name)
        for package in sorted(Path(name).glob("*.deb")):
            run("dpkg-deb", "-x", str(package), str(root))
        Path(root, "etc/hostname").write_text("unpacked\n")
        run("tar", "-C", str(root), "--owner=0", "--group=0", "-cf", str(target), ".")


def run(*command: str, folder: str | None = None) -> str:
    """Run a program and return what it prints; what it says when it fails goes into the error."""
    environment = os.environ | {"PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        error.add_note(done.stderr[-2000:])
        raise error
    return done.stdout
