"""A guest that lists for ever does not fill the memory: there is an end to what anybody keeps."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle
from cutaway.aio import AsyncHandle
from cutaway.calls import AllCalls
from cutaway.channel import control
from cutaway.errors import ProtocolError
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder, link
from cutaway.testing.nodes import Folder
from cutaway.testing.work import NEXT_PAGE
from cutaway.transfer import archive_outlet, plan, streamed_files
from cutaway.transfer.archive_format import ArchiveFormat
from cutaway.transfer.archive_outlet import ArchiveOutlet
from cutaway.transfer.policy import ExtractPolicy

COUNT = 3000
MANY = b"/many"


def tree() -> Folder:
    names = [b"%05d" % number for number in range(COUNT)]
    return folder({
        b"many": folder({name: file(b"x") for name in names}),
        b"folders": folder({name: folder() for name in names}),
        b"links": folder({name: link(b"/etc") for name in names}),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "", "1-1")))})


@pytest.fixture
def handle(fake: FakeAppliance) -> Iterator[Handle]:
    with Handle(hypervisor=fake) as handle:
        handle.add_drive("/image")
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        yield handle


WAYS: dict[str, Callable[[Handle], object]] = {
    "ls": lambda handle: handle.ls(MANY),
    "find": lambda handle: handle.find("/"),
    "scandir": lambda handle: handle.scandir(MANY),
    "pages": lambda handle: list(handle.pages(AllCalls.scandir, MANY)),
    "search": lambda handle: handle.search("/", "0"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_list_that_is_kept_has_an_end(handle: Handle, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(control, "PAGES_MAX", 100_000)
    with pytest.raises(ProtocolError, match="has no end"):
        WAYS[way](handle)


def test_a_list_that_a_program_takes_page_by_page_has_an_end(
    fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        handle = AsyncHandle(hypervisor=fake)
        try:
            await handle.add_drive("/image")
            await handle.launch()
            await handle.mount_ro("/dev/sda1", "/")
            monkeypatch.setattr(control, "PAGES_MAX", 100_000)
            with pytest.raises(ProtocolError, match="has no end"):
                _ = [page async for page in handle.pages(AllCalls.scandir, MANY)]
        finally:
            await handle.close()

    asyncio.run(run())


@pytest.mark.parametrize("way", ["copy_out", "archive_out", "preview_copy_out"])
@pytest.mark.parametrize("name", ["folders", "links"])
def test_what_is_remembered_of_a_tree_has_an_end(
    handle: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, name: str
) -> None:
    monkeypatch.setattr(plan, "REMEMBERED_MAX", 100_000)
    policy = ExtractPolicy(symlinks="skip")
    place = {"archive_out": tmp_path / "a.tar"}.get(way, tmp_path)
    with pytest.raises(ProtocolError, match="more than can be remembered"):
        getattr(handle, way)("/" + name, place, policy=policy)
    assert os.listdir(tmp_path) == []


def test_an_extraction_without_much_to_remember_goes_on(
    handle: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((plan, "REMEMBERED_MAX"), (control, "PAGES_MAX")):
        monkeypatch.setattr(module, name, 10_000)
    assert handle.copy_out(MANY, tmp_path).files == COUNT


def test_files_that_are_promised_and_never_sent_have_an_end(
    handle: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed_files, "EXPECTED_MAX", 1000)
    with pytest.raises(ProtocolError, match="promises more than 1000"):
        handle.copy_out(MANY, tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_a_listing_waits_for_an_archive_that_is_slower(
    handle: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: ArchiveFormat
) -> None:
    most, write = 0, ArchiveOutlet._write

    def look_and_write(outlet: ArchiveOutlet, *arguments: Any) -> None:
        nonlocal most
        most = max(most, len(outlet._queue))
        time.sleep(0.0005)
        write(outlet, *arguments)

    monkeypatch.setattr(archive_outlet, "ENTRIES_MAX", 10)
    monkeypatch.setattr(ArchiveOutlet, "_write", look_and_write)
    handle.archive_out("/links", tmp_path / "archive", kind=kind, policy=ExtractPolicy(symlinks="keep"))
    assert most <= NEXT_PAGE + 1, "the next page comes when the one before is written"
