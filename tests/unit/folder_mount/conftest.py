"""A handle on an appliance in memory, with a mounted tree, that counts the calls that are made on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from cutaway import Handle
from cutaway.events import Trace
from cutaway.testing import FakeAppliance, FakeFileSystem, Pattern, Sparse, disk, file, folder, link
from cutaway.testing.nodes import Folder

MIB = 1 << 20
IMAGE = "/images/tree.img"
ODD = b"l\xffatin \n1"


def tree() -> Folder:
    return folder({
        b"folder": folder({b"%02d" % number: file(b"%d" % number) for number in range(40)}),
        b"large": folder({b"%05d" % number: file(b"") for number in range(6000)}),
        b"empty": folder({}),
        b"links": folder({b"absolute": link(b"/etc/passwd"), b"relative": link(b"../folder"), b"root": link(b"/")}),
        b"noted": folder({
            b"plain": file(b"1"), b"other": file(b"2"), b"third": file(b"3"), b"fourth": file(b"4"),
            b"noted": file(b"5", xattrs={b"user.note": b"a\0b"}),
        }),
        b"pattern": file(Pattern(20 * MIB + 7)),
        b"small": file(b"hello\n"),
        b"sparse": file(Sparse(1 << 30, ((1 << 29, b"middle".ljust(4096)),))),
        ODD: file(b"odd"),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({IMAGE: disk((64, FakeFileSystem("ext4", tree, "TREE", "1-1")))})


@pytest.fixture
def handle(fake: FakeAppliance) -> Iterator[Handle]:
    with Handle(hypervisor=fake) as handle:
        handle.add_drive_ro(IMAGE)
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        yield handle


@pytest.fixture
def calls(handle: Handle) -> Counter[str]:
    """Count the calls by name, from now on."""
    counter: Counter[str] = Counter()
    handle.on(Trace, lambda event: counter.update([event.text.split()[0]]))
    return counter
