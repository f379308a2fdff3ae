"""The values that calls return: frozen dataclasses, shared by host and guest.

On the wire a record is the array of its fields in the order of their declaration; new fields go to the end and
have a default. Names and paths from images are bytes. Sizes are in bytes, times in nanoseconds since the epoch.

They are loaded when they are first used: making fifty dataclasses takes a tenth of the start of `cutaway`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutaway.records.btrfs import BtrfsBalance, BtrfsQgroup, BtrfsScrub, BtrfsSubvolume
    from cutaway.records.databases import SqliteInfo, SqliteTable, SqliteValue
    from cutaway.records.devices import (
        BlockDevice,
        Filesystem,
        LogicalVolume,
        Mount,
        Partition,
        PhysicalVolume,
        RaidArray,
        StatVfs,
        TableEntry,
        VolumeGroup,
    )
    from cutaway.records.facts import ArrayMember, IsoInfo
    from cutaway.records.files import (
        ContentHit,
        ContentMap,
        DataStream,
        DirectoryEntry,
        EntryAttributes,
        ExportItem,
        ExtendedAttribute,
        FolderEntry,
        InotifyEvent,
        InsertFailure,
        InsertPlace,
        Stat,
        TransferFailure,
        TreeEntry,
        instant,
    )
    from cutaway.records.journal import JournalBoot, JournalEntry, JournalField, JournalFile
    from cutaway.records.registry import (
        Application,
        RegistryKey,
        RegistryValue,
    )
    from cutaway.records.systems import (
        LACKING,
        OperatingSystem,
        Survey,
        SystemNames,
        Version,
        WindowsFacts,
    )

__all__ = [
    "LACKING",
    "Application",
    "ArrayMember",
    "BlockDevice",
    "BtrfsBalance",
    "BtrfsQgroup",
    "BtrfsScrub",
    "BtrfsSubvolume",
    "ContentHit",
    "ContentMap",
    "DataStream",
    "DirectoryEntry",
    "EntryAttributes",
    "ExportItem",
    "ExtendedAttribute",
    "Filesystem",
    "FolderEntry",
    "InotifyEvent",
    "InsertFailure",
    "InsertPlace",
    "IsoInfo",
    "JournalBoot",
    "JournalEntry",
    "JournalField",
    "JournalFile",
    "LogicalVolume",
    "Mount",
    "OperatingSystem",
    "Partition",
    "PhysicalVolume",
    "RaidArray",
    "RegistryKey",
    "RegistryValue",
    "SqliteInfo",
    "SqliteTable",
    "SqliteValue",
    "Stat",
    "StatVfs",
    "Survey",
    "SystemNames",
    "TableEntry",
    "TransferFailure",
    "TreeEntry",
    "Version",
    "VolumeGroup",
    "WindowsFacts",
    "instant",
]

_HOMES = ("files", "devices", "systems", "btrfs", "facts", "registry", "journal", "databases")


def __getattr__(name: str) -> Any:
    for home in _HOMES if name in __all__ else ():
        module = importlib.import_module(f"cutaway.records.{home}")
        if name in vars(module):
            return vars(module)[name]
    raise AttributeError(f"module 'cutaway.records' has no attribute {name!r}")
