"""Answers about Windows systems that were found."""

from __future__ import annotations

from collections.abc import Iterator

from cutaway.records import Application, WindowsFacts
from cutaway.testing.answers.inspection import InspectionAnswers
from cutaway.testing.registry import FakeHive, FakeKey
from cutaway.testing.vfs import Refusal, Tree
from cutaway.testing.windows import UNINSTALL


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

    def inspect_list_applications2(self, root: str) -> Iterator[Application]:
        """List what is installed: of Windows, and the names and versions of dpkg's packages."""
        system, tree = self._system(root), Tree()
        tree.add(self.guest.block(root), b"/", "ro")
        if system.windows is not None:
            content = tree.file(system.windows.software_hive.encode())[1].content
            if isinstance(content, FakeHive):
                yield from _of_windows(content.root)
        elif system.package_format == "deb":
            yield from _of_dpkg(tree.file(b"/var/lib/dpkg/status")[1].content.read(0, 1 << 24).decode())
        else:
            raise Refusal("ENOTSUP", f"{root}: the fake appliance reads no packages of this format")


def _of_windows(root: FakeKey) -> Iterator[Application]:
    for above in ([], ["WOW6432Node"]):
        found = root.find([*above, *UNINSTALL.split("\\")])
        for name, key in found.keys.items() if found is not None else ():
            told = {word: data.decode("utf-16-le").rstrip("\0") for word, (_, data) in key.values.items()}
            if "DisplayName" in told:
                yield Application(
                    name, told["DisplayName"], 0, told.get("DisplayVersion", ""), "", "",
                    told.get("InstallLocation", ""), told.get("Publisher", ""), told.get("URLInfoAbout", ""), "", "",
                    told.get("Comments", ""),
                )  # fmt: skip


def _of_dpkg(text: str) -> Iterator[Application]:
    for paragraph in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line)
        version, _, release = fields["Version"].rpartition("-")
        yield Application(fields["Package"], version=version, release=release)
