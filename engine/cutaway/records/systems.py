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


#: The first build that is called Windows 11.
WINDOWS_11_BUILD = 22000


@dataclass(frozen=True, slots=True)
class WindowsFacts:
    """What is known of a Windows system beyond what every system has; "" for what is not.

    Attributes:
        systemroot: The path of its system folder in its volume: "/Windows".
        software_hive, system_hive: Paths of these hives of its registry.
        current_control_set: The key of the system's hive that is in force: "ControlSet001".
        drive_mappings: Drive letters, without colons, and the partitions that they mean, as far as these are there.
        has_group_policy: Whether policies of a domain have been applied.
        is_hibernated: Whether its memory lies in the volume, after hibernation or for a fast startup.
    """

    systemroot: str
    software_hive: str = ""
    system_hive: str = ""
    current_control_set: str = ""
    drive_mappings: dict[str, str] = field(default_factory=dict)
    has_group_policy: bool = False
    is_hibernated: bool = False


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """An operating system found in the image; unknown facts are "" or 0 or "unknown".

    Attributes:
        root: The mountable of its root file system; of Windows the volume with its system folder.
        type: "linux", "windows" or "unknown".
        distro: os-release's ID, such as "debian"; "windows".
        product_name: As the system calls itself: "Debian GNU/Linux 12 (bookworm)", "Windows 10 Pro".
        arch: "x86_64", "i386", "aarch64" … from its programs.
        package_format: "deb", "rpm", "apk", "pacman" or "unknown".
        mountpoints: What to mount where, shortest mount point first, as its fstab says.
        product_variant: "Client", "Server", "Server Core" …, of Windows.
        build_id: "19045", of Windows.
        display_version: "22H2", of Windows.
        windows: What only Windows has; None of others.
        has_journal: Whether systemd keeps a journal in its /var/log.
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
    product_variant: str = ""
    build_id: str = ""
    display_version: str = ""
    windows: WindowsFacts | None = None
    has_journal: bool = False

    @property
    def title(self) -> str:
        """What a person calls it: "Windows 11 Pro 23H2". Windows 11 still calls itself Windows 10 in its registry."""
        name = self.product_name
        if self.type == "windows" and self.build_id.isdecimal() and int(self.build_id) >= WINDOWS_11_BUILD:
            name = name.replace("Windows 10", "Windows 11", 1)
        return " ".join(filter(None, [name, self.display_version]))

    @property
    def drive_mappings(self) -> dict[str, str]:
        """Drive letters and the partitions that they mean; empty of what is not Windows."""
        return self.windows.drive_mappings if self.windows is not None else {}


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
