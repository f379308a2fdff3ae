"""A sample with a Windows, as far as whoever looks at it can tell. Tests build the same as a real image.

/dev/sda1  ntfs  System  C:  Windows/System32 with the hives SOFTWARE, SYSTEM and SAM, Users/ada
/dev/sda2  ntfs  Data    D:
"""

from __future__ import annotations

import struct
import uuid

from cutaway.records import Mount, OperatingSystem, WindowsFacts
from cutaway.testing.images import MIB, FakeFileSystem, FakeImage, disk
from cutaway.testing.nodes import Entries, Folder, file, folder
from cutaway.testing.registry import REG_BINARY, FakeHive, FakeKey, dword, text, texts, tree

SYSTEM_MIB, DATA_MIB = 64, 32
SYSTEM_START, DATA_START = MIB, (1 + SYSTEM_MIB) * MIB
SYSTEM_GUID = uuid.UUID("5a1f3c58-6d1b-4d3e-9a27-1b7f0c6e5d01")
DATA_GUID = uuid.UUID("8d2e7f4a-03c9-4b61-8e55-c4a9d0b1f602")
#: Of a disk with an MBR.
SIGNATURE = 0x1F2E3D4C
VERSION = "Microsoft\\Windows NT\\CurrentVersion"
UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"
USER_SID = "S-1-5-21-1004336348-1177238915-682003330-1001"
#: COFF header and the beginning of the optional one of a program for x86-64.
_COFF = struct.pack("<4sHHIIIHHH", b"PE", 0x8664, 1, 0, 0, 0, 240, 0x22, 0x20B)
PROGRAM = (b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80) + bytes(0x40) + _COFF).ljust(512, b"\0")
#: Alternate data streams of a file, as a browser makes one.
STREAMS = {b"Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=3\r\n"}
ASLEEP = b"HIBR".ljust(4096, b"\0")


def software() -> FakeKey:
    """Return the hive of what is installed."""
    return tree({
        VERSION: {
            "ProductName": text("Windows 10 Pro"), "InstallationType": text("Client"), "CurrentVersion": text("6.3"),
            "CurrentBuild": text("19045"), "CurrentBuildNumber": text("19045"), "DisplayVersion": text("22H2"),
            "CurrentMajorVersionNumber": dword(10), "CurrentMinorVersionNumber": dword(0),
        },
        f"{VERSION}\\ProfileList\\{USER_SID}": {"ProfileImagePath": text("C:\\Users\\ada")},
        f"{UNINSTALL}\\7-Zip": {
            "DisplayName": text("7-Zip 23.01 (x64)"), "DisplayVersion": text("23.01"), "Publisher": text("Igor Pavlov"),
            "InstallLocation": text("C:\\Program Files\\7-Zip\\"),
        },
        f"{UNINSTALL}\\KB5000001": {"ParentKeyName": text("OperatingSystem")},
        f"{UNINSTALL}\\{{90160000-008C}}": {
            "DisplayName": text("Schreibprogramm für Ürsula"), "DisplayVersion": text("16.0.1"),
            "Publisher": text("Büro AG"), "URLInfoAbout": text("https://example.com/"), "Comments": text("Texte"),
        },
        f"WOW6432Node\\{UNINSTALL}\\Old": {"DisplayName": text("Old Thing"), "DisplayVersion": text("1.0")},
        "Microsoft\\Lists": {
            "": text("the default"), "Several": texts("one", "two"), "Bytes": (REG_BINARY, bytes(range(16))),
            "Größe": dword(42),
        },
        "Microsoft\\Schlüssel": {"Name": text("Wert")},
    })  # fmt: skip


def system(table: str = "gpt") -> FakeKey:
    """Return the hive of the machine, whose letters mean the partitions of a disk with a table of that kind."""

    def letter(guid: uuid.UUID, start: int) -> tuple[int, bytes]:
        data = b"DMIO:ID:" + guid.bytes_le if table == "gpt" else struct.pack("<IQ", SIGNATURE, start)
        return REG_BINARY, data

    return tree({
        "Select": {"Current": dword(1), "Default": dword(1)},
        "ControlSet001\\Services\\Tcpip\\Parameters": {"Hostname": text("ADA-PC")},
        "ControlSet001\\Control\\ComputerName\\ComputerName": {"ComputerName": text("ADA-PC")},
        "MountedDevices": {
            "\\DosDevices\\C:": letter(SYSTEM_GUID, SYSTEM_START), "\\DosDevices\\D:": letter(DATA_GUID, DATA_START),
            "\\DosDevices\\E:": (REG_BINARY, "\\??\\SCSI#CdRom".encode("utf-16-le")),
        },
    })  # fmt: skip


def system_root(table: str = "gpt", *, is_asleep: bool = False) -> Folder:
    """Return a new tree of the system's volume; what nobody may rely on is not spelt as usual."""
    accounts = tree({"SAM\\Domains\\Account\\Users\\Names\\ada": {"": (0x3E9, b"")}})
    user = tree({"Software\\Cutaway": {"Colour": text("green")}})
    config: Entries = {
        b"SAM": file(FakeHive(accounts)), b"SOFTWARE": file(FakeHive(software())),
        b"system": file(FakeHive(system(table))),
    }  # fmt: skip
    asleep: Entries = {b"hiberfil.sys": file(ASLEEP)} if is_asleep else {}
    home: Entries = {
        b"NTUSER.DAT": file(FakeHive(user)),
        b"notes.txt": file(b"Remember the milk.\r\n", streams=STREAMS),
    }
    return folder({
        b"Program Files": folder(),
        b"Users": folder({b"ada": folder(home)}),
        b"Windows": folder({b"System32": folder({b"cmd.exe": file(PROGRAM), b"config": folder(config)})}),
        **asleep,
    })  # fmt: skip


def windows_image(table: str = "gpt", *, is_asleep: bool = False) -> FakeImage:
    """Return the sample."""

    def facts(root: str) -> OperatingSystem:
        config, data = "/Windows/System32/config", f"{root[:-1]}2"
        windows = WindowsFacts(
            "/Windows", f"{config}/SOFTWARE", f"{config}/system", "ControlSet001", {"C": root, "D": data},
            is_hibernated=is_asleep,
        )  # fmt: skip
        return OperatingSystem(
            root, "windows", "windows", "Windows 10 Pro", 10, 0, "ADA-PC", "x86_64", "unknown",
            [Mount(root, b"/", "ntfs")], "Client", "19045", "22H2", windows,
        )  # fmt: skip

    tree_of_system = FakeFileSystem(
        "ntfs", lambda: system_root(table, is_asleep=is_asleep), "System", "1A2B3C4D5E6F7081", system=facts
    )
    data = FakeFileSystem("ntfs", lambda: folder({b"music": folder()}), "Data", "2B3C4D5E6F708192")
    return disk((SYSTEM_MIB, tree_of_system), (DATA_MIB, data), table=table)
