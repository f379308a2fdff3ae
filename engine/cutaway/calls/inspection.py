"""Calls that recognise operating systems."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Mountable, call


class InspectionCalls:
    """What system is in the image. inspect_get_* know the roots that inspect_os has found."""

    @call(number=140, cancellable=True)
    def inspect_os(self) -> list[str]:
        """Look for operating systems on all drives; return their root file systems."""

    @call(number=141)
    def inspect_get_roots(self) -> list[str]:
        """Return what inspect_os found."""

    @call(number=142)
    def inspect_get_type(self, root: Mountable) -> str:
        """Return the type of the system: "linux", "windows" or "unknown"."""

    @call(number=143)
    def inspect_get_distro(self, root: Mountable) -> str:
        """Return the distribution: "debian", "fedora", "windows" …, "unknown"."""

    @call(number=144)
    def inspect_get_product_name(self, root: Mountable) -> str:
        """Return the name for a person: "Debian GNU/Linux 12 (bookworm)"."""

    @call(number=145)
    def inspect_get_major_version(self, root: Mountable) -> int:
        """Return the major version, 0 if unknown."""

    @call(number=146)
    def inspect_get_minor_version(self, root: Mountable) -> int:
        """Return the minor version, 0 if unknown."""

    @call(number=147)
    def inspect_get_hostname(self, root: Mountable) -> str:
        """Return the host name, "unknown" if there is none."""

    @call(number=148)
    def inspect_get_arch(self, root: Mountable) -> str:
        """Return the architecture of the system's programs: "x86_64", "aarch64" …"""

    @call(number=149)
    def inspect_get_mountpoints(self, root: Mountable) -> dict[bytes, str]:
        """Map the mount points of the system to the devices to mount there."""

    @call(number=150)
    def inspect_get_package_format(self, root: Mountable) -> str:
        """Return "deb", "rpm", "apk", "pacman" or "unknown"."""

    @call(number=151)
    def inspect_systems(self) -> list[records.OperatingSystem]:
        """Return all facts about all systems that inspect_os found."""
