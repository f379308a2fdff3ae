"""Answers about encrypted volumes."""

from __future__ import annotations

from cutaway.testing.answers.base import Family
from cutaway.testing.guest import Attached, Range
from cutaway.testing.images import MIB, Block, FakeEncrypted, FakeVolumeGroup
from cutaway.testing.vfs import Refusal

#: Where the inside begins.
OFFSET = 16 * MIB
TYPES = {"luks": "crypto_LUKS", "luks1": "crypto_LUKS", "luks2": "crypto_LUKS", "bitlk": "BitLocker"}


class CryptsetupAnswers(Family):
    """CryptsetupCalls, answered."""

    def cryptsetup_open(
        self, device: str, key: bytes, mapname: str, readonly: bool = False, crypttype: str | None = None
    ) -> None:  # fmt: skip
        """Let the inside of a volume appear, if the key is right."""
        block = self.guest.block(device)
        volume = block.holding
        if not isinstance(volume, FakeEncrypted) or (crypttype and TYPES.get(crypttype) != volume.vfs_type):
            raise Refusal("EINVAL", f"{device}: this is no encrypted volume")
        if mapname.startswith("-") or "/" in mapname:
            raise Refusal("EINVAL", f"{mapname}: no mapping can be called so")
        name = f"/dev/mapper/{mapname}"
        if name in self.guest.blocks():
            raise Refusal("EEXIST", f"{mapname}: there is a mapping of that name")
        self.work.pause(volume.derive_s)
        if key != volume.key:
            raise Refusal("WRONGKEY", f"{device} cannot be unlocked with this passphrase or key")
        inside = Range(block.content, OFFSET, max(0, block.size_bytes - OFFSET))
        mapping = Block(name, inside, volume.holding, container=block.name, readonly=readonly)
        drive = self._drive_of(block)
        drive.mappings.append(mapping)
        drive.take_volumes(mapping)

    def _drive_of(self, block: Block) -> Attached:
        return next(drive for drive in self.guest.drives if any(one is block for one in drive.blocks))

    def cryptsetup_close(self, device: str) -> None:
        """Let the inside of a volume go."""
        mapping = self.guest.block(device)
        if not mapping.container:
            raise Refusal("EINVAL", f"{device} is no unlocked volume", "cryptsetup")
        group = mapping.holding if isinstance(mapping.holding, FakeVolumeGroup) else None
        is_active = group is not None and bool(group.volumes) and self.guest.groups_active
        if is_active or any(mounted.device == mapping.name for mounted in self.tree.table):
            raise Refusal("EBUSY", f"{device}: it is in use")
        drive = self._drive_of(mapping)
        drive.mappings.remove(mapping)
        if group is not None:
            drive.volumes = [one for one in drive.volumes if not one.name.startswith(f"/dev/{group.name}/")]

    def luks_uuid(self, device: str) -> str:
        """Say the UUID."""
        volume = self.guest.block(device).holding
        if not isinstance(volume, FakeEncrypted) or volume.vfs_type != "crypto_LUKS":
            raise Refusal("EINVAL", f"{device}: this is no LUKS volume")
        return volume.uuid
