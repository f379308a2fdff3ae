"""Calls about swap space. The appliance really swaps to what is switched on."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, GuestPath, call


class SwapCalls:
    """Swap space made in files, switched on and off (swapon(2))."""

    @call(number=650)
    def mkswap_file(self, path: GuestPath) -> None:
        """Make a file of the image swap space; it keeps its size."""

    @call(number=651)
    def swapon_device(self, device: Device) -> None:
        """Swap to a device."""

    @call(number=652, cancellable=True)
    def swapoff_device(self, device: Device) -> None:
        """Swap to a device no longer."""

    @call(number=653)
    def swapon_file(self, file: GuestPath) -> None:
        """Swap to a file of the image, which has no holes."""

    @call(number=654, cancellable=True)
    def swapoff_file(self, file: GuestPath) -> None:
        """Swap to a file no longer."""

    @call(number=655)
    def swapon_label(self, label: str) -> None:
        """Swap to the device of that label."""

    @call(number=656, cancellable=True)
    def swapoff_label(self, label: str) -> None:
        """Swap to it no longer."""

    @call(number=657, feature="linuxfsuuid")
    def swapon_uuid(self, uuid: str) -> None:
        """Swap to the device of that UUID."""

    @call(number=658, feature="linuxfsuuid", cancellable=True)
    def swapoff_uuid(self, uuid: str) -> None:
        """Swap to it no longer."""
