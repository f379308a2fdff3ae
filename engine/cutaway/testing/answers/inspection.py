"""Answers about operating systems."""

from __future__ import annotations

from cutaway.records import OperatingSystem
from cutaway.testing.answers.base import Family
from cutaway.testing.answers.recognise import find_systems
from cutaway.testing.vfs import Refusal


class InspectionAnswers(Family):
    """InspectionCalls, answered."""

    def inspect_os(self) -> list[str]:
        """Look for systems."""
        self.guest.groups_active = True
        self.guest.roots = [system.root for system in find_systems(self.guest)]
        return list(self.guest.roots)

    def inspect_get_roots(self) -> list[str]:
        """List what was found."""
        return list(self.guest.roots)

    def inspect_systems(self) -> list[OperatingSystem]:
        """List what was found, with facts."""
        return [system for system in find_systems(self.guest) if system.root in self.guest.roots]

    def _system(self, root: str) -> OperatingSystem:
        for system in self.inspect_systems():
            if system.root == root:
                return system
        raise Refusal("EINVAL", f"{root} is no root that inspect_os has found")

    def inspect_get_type(self, root: str) -> str:
        """Say the type."""
        return self._system(root).type

    def inspect_get_distro(self, root: str) -> str:
        """Say the distribution."""
        return self._system(root).distro

    def inspect_get_product_name(self, root: str) -> str:
        """Say the product's name."""
        return self._system(root).product_name

    def inspect_get_major_version(self, root: str) -> int:
        """Say the major version."""
        return self._system(root).major_version

    def inspect_get_minor_version(self, root: str) -> int:
        """Say the minor version."""
        return self._system(root).minor_version

    def inspect_get_hostname(self, root: str) -> str:
        """Say the host name."""
        return self._system(root).hostname

    def inspect_get_arch(self, root: str) -> str:
        """Say the architecture."""
        return self._system(root).arch

    def inspect_get_mountpoints(self, root: str) -> dict[bytes, str]:
        """Say what to mount where."""
        return {mount.mountpoint: mount.mountable for mount in self._system(root).mountpoints}

    def inspect_get_package_format(self, root: str) -> str:
        """Say the format of packages."""
        return self._system(root).package_format
