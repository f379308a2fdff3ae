"""What images of the fake appliance hold: partitions, volume groups, file systems. Frozen descriptions, shared freely.

Each appliance makes its own tree from `FakeFileSystem.make_root`, so that what one handle writes no other sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.records import OperatingSystem
from cutaway.testing.content import BLOCK, Content, Sparse
from cutaway.testing.nodes import Folder

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FakeFileSystem:
    """A file system, or other content such as "swap", which has no root.

    Attributes:
        vfs_type: As blkid(8) names it.
        make_root: Returns a new tree; None: it cannot be mounted.
        damage: If not empty, mounting fails and this is what mount says.
        system: Returns the system that has its root on this device, where the tree alone does not tell.
    """

    vfs_type: str
    make_root: Callable[[], Folder] | None = None
    label: str = ""
    uuid: str = ""
    damage: str = ""
    system: Callable[[str], OperatingSystem] | None = None


@dataclass(frozen=True, slots=True)
class FakeVolume:
    """A logical volume."""

    name: str
    size_bytes: int
    holding: FakeFileSystem | None = None
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class FakeVolumeGroup:
    """An LVM volume group on one physical volume, in extents of 4 MiB."""

    name: str
    uuid: str
    pv_uuid: str
    volumes: tuple[FakeVolume, ...] = ()

    def size_on(self, device_bytes: int) -> int:
        """The size of the group on a device of that size: whole extents after 1 MiB of metadata."""
        return (device_bytes - MIB) // (4 * MIB) * 4 * MIB

    @property
    def used_bytes(self) -> int:
        """What the volumes take."""
        return sum(volume.size_bytes for volume in self.volumes)


@dataclass(frozen=True, slots=True)
class FakeEncrypted:
    """An encrypted volume, whose inside begins 16 MiB after its start.

    Attributes:
        key: What unlocks it.
        holding: What is in it.
        vfs_type: "crypto_LUKS" or "BitLocker".
        derive_s: How long it takes to find out whether a key is right.
    """

    key: bytes
    holding: FakeFileSystem | FakeVolumeGroup | None = None
    uuid: str = ""
    vfs_type: str = "crypto_LUKS"
    derive_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FakeRaidMember:
    """A member of an array."""

    uuid: str


Holding = FakeFileSystem | FakeVolumeGroup | FakeEncrypted | FakeRaidMember | None


@dataclass(frozen=True, slots=True)
class FakePartition:
    """A partition of an image."""

    start_bytes: int
    size_bytes: int
    holding: Holding = None


@dataclass(frozen=True, slots=True)
class FakeImage:
    """A whole image.

    Attributes:
        partition_table: "gpt", "dos" or "".
        partitions: In the order of their numbers, from 1 on.
        holding: What the unpartitioned drive holds.
        content: The raw bytes; None: holes with a boot signature.
        error: If not empty, attaching it fails with an ImageFormatError of that message.
        snapshots: The points in time that it keeps: names, and what it held then.
    """

    size_bytes: int
    partition_table: str = ""
    partitions: tuple[FakePartition, ...] = ()
    holding: Holding = None
    content: Content | None = None
    error: str = ""
    snapshots: tuple[tuple[str, FakeImage], ...] = ()

    @property
    def bytes(self) -> Content:
        """The raw content."""
        if self.content is not None:
            return self.content
        return Sparse(self.size_bytes, ((0, bytes(510) + b"\x55\xaa" + bytes(BLOCK - 512)),))


def disk(*holdings: tuple[int, Holding], table: str = "gpt") -> FakeImage:
    """Return an image with partitions of the given sizes in MiB, one after another from 1 MiB on."""
    partitions, start = [], MIB
    for size_mib, holding in holdings:
        partitions.append(FakePartition(start, size_mib * MIB, holding))
        start += size_mib * MIB
    return FakeImage(start + MIB, table, tuple(partitions))


@dataclass(slots=True)
class Block:
    """A block device of the running fake: a drive, a partition, a logical volume or the inside of an encrypted one.

    Attributes:
        container: The encrypted volume that it is the inside of; "" if it is none.
        readonly: Whether nothing can be written to it.
    """

    name: str
    content: Content
    holding: Holding = None
    root: Folder | None = field(default=None)
    container: str = ""
    readonly: bool = False

    @property
    def size_bytes(self) -> int:
        """Its size."""
        return self.content.size

    def tree(self) -> Folder | None:
        """Return the root of its file system, made once."""
        if self.root is None and isinstance(self.holding, FakeFileSystem) and self.holding.make_root:
            self.root = self.holding.make_root()
        return self.root
