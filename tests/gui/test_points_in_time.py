"""Points in time that an image keeps: chosen in its overview, shown beside it, and taken by all that works on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.mount_plan import MountTree
from cutaway.testing import FakeAppliance, FakeFileSystem, FakeImage, disk, file, folder, sample_image
from cutaway.transfer.journal import Unfinished
from cutaway_app.bridge.bulk import Extraction, extraction_of, note_of
from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.machine import Machine
from cutaway_app.names import display_line
from cutaway_app.operations.mount_image import mount_command
from cutaway_app.widgets.times_box import TimesBox
from gui.conftest import Scenario
from gui.harness import IMAGE, SAMPLE, TIMEOUT_S, Harness
from PySide6.QtWidgets import QComboBox

Play = Callable[[Scenario], None]


def holding(name: bytes) -> FakeImage:
    return disk((64, FakeFileSystem("ext4", lambda: folder({name: file(b"content\n")}), "DATA")))


@pytest.fixture
def fake() -> FakeAppliance:
    now = holding(b"now")
    kept = FakeImage(
        now.size_bytes, now.partition_table, now.partitions,
        snapshots=(("before", holding(b"then")), ("gone\x1b[2J", holding(b"odd"))),
    )  # fmt: skip
    return FakeAppliance({IMAGE: kept, SAMPLE: sample_image()})


def choice(on: Harness) -> QComboBox:
    """Return the choice on the overview, which is shown for it."""
    on.window.actions_["overview"].trigger()
    box = on.window.overview.findChild(TimesBox)
    assert isinstance(box, TimesBox)
    return box.box


async def choose(on: Harness, index: int) -> ImageSession:
    listed = on.next(on.models.table.listing_finished)
    choice(on).activated.emit(index)
    await asyncio.wait_for(listed, TIMEOUT_S)
    return on.place.session


def test_an_image_is_shown_as_it_was_beside_what_it_is(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(IMAGE)
        now = on.place.session
        assert on.names == ["now"]
        box = choice(on)
        assert [box.itemText(row).split(" · ")[0] for row in range(box.count())] == [
            "Now",
            display_line("gone\x1b[2J"),
            "before",
        ]
        then = await choose(on, 2)
        assert on.names == ["then"]
        assert (then.name, then.path, then.machine) == (
            "debian.qcow2 (before)",
            IMAGE,
            Machine(IMAGE, snapshot="before"),
        )
        assert on.models.sidebar.sessions == [now, then]
        assert choice(on).currentText().startswith("before")
        on.program.image_wiring.open_time(then, None)
        assert on.program.image_wiring.current is now
        on.program.image_wiring.open_time(now, "before")
        assert on.program.image_wiring.current is then
        assert len(on.models.sidebar.sessions) == 2

    play(scenario)


def test_what_is_taken_out_is_of_that_time_though_the_present_is_edited(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(IMAGE)
        begun = on.next(on.program.edits.begun)
        on.window.actions_["edit"].trigger()
        await asyncio.wait_for(begun, TIMEOUT_S)
        then = await choose(on, 2)
        work = Extraction(then.machine, then.trees[0], (b"/then",), str(tmp_path))
        job = on.program.job_wiring.extract(work, str(tmp_path))
        await on.until(lambda: job.is_over, job.changed)
        assert (tmp_path / "then").read_bytes() == b"content\n"

    play(scenario)


def test_images_without_any_offer_none(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(SAMPLE)
        on.window.actions_["overview"].trigger()
        assert on.window.overview.findChild(TimesBox) is None

    play(scenario)


def test_jobs_notes_and_mounts_know_the_time() -> None:
    session = ImageSession(Machine(IMAGE, snapshot="before"))
    work = Extraction(session.machine, MountTree("DATA", ()), (b"/then",), "/home/me")
    again = extraction_of(Unfinished("/home/me", note_of(work)))
    assert again is not None
    assert again.machine == work.machine
    assert "--snapshot=before" in mount_command(session, 0, "/somewhere")
    assert "--snapshot" not in " ".join(mount_command(ImageSession(IMAGE), 0, "/somewhere"))
