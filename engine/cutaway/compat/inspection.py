"""What libguestfs says of operating systems, where Cutaway says it in other words: subvolumes, package managers."""

from __future__ import annotations

from typing import Any

from cutaway.compat.action import action
from cutaway.compat.actions import Actions
from cutaway.compat.shapes import compatible
from cutaway.compat.subvolumes import divided, named, root_of
from cutaway.records import OperatingSystem

_PACKAGE_MANAGEMENT = {"deb": "apt", "rpm": "dnf", "apk": "apk", "pacman": "pacman"}


class Inspection(Actions):
    """What is known of the systems in the image."""

    @action
    def inspect_os(self) -> list[str]:
        """Look for operating systems on all drives; return their root file systems."""
        self._running("inspect_os").inspect_os()
        return [root_of(system) for system in self._systems("inspect_os")]

    @action
    def inspect_get_roots(self) -> list[str]:
        """Return what inspect_os found."""
        return [root_of(system) for system in self._systems("inspect_get_roots")]

    @action
    def inspect_get_mountpoints(self, root: str) -> Any:
        """Map the mount points of the system to what is to be mounted there."""
        return compatible(self._mounts("inspect_get_mountpoints", root), as_dict=self._python_return_dict)

    @action
    def inspect_get_filesystems(self, root: str) -> list[str]:
        """Return the file systems that belong to a system."""
        return list(self._mounts("inspect_get_filesystems", root).values())

    @action
    def inspect_get_package_management(self, root: str) -> str:
        """Return "apt", "dnf" … or "unknown"."""
        packages = self._running("inspect_get_package_management").inspect_get_package_format(divided(root)[0])
        return _PACKAGE_MANAGEMENT.get(packages, "unknown")

    @action
    def inspect_get_format(self, root: str) -> str:
        """Return "installed": discs that install or run a system are not recognised as systems."""
        self._mounts("inspect_get_format", root)
        return "installed"

    @action
    def inspect_is_live(self, root: str) -> int:
        """Return 0, see `inspect_get_format`."""
        self._mounts("inspect_is_live", root)
        return 0

    @action
    def inspect_is_netinst(self, root: str) -> int:
        """Return 0, see `inspect_get_format`."""
        self._mounts("inspect_is_netinst", root)
        return 0

    @action
    def inspect_is_multipart(self, root: str) -> int:
        """Return 0, see `inspect_get_format`."""
        self._mounts("inspect_is_multipart", root)
        return 0

    @action
    def inspect_list_applications(self, root: str) -> Any:
        """List what is installed, as `inspect_list_applications2` does, by older names."""
        listed = self._running("inspect_list_applications").inspect_list_applications2(divided(root)[0])
        structs = compatible(listed, as_dict=self._python_return_dict)
        left_out = {"app2_arch", "app2_class", "app2_spare2", "app2_spare3", "app2_spare4"}
        return [
            {name.replace("app2_", "app_"): value for name, value in struct.items() if name not in left_out}
            for struct in structs
        ]

    def _systems(self, name: str) -> list[OperatingSystem]:
        return self._running(name).inspect_systems()

    def _mounts(self, name: str, root: str) -> dict[bytes, str]:
        for system in self._systems(name):
            if root in {system.root, root_of(system)}:
                return {mount.mountpoint: named(mount) for mount in system.mountpoints}
        raise RuntimeError(f"{name}: {root} is no root that inspect_os has found")
