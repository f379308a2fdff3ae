"""Names of libguestfs that are older than those which took their place: the same work, by other arguments."""

from __future__ import annotations

from cutaway.compat.action import action
from cutaway.compat.greps import Greps
from cutaway.compat.shapes import Struct, xfsinfo_struct
from cutaway.compat.subvolumes import divided


class Older(Greps):
    """The older names."""

    @action
    def vgscan(self) -> None:
        """Look for volume groups; libguestfs would rather have lvm_scan."""
        self._running("vgscan").lvm_scan(activate=False)

    @action
    def mkfs_b(self, fstype: str, blocksize: int, device: str) -> None:
        """Make a file system with blocks of a size."""
        self._running("mkfs_b").mkfs(fstype, self._unlabelled(device), blocksize=blocksize)

    @action
    def mkswap_L(self, label: str, device: str) -> None:  # noqa: N802 libguestfs' name
        """Make swap space with a label."""
        self._running("mkswap_L").mkswap(self._unlabelled(device), label=label)

    @action
    def mkswap_U(self, uuid: str, device: str) -> None:  # noqa: N802 libguestfs' name
        """Make swap space with a UUID."""
        self._running("mkswap_U").mkswap(self._unlabelled(device), uuid=uuid)

    @action
    def mke2journal(self, blocksize: int, device: str) -> None:
        """Make a journal on a device of its own."""
        self._running("mke2journal").mke2fs(self._unlabelled(device), blocksize=blocksize, journaldev=True)

    @action
    def mke2journal_L(self, blocksize: int, label: str, device: str) -> None:  # noqa: N802 libguestfs' name
        """Make a journal with a label."""
        handle = self._running("mke2journal_L")
        handle.mke2fs(self._unlabelled(device), blocksize=blocksize, journaldev=True, label=label)

    @action
    def mke2journal_U(self, blocksize: int, uuid: str, device: str) -> None:  # noqa: N802 libguestfs' name
        """Make a journal with a UUID."""
        handle = self._running("mke2journal_U")
        handle.mke2fs(self._unlabelled(device), blocksize=blocksize, journaldev=True, uuid=uuid)

    @action
    def mke2fs_J(self, fstype: str, blocksize: int, device: str, journal: str) -> None:  # noqa: N802 libguestfs' name
        """Make a file system with its journal on another device."""
        self._with_journal("mke2fs_J", fstype, blocksize, device, self._unlabelled(journal))

    @action
    def mke2fs_JL(self, fstype: str, blocksize: int, device: str, label: str) -> None:  # noqa: N802 libguestfs' name
        """Make a file system with its journal on the device of a label."""
        self._with_journal("mke2fs_JL", fstype, blocksize, device, f"LABEL={label}")

    @action
    def mke2fs_JU(self, fstype: str, blocksize: int, device: str, uuid: str) -> None:  # noqa: N802 libguestfs' name
        """Make a file system with its journal on the device of a UUID."""
        self._with_journal("mke2fs_JU", fstype, blocksize, device, f"UUID={uuid}")

    def _with_journal(self, name: str, fstype: str, blocksize: int, device: str, journal: str) -> None:
        handle = self._running(name)
        handle.mke2fs(self._unlabelled(device), blocksize=blocksize, fstype=fstype, journaldevice=journal)

    @action
    def e2fsck_f(self, device: str) -> None:
        """Check a file system of ext's family, and correct what is safe."""
        self._running("e2fsck_f").e2fsck(self._unlabelled(device), correct=True)

    @action
    def ntfsresize_size(self, device: str, size: int) -> None:
        """Resize an NTFS to so many bytes."""
        self._running("ntfsresize_size").ntfsresize(self._unlabelled(device), size=size)

    @action
    def set_e2label(self, device: str, label: str) -> None:
        """Give a file system another label."""
        self._running("set_e2label").set_label(self._unlabelled(device), label)

    @action
    def get_e2label(self, device: str) -> str:
        """Return the label of a file system."""
        return self._running("get_e2label").vfs_label(self._unlabelled(device))

    @action
    def set_e2uuid(self, device: str, uuid: str) -> None:
        """Give a file system another UUID."""
        self._running("set_e2uuid").set_uuid(self._unlabelled(device), uuid)

    @action
    def get_e2uuid(self, device: str) -> str:
        """Return the UUID of a file system."""
        return self._running("get_e2uuid").vfs_uuid(self._unlabelled(device))

    @action
    def checksum_device(self, csumtype: str, device: str) -> str:
        """Return the checksum of a device."""
        return self._running("checksum_device").checksum(csumtype, self._unlabelled(device))

    @action
    def blockdev_setbsz(self, device: str, blocksize: int) -> None:
        """Fail: the kernel lets nobody choose the size of a device's blocks for others."""
        raise NotImplementedError(f"{device} cannot have blocks of {blocksize} bytes: the kernel chooses them")

    @action
    def xfs_info(self, pathordevice: str) -> Struct:
        """Return the geometry of an XFS as a struct; libguestfs would rather have xfs_info2."""
        return xfsinfo_struct(self._running("xfs_info").xfs_info2(self._unlabelled(pathordevice)))

    @action
    def btrfs_set_seeding(self, device: str, seeding: bool) -> None:
        """Make a btrfs a seed, or no longer; libguestfs would rather have btrfstune_seeding."""
        self._running("btrfs_set_seeding").btrfstune_seeding(self._unlabelled(device), bool(seeding))

    @action
    def dd(self, src: str, dest: str) -> None:
        """Copy all of a device or file to another."""
        handle = self._running("dd")
        source = self._unlabelled(src)
        size = handle.blockdev_getsize64(source) if source.startswith("/dev/") else handle.filesize(source)
        handle.copy_size(source, self._unlabelled(dest), size)

    @action
    def mountable_device(self, mountable: str) -> str:
        """Return the device of what can be mounted."""
        return divided(mountable)[0]

    @action
    def mountable_subvolume(self, mountable: str) -> str:
        """Return the subvolume of what can be mounted."""
        volume = divided(mountable)[1]
        if not volume:
            raise RuntimeError(f"mountable_subvolume: {mountable}: this is no btrfs subvolume")
        return volume

    @action
    def list_9p(self) -> list[str]:
        """Return nothing: no folder of the host is shared with the appliance."""
        self._running("list_9p")
        return []
