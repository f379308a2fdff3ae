"""Calls about XFS (xfsprogs)."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, GuestPath, Mountable, call


class XfsCalls:
    """XFS looked at, named, repaired and made larger."""

    @call(number=630, feature="xfs")
    def xfs_info2(self, pathordevice: Mountable) -> dict[str, str]:
        """Return the geometry of an XFS, mounted or not, by the names of xfs_info(8): "data.bsize" …"""

    @call(number=631, feature="xfs", cancellable=True)
    def xfs_growfs(
        self,
        path: GuestPath,
        datasec: bool = False,
        logsec: bool = False,
        rtsec: bool = False,
        datasize: int | None = None,
        logsize: int | None = None,
        rtsize: int | None = None,
        rtextsize: int | None = None,
        maxpct: int | None = None,
    ) -> None:
        """Make a mounted XFS larger, without options as large as its device (xfs_growfs(8)); sizes are in blocks."""

    @call(number=632, feature="xfs")
    def xfs_admin(
        self,
        device: Device,
        extunwritten: bool = False,
        imgfile: bool = False,
        v2log: bool = False,
        projid32bit: bool = False,
        lazycounter: bool | None = None,
        label: str | None = None,
        uuid: str | None = None,
    ) -> None:
        """Change parameters of an XFS that is not mounted (xfs_admin(8))."""

    @call(number=633, feature="xfs", cancellable=True)
    def xfs_repair(
        self,
        device: Mountable,
        forcelogzero: bool = False,
        nomodify: bool = False,
        noprefetch: bool = False,
        forcegeometry: bool = False,
        maxmem: int | None = None,
        ihashsize: int | None = None,
        bhashsize: int | None = None,
        agstride: int | None = None,
        logdev: str | None = None,
        rtdev: str | None = None,
    ) -> int:
        """Repair an XFS, on a device or in a file, and return the status of xfs_repair(8).

        0: all is well now; 1: with `nomodify`, something is wrong; 2: the log has to be replayed first, by mounting it.
        """
