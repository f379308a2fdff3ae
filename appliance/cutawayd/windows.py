"""Recognising Windows systems: the folder of the system, then what their registries tell."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from cutaway.records import Filesystem, Mount, OperatingSystem, WindowsFacts

from cutawayd import hives, nocase, ntfs_index
from cutawayd.drive_letters import mappings_of
from cutawayd.hives import Hives, lookup, number_of, text_of
from cutawayd.refusal import Refusal
from cutawayd.sysroot import Sysroot
from cutawayd.work import Work

#: Where Windows installs itself, in the order of libguestfs' inspection.
SYSTEM_FOLDERS = ("Windows", "WINNT", "win32", "win", "reactos")
#: Machines of PE files (PE format, "Machine Types").
MACHINES = {0x14C: "i386", 0x8664: "x86_64", 0xAA64: "aarch64", 0x1C0: "arm", 0x1C4: "arm", 0x200: "ia64"}
SOFTWARE, SYSTEM = 0, 1
VERSION_KEY = ("Microsoft", "Windows NT", "CurrentVersion")
POLICY_KEY = ("Microsoft", "Windows", "CurrentVersion", "Group Policy", "History")
_BOOT_INI = re.compile(r"^(?:multi|scsi)\(\d+\)disk\(\d+\)rdisk\(\d+\)partition\(\d+\)\\?([^=]+)=", re.MULTILINE)
_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})")


def may_hold_windows(device: str) -> bool:
    """Return whether an NTFS is worth a mount: something in its root is called as the folder of a system is."""
    names = ntfs_index.root_names(device)
    wanted = {"boot.ini", *(name.lower() for name in SYSTEM_FOLDERS)}
    return names is None or any(name.lower() in wanted for name in names)


def windows_of(work: Work, tree: Sysroot, content: Filesystem) -> OperatingSystem | None:
    """Return the Windows system in a tree; None if there is none."""
    folder = next((path for path in _candidates(tree) if _is_system_folder(tree, path)), None)
    if folder is None:
        return None
    paths = [nocase.find(tree, ["System32", "config", name], folder) for name in ("SOFTWARE", "SYSTEM")]
    software, system = (path if nocase.is_kind(tree, path, stat.S_IFREG) else None for path in paths)
    facts: dict[str, str] = {}
    letters: dict[str, str] = {}
    if software is not None and system is not None:
        try:
            with hives.opened(tree, software, system) as opened:
                facts = dict(_facts(work, opened))
                letters = mappings_of(opened.values(work, SYSTEM, ["MountedDevices"]) or [])
        except (OSError, Refusal, ImportError) as error:
            work.log(f"the registry of the Windows on {content.mountable} cannot be read: {error}")
    windows = WindowsFacts(
        _shown(folder), _shown(software), _shown(system), facts.get("control set", ""), letters,
        bool(facts.get("policy")), ntfs_index.is_hibernated(tree),
    )  # fmt: skip
    return _system(content, facts, _arch(tree, folder), windows)


def _system(content: Filesystem, facts: dict[str, str], arch: str, windows: WindowsFacts) -> OperatingSystem:
    major, minor = (int(part) for part in facts.get("version", "0.0").split("."))
    return OperatingSystem(
        root=content.mountable, type="windows", distro="windows", product_name=facts.get("product", "") or "Windows",
        major_version=major, minor_version=minor, hostname=facts.get("host", ""), arch=arch, package_format="unknown",
        mountpoints=[Mount(content.mountable, b"/", content.vfs_type)], product_variant=facts.get("variant", ""),
        build_id=facts.get("build", ""), display_version=facts.get("display", ""), windows=windows,
    )  # fmt: skip


def _candidates(tree: Sysroot) -> Iterator[bytes]:
    """Give the folders that may be the system's: the usual ones, then those that boot.ini names."""
    present = {name.decode("utf-8", "replace").lower(): b"/" + name for name in nocase.entries(tree, b"/")}
    yield from (present[name.lower()] for name in SYSTEM_FOLDERS if name.lower() in present)
    if "boot.ini" in present:
        for match in _BOOT_INI.finditer(_beginning(tree, present["boot.ini"], 65536).decode("latin-1")):
            found = nocase.find(tree, [part for part in match.group(1).split("\\") if part and part != ".."])
            if found:
                yield found


def _is_system_folder(tree: Sysroot, folder: bytes) -> bool:
    config = nocase.find(tree, ["System32", "config"], folder)
    shell = nocase.find(tree, ["System32", "cmd.exe"], folder)
    return nocase.is_kind(tree, config, stat.S_IFDIR) and nocase.is_kind(tree, shell, stat.S_IFREG)


def _shown(path: bytes | None) -> str:
    return path.decode("utf-8", "replace") if path else ""


def _arch(tree: Sysroot, folder: bytes) -> str:
    """Return the architecture of the system's shell, by the header that its MS-DOS header leads to."""
    data = _beginning(tree, nocase.find(tree, ["System32", "cmd.exe"], folder) or b"/", 4096)
    place = int.from_bytes(data[0x3C:0x40], "little")
    if data[:2] != b"MZ" or data[place : place + 4] != b"PE\0\0":
        return "unknown"
    return MACHINES.get(int.from_bytes(data[place + 4 : place + 6], "little"), "unknown")


def _beginning(tree: Sysroot, path: bytes, count: int) -> bytes:
    try:
        with tree.opened(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY) as descriptor:
            return os.pread(descriptor, count, 0)
    except OSError:
        return b""


def _facts(work: Work, opened: Hives) -> Iterator[tuple[str, str]]:
    """Give what is found in the hives; what is not there is left out."""
    version = lookup(opened.values(work, SOFTWARE, VERSION_KEY))
    yield "product", text_of(version.get("productname"))
    yield "variant", text_of(version.get("installationtype"))
    yield "build", text_of(version.get("currentbuildnumber")) or text_of(version.get("currentbuild"))
    yield "display", text_of(version.get("displayversion")) or text_of(version.get("releaseid"))
    yield "version", _version(version)
    if any(name.startswith("{") for name in opened.keys(work, SOFTWARE, POLICY_KEY, 0, 1000) or ()):
        yield "policy", "yes"
    current = number_of(lookup(opened.values(work, SYSTEM, ["Select"])).get("current"))
    if current is not None:
        control_set = f"ControlSet{current:03}"
        yield "control set", control_set
        yield "host", _hostname(work, opened, control_set)


def _version(values: dict[str, tuple[int, bytes]]) -> str:
    """Return the version as MAJOR.MINOR: since Windows 10 from numbers, the text says 6.3 for ever."""
    numbers = [number_of(values.get(f"current{which}versionnumber")) for which in ("major", "minor")]
    if None not in numbers:
        return f"{numbers[0]}.{numbers[1]}"
    match = _VERSION.match(text_of(values.get("currentversion")))
    return f"{int(match.group(1))}.{int(match.group(2))}" if match else "0.0"


def _hostname(work: Work, opened: Hives, control_set: str) -> str:
    """Return the name that the network knows, or else the one that Windows itself goes by."""
    network = lookup(opened.values(work, SYSTEM, [control_set, "Services", "Tcpip", "Parameters"]))
    found = text_of(network.get("hostname"), 253)
    if found:
        return found
    own = lookup(opened.values(work, SYSTEM, [control_set, "Control", "ComputerName", "ComputerName"]))
    return text_of(own.get("computername"), 253)
