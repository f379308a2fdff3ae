"""The answers about Windows systems that inspect_os has found; and libosinfo's names of all systems."""

from __future__ import annotations

import errno

from cutaway.records import OperatingSystem, WindowsFacts

from cutawayd.inspection import system_at
from cutawayd.work import Work

#: Major and minor version of Windows → names in libosinfo of its client and of its server.
WINDOWS = {
    (5, 1): ("winxp", "winxp"), (6, 0): ("winvista", "win2k8"), (6, 1): ("win7", "win2k8r2"),
    (6, 2): ("win8", "win2k12"), (6, 3): ("win8.1", "win2k12r2"),
}  # fmt: skip
#: Years in the names of servers that all are version 10.0.
SERVERS = {"2025": "win2k25", "2022": "win2k22", "2019": "win2k19"}
#: Distributions of which libosinfo names only the major version.
MAJOR_ONLY = frozenset({"debian", "fedora", "mageia", "centos", "rocky", "circle"})
ROLLING = frozenset({"archlinux", "gentoo", "voidlinux"})


def inspect_get_product_variant(work: Work, root: str) -> str:
    """Return the variant."""
    return system_at(work, root).product_variant or "unknown"


def inspect_get_build_id(work: Work, root: str) -> str:
    """Return the build."""
    return system_at(work, root).build_id or "unknown"


def inspect_get_windows_systemroot(work: Work, root: str) -> str:
    """Return the system's folder."""
    return _known(root, _windows(work, root).systemroot)


def inspect_get_windows_current_control_set(work: Work, root: str) -> str:
    """Return the key in force."""
    return _known(root, _windows(work, root).current_control_set)


def inspect_get_windows_software_hive(work: Work, root: str) -> str:
    """Return a hive's path."""
    return _known(root, _windows(work, root).software_hive)


def inspect_get_windows_system_hive(work: Work, root: str) -> str:
    """Return a hive's path."""
    return _known(root, _windows(work, root).system_hive)


def inspect_get_windows_group_policy(work: Work, root: str) -> bool:
    """Return whether there are policies."""
    return _windows(work, root).has_group_policy


def inspect_get_drive_mappings(work: Work, root: str) -> dict[str, str]:
    """Return the letters."""
    return system_at(work, root).drive_mappings


def inspect_get_osinfo(work: Work, root: str) -> str:
    """Return libosinfo's name."""
    system = system_at(work, root)
    return _windows_name(system) if system.type == "windows" else _linux_name(system)


def _windows(work: Work, root: str) -> WindowsFacts:
    found = system_at(work, root).windows
    if found is None:
        raise OSError(errno.EINVAL, "this is no Windows", root)
    return found


def _known(root: str, fact: str) -> str:
    if not fact:
        raise OSError(errno.EINVAL, "the registry of this Windows does not tell", root)
    return fact


def _windows_name(system: OperatingSystem) -> str:
    version, is_server = (system.major_version, system.minor_version), "Server" in system.product_variant
    if version == (5, 2):
        return "winxp" if "XP" in system.product_name else "win2k3r2" if "R2" in system.product_name else "win2k3"
    if version == (10, 0):
        year = next((year for year in SERVERS if year in system.product_name), "")
        client = "win11" if system.title.startswith("Windows 11") or _number(system.build_id) >= 22000 else "win10"
        return SERVERS.get(year, "win2k16") if is_server else client
    return WINDOWS.get(version, ("unknown", "unknown"))[is_server]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _linux_name(system: OperatingSystem) -> str:
    distro, major, minor = system.distro, system.major_version, system.minor_version
    if distro in ROLLING:
        return distro
    if distro in {"", "unknown"} or not (major or minor):
        return "unknown"
    if distro == "ubuntu":
        return f"ubuntu{major}.{minor:02}"
    if distro == "sles":
        return f"{'sle' if major >= 15 else 'sles'}{major}" + (f"sp{minor}" if minor else "")
    if distro == "centos" and major in {6, 7}:
        return f"centos{major}.{minor if major == 6 else 0}"
    return f"{distro}{major}" if distro in MAJOR_ONLY else f"{distro}{major}.{minor}"
