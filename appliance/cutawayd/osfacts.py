"""The facts about a Linux system that its files tell: os-release(5), hostname(5), the programs' own headers."""

from __future__ import annotations

import errno
import os
import re
import shlex
from dataclasses import dataclass

from cutawayd import nocase
from cutawayd.sysroot import Sysroot

FILE_MAX = 64 * 1024
#: e_machine of ELF headers, for both byte orders as they are read (elf(5)).
MACHINES = {
    3: "i386", 62: "x86_64", 40: "arm", 183: "aarch64", 243: "riscv64", 21: "ppc64", 20: "ppc", 22: "s390x",
    8: "mips", 43: "sparc64", 258: "loongarch64", 50: "ia64",
}  # fmt: skip
PROGRAMS = (b"/bin/sh", b"/bin/bash", b"/usr/bin/env", b"/bin/ls", b"/bin/busybox", b"/sbin/init", b"/usr/bin/rpm")
PACKAGES = {
    b"/var/lib/dpkg/status": "deb", b"/usr/bin/dpkg": "deb", b"/var/lib/rpm": "rpm", b"/usr/lib/sysimage/rpm": "rpm",
    b"/usr/bin/rpm": "rpm", b"/lib/apk/db": "apk", b"/var/lib/pacman": "pacman",
}  # fmt: skip
RELEASE_FILES = (
    (b"/etc/debian_version", "debian", "Debian GNU/Linux {}"),
    (b"/etc/redhat-release", "redhat-based", "{}"),
    (b"/etc/alpine-release", "alpine", "Alpine Linux {}"),
    (b"/etc/slackware-version", "slackware", "{}"),
    (b"/etc/arch-release", "archlinux", "Arch Linux"),
    (b"/etc/gentoo-release", "gentoo", "{}"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a system; "" or zeros for what is not."""

    distro: str
    product_name: str
    version: tuple[int, int]
    hostname: str
    arch: str
    package_format: str
    fstab: str
    crypttab: str
    mdadm_conf: str
    has_journal: bool


def facts_of(tree: Sysroot) -> Facts | None:
    """Return the facts of the system in a tree; None if there is none."""
    if not all(_is_there(tree, path) for path in (b"/etc", b"/bin")) or not _looks_bootable(tree):
        return None
    release = os_release(_read(tree, b"/etc/os-release") or _read(tree, b"/usr/lib/os-release"))
    distro = release.get("ID", "")
    product = release.get("PRETTY_NAME", "") or " ".join(filter(None, [release.get("NAME"), release.get("VERSION")]))
    version = release.get("VERSION_ID", "")
    if not distro:
        distro, product, version = _old_style(tree)
    debian = _read(tree, b"/etc/debian_version").strip() if distro == "debian" else ""
    precise = debian if re.match(r"^\d", debian) else version
    return Facts(
        distro or "unknown", product or "Linux", _numbers(precise or version), _hostname(tree), _arch(tree),
        _package_format(tree), fstab_of(tree), crypttab_of(tree), mdadm_conf_of(tree),
        bool(nocase.entries(tree, b"/var/log/journal")),
    )  # fmt: skip


def fstab_of(tree: Sysroot) -> str:
    """Return the fstab of a tree; nothing if there is none."""
    return _read(tree, b"/etc/fstab")


def crypttab_of(tree: Sysroot) -> str:
    """Return the crypttab of a tree; nothing if there is none."""
    return _read(tree, b"/etc/crypttab")


def mdadm_conf_of(tree: Sysroot) -> str:
    """Return the mdadm.conf of a tree; nothing if there is none."""
    return _read(tree, b"/etc/mdadm/mdadm.conf") or _read(tree, b"/etc/mdadm.conf")


def _looks_bootable(tree: Sysroot) -> bool:
    """Return whether it is a root rather than a /usr or a chroot's remains."""
    return any(
        _is_there(tree, path) for path in (b"/etc/fstab", b"/etc/os-release", b"/usr/lib/os-release", b"/etc/passwd")
    )


def os_release(text: str) -> dict[str, str]:
    """Return the assignments of an os-release file; lines that make no sense are left out."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and re.match(r"^[A-Z][A-Z0-9_]*$", name):
            try:
                found[name] = " ".join(shlex.split(value))
            except ValueError:
                continue
    return found


def _old_style(tree: Sysroot) -> tuple[str, str, str]:
    for path, distro, title in RELEASE_FILES:
        if _is_there(tree, path):
            text = _read(tree, path).strip().splitlines()[:1]
            line = text[0] if text else ""
            return distro, title.format(line), line
    return "", "", ""


def _numbers(version: str) -> tuple[int, int]:
    match = re.search(r"(\d{1,9})(?:\.(\d{1,9}))?", version)
    return (int(match.group(1)), int(match.group(2) or 0)) if match else (0, 0)


def _hostname(tree: Sysroot) -> str:
    text = _read(tree, b"/etc/hostname") or _read(tree, b"/etc/HOSTNAME")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines:
        return lines[0][:253]
    match = re.search(r'^HOSTNAME="?([^"\s]+)', _read(tree, b"/etc/sysconfig/network"), re.MULTILINE)
    return match.group(1)[:253] if match else ""


def _arch(tree: Sysroot) -> str:
    for path in PROGRAMS:
        data = _read_bytes(tree, path, 20)
        if data[:4] == b"\x7fELF" and len(data) == 20:
            machine = data[18:20] if data[5] == 1 else data[19:17:-1]
            return MACHINES.get(int.from_bytes(machine, "little"), "unknown")
    return "unknown"


def _package_format(tree: Sysroot) -> str:
    return next((name for path, name in PACKAGES.items() if _is_there(tree, path)), "unknown")


def _is_there(tree: Sysroot, path: bytes) -> bool:
    try:
        with tree.looked_at(path, follow=True):
            return True
    except OSError:
        return False


def _read(tree: Sysroot, path: bytes) -> str:
    return _read_bytes(tree, path, FILE_MAX).decode("utf-8", "replace")


def _read_bytes(tree: Sysroot, path: bytes, count: int) -> bytes:
    """Return the beginning of a regular file; nothing if it cannot be read."""
    try:
        with tree.opened(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY) as descriptor:
            return os.pread(descriptor, count, 0)
    except OSError as error:
        if error.errno in {errno.ENOMEM, errno.EMFILE}:
            raise
        return b""
