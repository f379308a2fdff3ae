"""Calls about what inspection knows of Windows systems, and of any system by names that others use."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Mountable, call


class WindowsCalls:
    """What inspect_os has found of a Windows. Paths are spelt as they are in the image; the system's volume is "/".

    inspect_get_windows_* fail with EINVAL if the system is no Windows, or its registry does not tell.
    """

    @call(number=400)
    def inspect_get_product_variant(self, root: Mountable) -> str:
        """Return "Client", "Server", "Server Core" …; "unknown" of what is not Windows."""

    @call(number=401)
    def inspect_get_build_id(self, root: Mountable) -> str:
        """Return the number of the build: "19045"; "unknown" of what is not Windows."""

    @call(number=402)
    def inspect_get_windows_systemroot(self, root: Mountable) -> str:
        """Return the path of the system's folder: "/Windows"."""

    @call(number=403)
    def inspect_get_windows_current_control_set(self, root: Mountable) -> str:
        """Return the key of the system's hive that is in force: "ControlSet001"."""

    @call(number=404)
    def inspect_get_windows_software_hive(self, root: Mountable) -> str:
        """Return the path of the hive of what is installed: HKEY_LOCAL_MACHINE, SOFTWARE."""

    @call(number=405)
    def inspect_get_windows_system_hive(self, root: Mountable) -> str:
        """Return the path of the hive of the machine: HKEY_LOCAL_MACHINE, SYSTEM."""

    @call(number=406)
    def inspect_get_windows_group_policy(self, root: Mountable) -> bool:
        """Return whether policies of a domain have been applied."""

    @call(number=407)
    def inspect_get_drive_mappings(self, root: Mountable) -> dict[str, str]:
        """Map drive letters ("C") to partitions, those that are there; empty of what is not Windows."""

    @call(number=408)
    def inspect_get_osinfo(self, root: Mountable) -> str:
        """Return the short name of the system in libosinfo's database: "win10", "ubuntu22.04"; or "unknown"."""

    @call(number=409, cancellable=True, paged=True)
    def inspect_list_applications2(self, root: Mountable) -> list[records.Application]:
        """List what is installed in a system: packages of dpkg, rpm, apk and pacman; of Windows what can be removed.

        ENOTSUP if the system has no such list. What rpm has not written from its log (-wal) into its database is left
        out.
        """
