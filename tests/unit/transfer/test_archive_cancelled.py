"""An archive that nobody wants any more: nothing is written to it from then on, however long the current file is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled
from cutaway.records import Stat
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder
from cutaway.transfer.archive_outlet import ArchiveOutlet
from cutaway.transfer.archive_output import GzipOutput, Output, PlainOutput
from cutaway.transfer.archive_target import ArchiveTarget
from cutaway.transfer.archive_work import ArchiveWork
from cutaway.transfer.control import TransferControl
from cutaway.transfer.pieces import Piece
from cutaway.transfer.plan import Planned
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.reads import DirectFile
from cutaway.transfer.sink import open_sink
from cutaway.transfer.tar_writer import TarWriter
from cutaway.transfer.zip_writer import ZipWriter
from support.pipes import full_pipe

MIB = 1 << 20
#: No machine writes or sums so much while a test waits.
TOO_MUCH = 1 << 50
FILE = Planned(b"f", Stat(1, 2, 0o100644, 1, 0, 0, 0, 64 * MIB, 512, 0, 0, 0, 0))


@pytest.fixture
def output(tmp_path: Path) -> Iterator[PlainOutput]:
    sink = open_sink(tmp_path / "archive")
    plain = PlainOutput(sink)
    yield plain
    plain.close()
    sink.close()


def outlet_of(output: Output, *, digest: str = "") -> ArchiveOutlet:
    outlet = ArchiveOutlet(TarWriter(output, ExtractPolicy()), lambda: None, digest=digest)
    outlet.names[b"0"] = b"f"
    return outlet


def unwanted_after(count: int) -> Callable[[], None]:
    """Return a check that says so after some calls."""
    left = iter(range(count))

    def check() -> None:
        if next(left, None) is None:
            raise EOFError

    return check


def test_a_content_that_waited_is_not_filled_with_zeros(output: PlainOutput, tmp_path: Path) -> None:
    compressed = GzipOutput(output)
    outlet = outlet_of(compressed)
    with open(tmp_path / "content", "w+b") as content:
        content.write(bytes(64 * MIB))
        content.flush()
        outlet.take_file(b"0", content.fileno(), FILE)
    with pytest.raises(EOFError):
        outlet.write_waiting(unwanted_after(4))
    assert compressed.position < 8 * MIB
    compressed.close()


def test_a_content_that_is_read_from_a_drive_is_not_filled_with_zeros(output: PlainOutput) -> None:
    compressed = GzipOutput(output)
    work = ArchiveWork(outlet_of(compressed), "archive", {}, lambda _: None, lambda: True, TransferControl())
    work._begin(DirectFile(FILE, b"0", [Piece(0, 0, 0, 64 * MIB)], None))
    work.close()
    assert compressed.position < MIB
    compressed.close()


def test_a_file_that_cannot_be_read_to_its_end_is_filled_only_as_long_as_that_is_wanted(output: PlainOutput) -> None:
    compressed = GzipOutput(output)
    content = outlet_of(compressed).content(b"0", FILE, TOO_MUCH, [(0, TOO_MUCH)], unwanted_after(3))
    with pytest.raises(EOFError):
        content.drop()
    compressed.close()


@pytest.mark.parametrize("kind", ["zip", "digest"])
def test_a_long_hole_is_left_at_once(output: PlainOutput, kind: str) -> None:
    outlet = outlet_of(output, digest="sha256" if kind == "digest" else "")
    if kind == "zip":
        outlet.writer = ZipWriter(output, ExtractPolicy())
    content = outlet.content(b"0", FILE, TOO_MUCH, [], unwanted_after(3))
    with pytest.raises(EOFError):
        content.finish()
    content.forget()
    outlet.writer.close()


def test_an_end_that_nobody_reads_keeps_no_cancellation_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", lambda: folder({b"f": file(b"1")}), "ROOT", "")))})
    read_end, write_end = full_pipe()
    with Handle(hypervisor=fake) as handle:
        write_rest = ArchiveTarget._write_rest

        def cancelled(self: ArchiveTarget, check: Callable[[], None]) -> None:
            handle.cancel()
            write_rest(self, check)

        monkeypatch.setattr(ArchiveTarget, "_write_rest", cancelled)
        handle.add_drive_ro("/image")
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        with pytest.raises(Cancelled):
            handle.archive_out("/f", write_end, kind="tar")
    os.close(read_end)
    os.close(write_end)
