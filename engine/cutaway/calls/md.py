"""Calls about arrays of Linux software RAID (md(4), mdadm(8))."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class MdCalls:
    """Arrays. Whoever looks for what is on the drives starts them, even if they lack members that can be missed.

    Nothing is written to members before something is written to the array, and no array is resynchronised or reshaped.
    One whose superblock asks for the number N is /dev/mdN, others get numbers from 127 on downwards; of several that
    ask for one number the first on the drives has it. Every appliance with the same drives gives the same names.
    """

    @call(number=220, feature="mdadm", cancellable=True)
    def list_md_devices(self) -> list[str]:
        """List the arrays that run, as "/dev/md0". Those on the drives are started first."""

    @call(number=221, feature="mdadm")
    def md_detail(self, md: Device) -> dict[str, str]:
        """Return what mdadm says of an array: "level", "devices", "metadata", "uuid", "name" and more."""

    @call(number=222, feature="mdadm", cancellable=True)
    def md_create(
        self,
        name: str,
        devices: list[str],
        missingbitmap: int | None = None,
        nrdevices: int | None = None,
        spare: int | None = None,
        chunk: int | None = None,
        level: str | None = None,
    ) -> None:
        """Make an array of devices, and start it.

        A name such as "0", "/dev/md0" or "HOST:0" asks for /dev/md0. Set bits of `missingbitmap` are members that the
        array shall lack for now, in the order of the devices; `spare` is how many devices are spares, `chunk` a size in
        bytes, `level` "linear", "raid0", "raid1" (if none is given) … "raid10".
        """

    @call(number=223, feature="mdadm")
    def md_stop(self, md: Device) -> None:
        """Stop an array; it is not started again by being looked for. Fails with EBUSY while it is in use."""

    @call(number=224)
    def release_drive(self, device: Device) -> None:
        """Stop the arrays that a drive or its partitions are members of, before it is unplugged.

        Fails with EBUSY while one is in use.
        """
