"""Records about what is found as a whole: operating systems, the survey of an image; and the engine's version."""

from __future__ import annotations

from dataclasses import dataclass, field

from cutaway.records.devices import BlockDevice, Filesystem, LogicalVolume, Mount, PhysicalVolume, RaidArray


@dataclass(frozen=True, slots=True)
class Version:
    """The version of the engine and its daemon."""

    major: int
    minor: int
    release: int
    extra: str = ""


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """An operating system found in the image; unknown facts are "" or 0 or "unknown".

    Attributes:
        root: The mountable of its root file system.
        type: "linux" or "unknown".
        distro: os-release's ID, such as "debian".
        product_name: As a person calls it: "Debian GNU/Linux 12 (bookworm)".
        arch: "x86_64", "i386", "aarch64" … from its programs.
        package_format: "deb", "rpm", "apk", "pacman" or "unknown".
        mountpoints: What to mount where, shortest mount point first, as its fstab says.
    """

    root: str
    type: str
    distro: str
    product_name: str
    major_version: int
    minor_version: int
    hostname: str
    arch: str
    package_format: str
    mountpoints: list[Mount] = field(default_factory=list)


#: What a warning says if a disk is missing.
LACKING = "add the image that holds"


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that was found on the drives of a handle, in one answer.

    Attributes:
        logical_volumes: After activation of all complete volume groups.
        systems: Operating systems, in the order of their devices.
        warnings: What a person should know: damaged tables, missing volumes, as sentences.
        arrays: Software RAID that runs.
    """

    devices: list[BlockDevice]
    filesystems: list[Filesystem]
    physical_volumes: list[PhysicalVolume]
    logical_volumes: list[LogicalVolume]
    systems: list[OperatingSystem]
    warnings: list[str]
    arrays: list[RaidArray] = field(default_factory=list)

    @property
    def lacks_disk(self) -> bool:
        """Whether a part of what was found lies on a disk that is not there: `warnings` tells of what."""
        return any(LACKING in sentence for sentence in self.warnings)


@dataclass(frozen=True, slots=True)
class SystemNames:
    """The names and versions of a kernel and its machine (uname(2))."""

    uts_sysname: str
    uts_release: str
    uts_version: str
    uts_machine: str
