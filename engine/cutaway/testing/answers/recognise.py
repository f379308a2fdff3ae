"""Recognises Linux systems in the model as the real daemon does on disks: os-release, fstab, hostname, ELF headers."""

from __future__ import annotations

import shlex

from cutaway.records import Mount, OperatingSystem
from cutaway.testing.guest import Guest, type_of
from cutaway.testing.images import Block, FakeEncrypted, FakeFileSystem
from cutaway.testing.nodes import Folder
from cutaway.testing.vfs import Refusal, Tree

MACHINES = {0x3E: "x86_64", 0x03: "i386", 0xB7: "aarch64", 0x28: "arm", 0xF3: "riscv64"}
PACKAGES = {
    b"/var/lib/dpkg/status": "deb", b"/var/lib/rpm": "rpm", b"/usr/lib/sysimage/rpm": "rpm", b"/lib/apk/db": "apk",
    b"/var/lib/pacman": "pacman",
}  # fmt: skip


def find_systems(guest: Guest) -> list[OperatingSystem]:
    """Return the systems, in the order of their devices."""
    found = []
    for block in guest.holders():
        if isinstance(block.holding, FakeFileSystem) and block.holding.make_root and not block.holding.damage:
            if block.holding.system is not None:
                found.append(block.holding.system(block.name))
                continue
            tree = Tree()
            tree.add(block, b"/", "ro")
            system = _system(guest, block, tree)
            if system:
                found.append(system)
    return found


def _system(guest: Guest, block: Block, tree: Tree) -> OperatingSystem | None:
    release = _text(tree, b"/etc/os-release") or _text(tree, b"/usr/lib/os-release")
    if not release or not _text(tree, b"/etc/fstab"):
        return None
    facts = dict(line.partition("=")[::2] for line in shlex.split(release, comments=True) if "=" in line)
    major, _, minor = facts.get("VERSION_ID", "").partition(".")
    distro = facts.get("ID", "unknown")
    return OperatingSystem(
        root=block.name,
        type="linux",
        distro=distro,
        product_name=facts.get("PRETTY_NAME", ""),
        major_version=int(major) if major.isdigit() else 0,
        minor_version=int(minor) if minor.isdigit() else 0,
        hostname=_text(tree, b"/etc/hostname").strip() or "unknown",
        arch=_architecture(tree),
        package_format=_package_format(tree),
        mountpoints=_mountpoints(guest, block, _text(tree, b"/etc/fstab"), _text(tree, b"/etc/crypttab")),
        has_journal=_has_journal(tree),
    )


def _has_journal(tree: Tree) -> bool:
    try:
        node = tree.resolve(b"/var/log/journal").node
    except Refusal:
        return False
    return isinstance(node, Folder) and bool(node.entries)


def _text(tree: Tree, path: bytes) -> str:
    try:
        _, node = tree.file(path)
    except Refusal:
        return ""
    return node.content.read(0, 1 << 16).decode("utf-8", "replace")


def _architecture(tree: Tree) -> str:
    for path in (b"/bin/sh", b"/bin/bash", b"/bin/ls"):
        try:
            header = tree.file(path)[1].content.read(0, 20)
        except Refusal:
            continue
        if header.startswith(b"\x7fELF"):
            return MACHINES.get(int.from_bytes(header[18:20], "little"), "unknown")
    return "unknown"


def _package_format(tree: Tree) -> str:
    for path, name in PACKAGES.items():
        try:
            tree.resolve(path)
        except Refusal:
            continue
        return name
    return "unknown"


def _mountpoints(guest: Guest, root: Block, fstab: str, crypttab: str) -> list[Mount]:
    mounts = [Mount(root.name, b"/", type_of(root))]
    for line in fstab.splitlines():
        fields = line.split("#")[0].split()
        if len(fields) < 3 or not fields[1].startswith("/") or fields[1] == "/":
            continue
        block = _named(guest, fields[0]) or _unlocked(guest, fields[0], crypttab)
        if block is not None:
            mounts.append(Mount(block.name, fields[1].encode(), type_of(block)))
    return sorted(mounts, key=lambda mount: len(mount.mountpoint))


def _named(guest: Guest, spec: str) -> Block | None:
    """Find what the first column of fstab names: UUID=, LABEL=, /dev/mapper/VG-LV or a device."""
    key, _, value = spec.partition("=")
    for block in guest.blocks().values():
        holding = block.holding
        facts = {"UUID": holding.uuid} if isinstance(holding, FakeFileSystem | FakeEncrypted) else {}
        facts |= {"LABEL": holding.label} if isinstance(holding, FakeFileSystem) else {}
        mapper = "/dev/mapper/" + block.name.removeprefix("/dev/").replace("/", "-")
        if spec in {block.name, mapper} or (value and facts.get(key) == value.strip('"')):
            return block
    return None


def _unlocked(guest: Guest, spec: str, crypttab: str) -> Block | None:
    """Find the inside of the volume that the system calls /dev/mapper/NAME."""
    for line in crypttab.splitlines():
        name, source = line.split()[:2]
        volume = _named(guest, source) if spec == f"/dev/mapper/{name}" else None
        if volume is not None:
            return next((block for block in guest.blocks().values() if block.container == volume.name), None)
    return None
