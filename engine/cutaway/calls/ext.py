"""Calls about ext2, ext3 and ext4 (e2fsprogs)."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class ExtCalls:
    """File systems of ext's family."""

    @call(number=620, cancellable=True)
    def e2fsck(self, device: Device, correct: bool = False, forceall: bool = False, forceno: bool = False) -> None:
        """Check a file system, also one that is marked as clean (e2fsck(8)).

        Args:
            device: What it is on.
            correct: Correct what is safe; so it is too without any option.
            forceall: Correct everything.
            forceno: Correct nothing.
        """

    @call(number=621, cancellable=True)
    def resize2fs(self, device: Device) -> None:
        """Let a file system have all of its device (resize2fs(8)); one that is not mounted is checked before."""

    @call(number=622, cancellable=True)
    def resize2fs_size(self, device: Device, size: int) -> None:
        """Let it have so many bytes, a multiple of 1024."""

    @call(number=623, cancellable=True)
    def resize2fs_M(self, device: Device) -> None:  # noqa: N802 libguestfs' name
        """Make it as small as it can be."""

    @call(number=624)
    def tune2fs(
        self,
        device: Device,
        force: bool | None = None,
        maxmountcount: int | None = None,
        mountcount: int | None = None,
        errorbehavior: str | None = None,
        group: int | None = None,
        intervalbetweenchecks: int | None = None,
        reservedblockspercentage: int | None = None,
        lastmounteddirectory: str | None = None,
        reservedblockscount: int | None = None,
        user: int | None = None,
    ) -> None:
        """Change what the superblock says, as tune2fs(8) does; the interval is in seconds."""

    @call(number=625)
    def tune2fs_l(self, device: Device) -> dict[str, str]:
        """Return what the superblock says, by the names of tune2fs(8) with -l; "" for what it has not."""

    @call(number=626, cancellable=True)
    def mke2fs(
        self,
        device: Device,
        blockscount: int | None = None,
        blocksize: int | None = None,
        fragsize: int | None = None,
        blockspergroup: int | None = None,
        numberofgroups: int | None = None,
        bytesperinode: int | None = None,
        inodesize: int | None = None,
        journalsize: int | None = None,
        numberofinodes: int | None = None,
        stridesize: int | None = None,
        stripewidth: int | None = None,
        maxonlineresize: int | None = None,
        reservedblockspercentage: int | None = None,
        mmpupdateinterval: int | None = None,
        journaldevice: str | None = None,
        label: str | None = None,
        lastmounteddir: str | None = None,
        creatoros: str | None = None,
        fstype: str | None = None,
        usagetype: str | None = None,
        uuid: str | None = None,
        forcecreate: bool | None = None,
        writesbandgrouponly: bool | None = None,
        lazyitableinit: bool | None = None,
        lazyjournalinit: bool | None = None,
        testfs: bool | None = None,
        discard: bool | None = None,
        quotatype: bool | None = None,
        extent: bool | None = None,
        filetype: bool | None = None,
        flexbg: bool | None = None,
        hasjournal: bool | None = None,
        journaldev: bool | None = None,
        largefile: bool | None = None,
        quota: bool | None = None,
        resizeinode: bool | None = None,
        sparsesuper: bool | None = None,
        uninitbg: bool | None = None,
    ) -> None:
        """Make an ext file system, or a journal for one on another device, with the options of mke2fs(8).

        What is not given is as mke2fs.conf(5) has it. `journaldevice` is a device, "LABEL=…" or "UUID=…".
        """

    @call(number=627, feature="zerofree", cancellable=True)
    def zerofree(self, device: Device) -> None:
        """Fill what a file system that is not mounted does not use with zeros (zerofree(8))."""
