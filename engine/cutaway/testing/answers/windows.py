"""Answers about Windows systems that were found."""

from __future__ import annotations

from cutaway.records import WindowsFacts
from cutaway.testing.answers.inspection import InspectionAnswers
from cutaway.testing.vfs import Refusal


class WindowsAnswers(InspectionAnswers):
    """WindowsCalls, answered. Of libosinfo's names the fake knows those of Debian and Windows 10."""

    def inspect_get_product_variant(self, root: str) -> str:
        """Say the variant."""
        return self._system(root).product_variant or "unknown"

    def inspect_get_build_id(self, root: str) -> str:
        """Say the build."""
        return self._system(root).build_id or "unknown"

    def _windows(self, root: str) -> WindowsFacts:
        found = self._system(root).windows
        if found is None:
            raise Refusal("EINVAL", f"{root}: this is no Windows")
        return found

    def inspect_get_windows_systemroot(self, root: str) -> str:
        """Say the system's folder."""
        return self._windows(root).systemroot

    def inspect_get_windows_current_control_set(self, root: str) -> str:
        """Say the key in force."""
        return self._windows(root).current_control_set

    def inspect_get_windows_software_hive(self, root: str) -> str:
        """Say a hive's path."""
        return self._windows(root).software_hive

    def inspect_get_windows_system_hive(self, root: str) -> str:
        """Say a hive's path."""
        return self._windows(root).system_hive

    def inspect_get_windows_group_policy(self, root: str) -> bool:
        """Say whether there are policies."""
        return self._windows(root).has_group_policy

    def inspect_get_drive_mappings(self, root: str) -> dict[str, str]:
        """Say the letters."""
        return self._system(root).drive_mappings

    def inspect_get_osinfo(self, root: str) -> str:
        """Say libosinfo's name."""
        system = self._system(root)
        return {"windows": "win10", "debian": f"debian{system.major_version}"}.get(system.distro, "unknown")
