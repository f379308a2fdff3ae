"""Calls about NTFS (ntfs-3g)."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class NtfsCalls:
    """NTFS looked at and resized."""

    @call(number=640, feature="ntfs3g")
    def ntfs_3g_probe(self, rw: bool, device: Device) -> int:
        """Return whether a volume could be mounted, by the status of ntfs-3g.probe(8): 0 yes, 12 it is no NTFS …"""

    @call(number=641, feature="ntfs3g", cancellable=True)
    def ntfsfix(self, device: Device, clearbadsectors: bool = False) -> None:
        """Correct the simplest inconsistencies, and have Windows check the volume when it starts (ntfsfix(8))."""

    @call(number=642, feature="ntfsprogs", cancellable=True)
    def ntfsresize(self, device: Device, size: int | None = None, force: bool = False) -> None:
        """Resize a volume to so many bytes, or to its device (ntfsresize(8)).

        It is marked for a check then; it is resized again before that only with `force`.
        """
