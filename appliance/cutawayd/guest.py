"""What the daemon knows between calls: the mounted tree, the features, the systems that were found."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cutaway.records import OperatingSystem

from cutawayd.kept_reader import KeptReader
from cutawayd.sysroot import Sysroot

if TYPE_CHECKING:
    from cutawayd.ewf import Evidence
    from cutawayd.forked import Servant

#: Feature groups and the program that each needs; those without one are always there, but for MODULES.
FEATURES: dict[str, str | None] = {
    "core": None,
    "linuxxattrs": None,
    "lvm2": "lvm",
    "btrfs": "btrfs",
    "xfs": "xfs_db",
    "ntfs3g": "ntfs-3g",
    "mdadm": "mdadm",
    "luks": "cryptsetup",
    "squashfs": "unsquashfs",
    "gdisk": "sgdisk",
    "f2fs": "fsck.f2fs",
    "xz": "xz",
    "zstd": "zstd",
    "ntfsprogs": "ntfsresize",
    "zerofree": "zerofree",
    "scrub": "shred",
    "wipefs": "wipefs",
    "blkdiscard": None,
    "blkdiscardzeroes": None,
    "fstrim": None,
    "linuxfsuuid": None,
    "mknod": None,
    "inotify": None,
    "acl": "setfacl",
    "linuxcaps": None,
    "hivex": None,
    "journal": None,
}
#: Feature groups that need a module of Python, and those that need a library.
MODULES = ("hivex",)
LIBRARIES = {"journal": "libsystemd.so.0"}
#: The family whose calls look into systems that are not mounted.
JOURNAL = "cutawayd.journal"


@dataclass(slots=True)
class Guest:
    """The state of the daemon."""

    sysroot: Sysroot = field(default_factory=lambda: Sysroot(keeps_root=True))
    features: list[str] = field(default_factory=list)
    systems: list[OperatingSystem] = field(default_factory=list)
    build_hash: str = ""
    #: Names of the hidden folders that are in use.
    insertions: set[bytes] = field(default_factory=set)
    #: False after somebody has deactivated volume groups: they are not activated again by being named.
    may_activate_volumes: bool = True
    #: What limits LVM to some devices: an option of its commands.
    lvm_filter: str = ""
    #: UUID of each array that was seen → its number; while the appliance lives it has no other.
    array_numbers: dict[str, int] = field(default_factory=dict)
    #: Arrays, with the members that they were tried to be started with.
    arrays_tried: set[tuple[str, frozenset[str]]] = field(default_factory=set)
    #: Arrays that somebody has stopped: they are not started again by being looked for.
    arrays_stopped: set[str] = field(default_factory=set)
    #: What inotify_init has opened; -1 for nothing.
    inotify: int = -1
    #: Whether a child has ended that may not have been waited for.
    has_orphans: bool = False
    #: The hive that hivex_open has opened, and its path.
    hive: Servant | None = None
    hive_path: bytes = b""
    #: What reads the hive that is browsed, and what that file was like.
    reader: Servant | None = None
    reader_mark: tuple[int, ...] = ()
    #: The evidence image that is open, and the descriptor of the drive that it is on.
    evidence: Evidence | None = None
    evidence_device: int = -1
    #: What journal_open has opened, and the journals that are browsed.
    journal: KeptReader = field(default_factory=KeptReader)
    journals: KeptReader = field(default_factory=KeptReader)
    #: The database that is browsed.
    database: KeptReader = field(default_factory=KeptReader)

    def let_go(self, family: str) -> None:
        """Close what is browsed on a file system that is not mounted, before a call of another family: it is in use."""
        if self.journals.is_aside and family != JOURNAL:
            self.journals.close()

    def close_hive(self) -> None:
        """Close the hive of hivex_open."""
        if self.hive is not None:
            self.hive.close()
            self.hive = None

    def close_evidence(self) -> None:
        """Close the evidence image."""
        if self.evidence is not None:
            os.close(self.evidence_device)
            self.evidence = None

    def close_reader(self) -> None:
        """Close the hive, journals and database that are browsed."""
        self.journals.close()
        self.database.close()
        if self.reader is not None:
            self.reader.close()
            self.reader = None


def find_features() -> list[str]:
    """Return the feature groups of this appliance."""
    missing = {name for name in MODULES if importlib.util.find_spec(name) is None}
    missing |= {name for name, library in LIBRARIES.items() if not _is_library(library)}
    return [
        name for name, program in FEATURES.items() if name not in missing and (program is None or shutil.which(program))
    ]


def _is_library(name: str) -> bool:
    return any(glob.glob(f"{folder}/{name}") for folder in ("/usr/lib/*", "/usr/lib64", "/lib/*", "/lib64"))


def read_build_hash() -> str:
    """Return the build hash that the appliance was packed with; "" in one packed by hand."""
    path = "/etc/cutaway/build-hash"
    if not os.path.exists(path):
        return ""
    with open(path, encoding="ascii") as file:
        return file.read().strip()
