"""Calls that make encrypted volumes and change their keys (cryptsetup(8))."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, Secret, call


class LuksCalls:
    """LUKS volumes made, and keys added and taken away. Deriving keys takes seconds, and as much memory as there is.

    How hard a passphrase is to guess is measured where it is set: without KVM the appliance is slow, and less work is
    done in the same time. A key that a machine has made needs none.

    Key slots are counted from 0; a LUKS 2 volume has 32 of them. Fails with WRONGKEY if a key opens nothing.
    """

    @call(number=614, feature="luks", cancellable=True)
    def luks_format(self, device: Device, key: Secret, keyslot: int) -> None:
        """Make a device an encrypted volume with one key; what it held is lost."""

    @call(number=615, feature="luks", cancellable=True)
    def luks_format_cipher(self, device: Device, key: Secret, keyslot: int, cipher: str) -> None:
        """Do so with a cipher by its name, such as "aes-xts-plain64"."""

    @call(number=616, feature="luks", cancellable=True)
    def luks_add_key(self, device: Device, key: Secret, newkey: Secret, keyslot: int) -> None:
        """Let a volume be unlocked by another key too; `key` is one that it has."""

    @call(number=617, feature="luks", cancellable=True)
    def luks_kill_slot(self, device: Device, key: Secret, keyslot: int) -> None:
        """Take a key away, by its slot; `key` is one that remains."""
