"""What the fake daemon answers: a class per family of calls, with methods named as the calls are."""

from __future__ import annotations

from cutaway.testing.answers.access import AccessAnswers
from cutaway.testing.answers.appliance import ApplianceAnswers
from cutaway.testing.answers.changes import ChangeAnswers
from cutaway.testing.answers.contents import ContentAnswers
from cutaway.testing.answers.creation import CreationAnswers
from cutaway.testing.answers.cryptsetup import CryptsetupAnswers
from cutaway.testing.answers.devices import DeviceAnswers
from cutaway.testing.answers.export import ExportAnswers
from cutaway.testing.answers.files import FileAnswers
from cutaway.testing.answers.hivex import HivexAnswers
from cutaway.testing.answers.insertion import InsertionAnswers
from cutaway.testing.answers.journal import JournalAnswers
from cutaway.testing.answers.listing import ListingAnswers
from cutaway.testing.answers.lvm import LvmAnswers
from cutaway.testing.answers.md import MdAnswers
from cutaway.testing.answers.mounts import MountAnswers
from cutaway.testing.answers.notinmemory import NotInMemoryAnswers
from cutaway.testing.answers.partitions import PartitionAnswers
from cutaway.testing.answers.reading import ReadingAnswers
from cutaway.testing.answers.sqlite import SqliteAnswers
from cutaway.testing.answers.streams import StreamAnswers
from cutaway.testing.answers.transfers import TransferAnswers
from cutaway.testing.answers.windows import WindowsAnswers
from cutaway.testing.answers.writing import WritingAnswers

__all__ = ["Answers"]


class Answers(
    DeviceAnswers,
    MountAnswers,
    FileAnswers,
    ListingAnswers,
    ContentAnswers,
    TransferAnswers,
    ExportAnswers,
    InsertionAnswers,
    LvmAnswers,
    MdAnswers,
    ApplianceAnswers,
    CreationAnswers,
    CryptsetupAnswers,
    ChangeAnswers,
    WritingAnswers,
    AccessAnswers,
    ReadingAnswers,
    PartitionAnswers,
    NotInMemoryAnswers,
    WindowsAnswers,
    HivexAnswers,
    StreamAnswers,
    JournalAnswers,
    SqliteAnswers,
):
    """Every call, answered from the model."""
