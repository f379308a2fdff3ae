"""Checksums: those of the whole file, compared with what the person has; stopped when the file is left."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from cutaway.errors import GuestError
from cutaway_app.viewers.checksums import KINDS, ChecksumPanel, verdict
from cutaway_app.viewers.details import DetailsViewer
from gui.widgets.conftest import Run
from gui.widgets.values import content, status, until
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

DATA = bytes(range(256)) * 20_000


async def read(offset: int, count: int) -> bytes:
    return DATA[offset : offset + count]


def panel_of(qtbot: QtBot, viewer: DetailsViewer) -> ChecksumPanel:
    qtbot.addWidget(viewer)
    viewer.show()
    assert viewer.checksums is not None
    return viewer.checksums


@pytest.mark.parametrize("size", [0, 1000, len(DATA)])
def test_they_are_those_of_the_whole_file(qtbot: QtBot, run: Run, size: int) -> None:
    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", DATA[:1000][:size], total_size=size, read=read))
        panel = panel_of(qtbot, viewer)
        panel.button.setFocus()
        qtbot.keyClick(panel.button, Qt.Key.Key_Space)
        await until(lambda: panel.sums)
        assert panel.sums == {kind: hashlib.new(kind, DATA[:size]).hexdigest() for kind in KINDS}
        panel.compare_edit.setText(panel.sums["sha1"].upper())
        assert panel.said == "It matches: SHA-1"
        panel.compare_edit.setText("0" * 40)
        assert panel.said == "It does not match"

    run(scenario())


def test_a_line_of_sha256sum_is_compared_too() -> None:
    assert verdict({"md5": "ab" * 16}, f"{'ab' * 16}  file name.iso") == "It matches: MD5"
    assert verdict({"md5": "ab" * 16}, "") == ""


def test_a_part_that_cannot_be_read_is_told(qtbot: QtBot, run: Run) -> None:
    async def broken(_offset: int, _count: int) -> bytes:
        raise GuestError("a bad block", procedure="pread", errno_name="EIO")

    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", b"head", total_size=10_000, read=broken))
        panel = panel_of(qtbot, viewer)
        panel.button.click()
        await until(lambda: "bad block" in panel.said)
        assert panel.button.text() == "Compute", "it can be tried again"

    run(scenario())


def test_nothing_is_read_any_more_when_the_file_is_left(qtbot: QtBot, run: Run) -> None:
    gone = asyncio.Event()

    async def endless(_offset: int, _count: int) -> bytes:
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        return b""

    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", b"head", total_size=10_000, read=endless))
        panel_of(qtbot, viewer).button.click()
        await asyncio.sleep(0.05)
        viewer.clear()
        await gone.wait()

    run(scenario())


def test_a_folder_has_none(qtbot: QtBot) -> None:
    viewer = DetailsViewer()
    qtbot.addWidget(viewer)
    viewer.show_content(content(b"etc", b"", stat=status(0o040755)))
    assert viewer.checksums is None
