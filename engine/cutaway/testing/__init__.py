"""An appliance in memory, on the real wire: for the tests of programs that use Cutaway, and for demonstrations.

from cutaway.testing import FakeAppliance, sample_image

fake = FakeAppliance({"/images/debian.qcow2": sample_image()})
handle = cutaway.Handle(hypervisor=fake)
"""

from __future__ import annotations

from cutaway.testing.appliance import FakeAppliance, FakeRunning
from cutaway.testing.behaviour import Behaviour
from cutaway.testing.content import HostFile, Literal, Pattern, Sparse
from cutaway.testing.databases import database_image
from cutaway.testing.images import (
    FakeEncrypted,
    FakeFileSystem,
    FakeImage,
    FakePartition,
    FakeVolume,
    FakeVolumeGroup,
    disk,
)
from cutaway.testing.journal import journal_image
from cutaway.testing.locked import locked_image
from cutaway.testing.nodes import device, fifo, file, folder, hard_link, link
from cutaway.testing.sample import contract_image, sample_image
from cutaway.testing.windows import windows_image

__all__ = [
    "Behaviour",
    "FakeAppliance",
    "FakeEncrypted",
    "FakeFileSystem",
    "FakeImage",
    "FakePartition",
    "FakeRunning",
    "FakeVolume",
    "FakeVolumeGroup",
    "HostFile",
    "Literal",
    "Pattern",
    "Sparse",
    "contract_image",
    "database_image",
    "device",
    "disk",
    "fifo",
    "file",
    "folder",
    "hard_link",
    "journal_image",
    "link",
    "locked_image",
    "sample_image",
    "windows_image",
]
