"""Calls about what a model in memory has not: superblocks, tables beyond places, programs. Each is refused.

The families that are answered stand before this one, and hide its refusals.

They are made from their declarations, so that a new one of these families needs nothing here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from cutaway.calls.attributes import AttributeCalls
from cutaway.calls.blockdevices import BlockDeviceCalls
from cutaway.calls.btrfstools import BtrfsToolCalls
from cutaway.calls.btrfsvolumes import BtrfsVolumeCalls
from cutaway.calls.devicestreams import DeviceStreamCalls
from cutaway.calls.evidence import EvidenceCalls
from cutaway.calls.ext import ExtCalls
from cutaway.calls.facts import FactCalls
from cutaway.calls.filesystems import FilesystemCalls
from cutaway.calls.luks import LuksCalls
from cutaway.calls.ntfs import NtfsCalls
from cutaway.calls.partitions import PartitionCalls
from cutaway.calls.rawdevices import RawDeviceCalls
from cutaway.calls.reading import ReadingCalls
from cutaway.calls.running import RunningCalls
from cutaway.calls.swap import SwapCalls
from cutaway.calls.volumes import VolumeCalls
from cutaway.calls.writing import WritingCalls
from cutaway.calls.xfs import XfsCalls
from cutaway.protocol.declaration import Call, declared_calls
from cutaway.testing.answers.base import Family
from cutaway.testing.vfs import Refusal

FAMILIES = (
    BlockDeviceCalls, PartitionCalls, VolumeCalls, FilesystemCalls, ExtCalls, XfsCalls, NtfsCalls, SwapCalls,
    RawDeviceCalls, BtrfsVolumeCalls, BtrfsToolCalls, LuksCalls, FactCalls, DeviceStreamCalls,
    EvidenceCalls, AttributeCalls, ReadingCalls, RunningCalls, WritingCalls,
)  # fmt: skip


class NotInMemoryAnswers(Family):
    """The refusals; filled below."""


def _refusal(call: Call[..., Any]) -> Callable[..., None]:
    def method(_self: NotInMemoryAnswers, *_values: Any) -> None:
        raise Refusal(
            "EOPNOTSUPP", f"{call.name} is not available: the fake appliance has neither real drives nor programs"
        )

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = ["self", *(argument.name for argument in call.wire_arguments)]
    vars(method)["__signature__"] = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    method.__name__ = call.name
    return method


for _family in FAMILIES:
    for _name, _call in declared_calls(_family).items():
        setattr(NotInMemoryAnswers, _name, _refusal(_call))
