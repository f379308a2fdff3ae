"""A compressed image is offered to be decompressed, as a job, and is shown when it is there."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.drives import Drive
from cutaway.errors import ImageCompressed, ImageFormatError
from cutaway.testing import FakeAppliance, FakeImage, FakeRunning, sample_image
from cutaway_app.models.jobs import Job, JobState
from gui.conftest import Scenario
from gui.harness import IMAGE, Harness
from gui.test_jobs import over
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

Play = Callable[[Scenario], None]
CONTENT = random.Random(2).randbytes(1 << 20) + bytes(1 << 20)


@pytest.fixture
def packed(tmp_path: Path, fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a compressed image, which no appliance takes; what comes out of it, it does."""
    folder = tmp_path / "images"
    folder.mkdir()
    path = folder / "disk.img.gz"
    path.write_bytes(gzip.compress(CONTENT, 1))
    attach = FakeRunning._image_of

    def guarded(self: FakeRunning, drive: Drive) -> FakeImage:
        if drive.path == str(path):
            raise ImageCompressed("it is compressed", path=drive.path, file=drive.path, program="gzip")
        return attach(self, drive)

    monkeypatch.setattr(FakeRunning, "_image_of", guarded)
    fake.images[str(folder / "disk.img")] = sample_image()
    return path


async def refused(on: Harness, path: Path) -> None:
    """Open an image that cannot be opened."""
    failed = on.next(on.program.images.failed)
    on.program.image_wiring.open([str(path)])
    await failed


def accept(on: Harness) -> None:
    """Press the button of the file dialog, with the name that it suggests."""
    (dialog,) = [one for one in on.window.findChildren(QFileDialog) if one.isVisible()]
    dialog.fileSelected.emit(dialog.selectedFiles()[0])
    dialog.reject()


def start(on: Harness, packed: Path) -> Job:
    """Begin to decompress it."""
    return on.program.decompress_wiring.start(on.models.sidebar.sessions[0], str(packed.with_suffix("")))


def test_the_offer_leads_to_the_image(play: Play, packed: Path) -> None:
    async def scenario(on: Harness) -> None:
        await refused(on, packed)
        assert on.window.banner.accessibleDescription().startswith("disk.img.gz cannot be opened. ")
        listed = on.next(on.models.table.listing_finished)
        assert on.window.focusWidget() is on.window.failed.main_button
        QTest.keyClick(on.window.failed.main_button, Qt.Key.Key_Space)
        accept(on)
        await listed
        assert [session.name for session in on.models.sidebar.sessions] == ["disk.img"]
        assert on.place.session.name == "disk.img"
        assert packed.with_suffix("").read_bytes() == CONTENT
        assert on.window.banner.isHidden()
        job = on.models.jobs.job(0)
        assert (job.title, job.state) == ("Decompress disk.img.gz → disk.img", JobState.DONE)
        assert job.bytes_done == job.bytes_total > 0
        assert not on.program.decompress_wiring._running, "what is done is kept for ever"

    play(scenario)


def test_the_offer_takes_the_focus_from_nobody(play: Play, packed: Path) -> None:
    async def scenario(on: Harness) -> None:
        failed = on.next(on.program.images.failed)
        on.program.image_wiring.open([str(packed)])
        on.window.sidebar.setFocus()
        await failed
        assert on.window.pages.currentWidget() is on.window.failed
        assert on.window.focusWidget() is on.window.sidebar

    play(scenario)


def test_who_went_elsewhere_is_only_told(play: Play, packed: Path) -> None:
    async def scenario(on: Harness) -> None:
        await refused(on, packed)
        job = start(on, packed)
        await on.open(IMAGE)
        await over(on, job)
        assert on.place.session.path == IMAGE
        assert on.window.banner.accessibleDescription().startswith("disk.img is ready")
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert on.place.session.name == "disk.img"

    play(scenario)


def test_a_cancelled_decompression_leaves_nothing(play: Play, packed: Path) -> None:
    async def scenario(on: Harness) -> None:
        await refused(on, packed)
        job = start(on, packed)
        on.program.image_jobs.cancel(job.id)
        await over(on, job)
        assert job.state is JobState.CANCELLED
        assert list(packed.parent.iterdir()) == [packed]

    play(scenario)


def test_closing_the_window_ends_a_decompression(play: Play, packed: Path) -> None:
    async def scenario(on: Harness) -> None:
        await refused(on, packed)
        start(on, packed)

    play(scenario)
    assert list(packed.parent.iterdir()) == [packed]


def test_a_damaged_one_is_told(play: Play, packed: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:5000])

    async def scenario(on: Harness) -> None:
        await refused(on, packed)
        job = start(on, packed)
        await over(on, job)
        assert job.state is JobState.FAILED
        assert isinstance(job.error, ImageFormatError)
        assert list(packed.parent.iterdir()) == [packed]

    play(scenario)
