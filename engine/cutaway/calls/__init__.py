"""All calls: families, each a class whose methods are declarations, and the table that host and guest share."""

from __future__ import annotations

from typing import Any

from cutaway.calls.access import AccessCalls
from cutaway.calls.appliance import ApplianceCalls
from cutaway.calls.attributes import AttributeCalls
from cutaway.calls.blockdevices import BlockDeviceCalls
from cutaway.calls.btrfstools import BtrfsToolCalls
from cutaway.calls.btrfsvolumes import BtrfsVolumeCalls
from cutaway.calls.changes import ChangeCalls
from cutaway.calls.creation import CreationCalls
from cutaway.calls.cryptsetup import CryptsetupCalls
from cutaway.calls.devices import DeviceCalls
from cutaway.calls.devicestreams import DeviceStreamCalls
from cutaway.calls.evidence import EvidenceCalls
from cutaway.calls.export import ExportCalls
from cutaway.calls.ext import ExtCalls
from cutaway.calls.facts import FactCalls
from cutaway.calls.files import FileCalls
from cutaway.calls.filesystems import FilesystemCalls
from cutaway.calls.hivex import HivexCalls
from cutaway.calls.insertion import InsertionCalls
from cutaway.calls.inspection import InspectionCalls
from cutaway.calls.journal import JournalCalls
from cutaway.calls.listing import ListingCalls
from cutaway.calls.luks import LuksCalls
from cutaway.calls.lvm import LvmCalls
from cutaway.calls.md import MdCalls
from cutaway.calls.mounts import MountCalls
from cutaway.calls.ntfs import NtfsCalls
from cutaway.calls.partitions import PartitionCalls
from cutaway.calls.rawdevices import RawDeviceCalls
from cutaway.calls.reading import ReadingCalls
from cutaway.calls.running import RunningCalls
from cutaway.calls.sqlite import SqliteCalls
from cutaway.calls.streams import StreamCalls
from cutaway.calls.swap import SwapCalls
from cutaway.calls.transfers import TransferCalls
from cutaway.calls.volumes import VolumeCalls
from cutaway.calls.windows import WindowsCalls
from cutaway.calls.writing import WritingCalls
from cutaway.calls.xfs import XfsCalls
from cutaway.protocol.declaration import Call, declared_calls

__all__ = ["CALLS", "AllCalls"]


class AllCalls(
    DeviceCalls,
    MountCalls,
    FileCalls,
    ListingCalls,
    TransferCalls,
    ExportCalls,
    InsertionCalls,
    LvmCalls,
    MdCalls,
    InspectionCalls,
    ApplianceCalls,
    CreationCalls,
    CryptsetupCalls,
    BlockDeviceCalls,
    PartitionCalls,
    VolumeCalls,
    FilesystemCalls,
    ExtCalls,
    XfsCalls,
    NtfsCalls,
    SwapCalls,
    RawDeviceCalls,
    BtrfsVolumeCalls,
    BtrfsToolCalls,
    LuksCalls,
    FactCalls,
    DeviceStreamCalls,
    ChangeCalls,
    WritingCalls,
    AttributeCalls,
    AccessCalls,
    ReadingCalls,
    RunningCalls,
    WindowsCalls,
    HivexCalls,
    StreamCalls,
    EvidenceCalls,
    JournalCalls,
    SqliteCalls,
):
    """Every call there is."""


#: Every call by its name.
CALLS: dict[str, Call[..., Any]] = declared_calls(AllCalls)
