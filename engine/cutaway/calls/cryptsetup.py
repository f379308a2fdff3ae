"""Calls about encrypted volumes: LUKS (versions 1 and 2), BitLocker, TrueCrypt and VeraCrypt (cryptsetup(8))."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, Secret, call


class CryptsetupCalls:
    """Unlocking volumes, and locking them again."""

    @call(number=200, feature="luks", cancellable=True)
    def cryptsetup_open(
        self, device: Device, key: Secret, mapname: str, readonly: bool = False, crypttype: str | None = None
    ) -> None:
        """Unlock an encrypted volume: what is in it appears as /dev/mapper/MAPNAME.

        Volume groups in it are activated as others are, when file systems are listed or a volume is named.

        The key is a passphrase, the content of a key file, or a BitLocker recovery password. What is written ends in
        the drive's overlay, if the drive was added read-only; with `readonly`, or on a device that cannot be written,
        nothing can be. `crypttype` is "luks", "luks1", "luks2", "bitlk", "tcrypt" (VeraCrypt too) or "tcrypt-hidden",
        without it what the device holds; what holds nothing but random bytes is taken for a "tcrypt". The handle
        keeps the key in memory, to unlock the volume again whenever its appliance is started again, until it is locked
        or the handle closed. Fails with WRONGKEY; with EINVAL if the volume is no encrypted one, EEXIST if the name is
        taken, ENOMEM if deriving the key takes more memory than the appliance has.
        """

    @call(number=201, feature="luks")
    def cryptsetup_close(self, device: Device) -> None:
        """Lock a volume again, named by its mapping: /dev/mapper/MAPNAME. Fails with EBUSY while it is in use."""

    @call(number=202, feature="luks")
    def luks_uuid(self, device: Device) -> str:
        """Return the UUID of a LUKS volume. Fails with EINVAL if it is none."""
