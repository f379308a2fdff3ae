"""Extracting: progress, two at once, cancelling, retrying, failures, and closing in the middle."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cutaway.testing import FakeAppliance
from cutaway.transfer.journal import JournalEntry, journal_folder
from cutaway_app.bridge.bulk import Extraction, note_of
from cutaway_app.models.jobs import Job, JobState
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt

Play = Callable[[Scenario], None]
VIDEO = b"/srv/videos/holiday.mkv"


def extraction(on: Harness, *paths: bytes) -> Extraction:
    session = on.place.session
    return Extraction(session.machine, session.trees[0], paths, "")


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix != ".ini"]


async def over(on: Harness, job: Job) -> None:
    await on.until(lambda: job.is_over, job.changed)


async def moving(on: Harness, job: Job) -> None:
    await on.until(lambda: job.bytes_done > 0, job.changed)


async def resting(job: Job) -> int:
    """Wait until a job that is held has come to rest; return how far it is."""
    held_at = -1
    while held_at != job.bytes_done:
        held_at = job.bytes_done
        await asyncio.sleep(0.3)
    return held_at


async def gone_on_with(on: Harness, out: Path, name: str) -> None:
    """See what was left of an extraction offered, as if its process were dead, and go on with it to its end."""
    (note,) = journal_folder().glob("*.json")
    note.write_text(json.dumps({**json.loads(note.read_text()), "pid": 1 << 30}))
    on.program.job_wiring.offer_unfinished()
    assert f"{name} is not finished" in on.window.banner.accessibleDescription()
    on.window.banner.action_requested.emit("answer0")
    job = on.window.models.jobs.job(0)
    await over(on, job)
    assert job.state is JobState.DONE, job.error
    assert os.listdir(out) == [name]
    assert list(journal_folder().iterdir()) == []


def test_a_folder_arrives_with_its_bytes_names(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/srv/names", b"/etc/hostname"), str(tmp_path))
        await over(on, job)
        assert job.state is JobState.DONE, job.error
        assert job.fraction == 1.0
        assert (tmp_path / "hostname").read_bytes() == b"web01\n"
        assert (tmp_path / "names" / "caf\udce9.txt").exists()
        assert len(left_in(tmp_path / "names")) == 17

    play(scenario)


def test_the_third_job_waits(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        jobs = [on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path)) for _ in range(3)]
        await moving(on, jobs[0])
        await moving(on, jobs[1])
        assert [job.state for job in jobs] == [JobState.RUNNING, JobState.RUNNING, JobState.QUEUED]
        on.program.jobs.cancel(jobs[0].id)
        await over(on, jobs[0])
        await moving(on, jobs[2])
        for job in jobs:
            on.program.jobs.cancel(job.id)
        for job in jobs:
            await over(on, job)

    play(scenario)


def test_a_cancelled_job_leaves_nothing_and_can_be_tried_again(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path))
        await moving(on, job)
        assert job.fraction is not None
        assert 0 < job.fraction < 1
        on.window.shelf.cancel_requested.emit(job.id)
        await over(on, job)
        assert job.state is JobState.CANCELLED
        assert left_in(tmp_path) == []
        on.window.shelf.retry_requested.emit(job.id)
        await moving(on, job)
        assert job.state is JobState.RUNNING

    play(scenario)


def test_a_job_whose_appliance_dies_again_and_again_fails_with_details(
    play: Play, fake: FakeAppliance, tmp_path: Path
) -> None:
    fake.die_during("export_tree")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path))
        await over(on, job)
        assert job.state is JobState.FAILED
        assert job.restarts == 2
        assert "holiday.mkv was not extracted" in on.window.banner.accessibleDescription()
        assert on.place.session.death == ""

    play(scenario)


def test_a_folder_that_cannot_be_written_is_explained(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc"), str(tmp_path / "missing"))
        await over(on, job)
        assert job.state is JobState.FAILED
        assert "The files cannot be written" in on.window.banner.accessibleDescription()

    play(scenario)


def test_closing_in_the_middle_of_a_job_ends_within_two_seconds(
    play: Play, fake: FakeAppliance, tmp_path: Path
) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path))
        await moving(on, job)
        closed = asyncio.ensure_future(on.program.closed.wait())
        on.answer_closing("Stop and Close")
        await closed
        assert not on.window.isVisible()
        await on.close()
        assert job.state is JobState.CANCELLED
        assert left_in(tmp_path) == []

    play(scenario)


def test_closing_over_a_job_asks_and_the_job_can_be_kept(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 20_000

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/var/log"), str(tmp_path))
        await moving(on, job)
        on.window.close()
        question = on.program.closing_guard.question
        assert question is not None
        assert question.text() == "The job “log” is not done yet. Stop it?"
        assert question.textFormat() == Qt.TextFormat.PlainText
        on.window.close()
        assert on.program.closing_guard.question is question, "it is asked once"
        question.reject()
        assert on.window.isVisible()
        fake.behaviour.bytes_per_s = 0
        await over(on, job)
        assert job.state is JobState.DONE
        assert not on.program.closed.is_set()
        on.window.close()
        assert on.program.closed.is_set(), "over nothing it is not asked"

    play(scenario)


def test_closing_can_leave_an_extraction_for_later(
    play: Play, fake: FakeAppliance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "out").mkdir()
    fake.behaviour.bytes_per_s = 20_000

    async def begin(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/var/log"), str(tmp_path / "out"))
        await moving(on, job)
        on.answer_closing("Go On Later")
        await on.program.close()
        assert job.state in {JobState.FAILED, JobState.CANCELLED}

    async def go_on(on: Harness) -> None:
        fake.behaviour.bytes_per_s = 0
        await gone_on_with(on, tmp_path / "out", "log")

    play(begin)
    assert [path.name[:5] for path in (tmp_path / "out").iterdir()] == [".log."]
    play(go_on)


def test_an_archive_cannot_be_left_for_later(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract_as(extraction(on, VIDEO), str(tmp_path / "x.tar"), False)
        await on.until(lambda: job.state is JobState.RUNNING, job.changed)
        on.window.close()
        question = on.program.closing_guard.question
        assert question is not None
        assert "Go On Later" not in [button.text() for button in question.buttons()]
        question.reject()
        on.program.jobs.cancel(job.id)
        await over(on, job)

    play(scenario)


def test_a_job_whose_appliance_died_can_be_tried_again(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.die_during("export_tree")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc"), str(tmp_path))
        await over(on, job)
        assert job.state is JobState.FAILED
        fake.behaviour.die_in.clear()
        on.window.banner.action_requested.emit("answer0")
        await on.until(lambda: job.state is JobState.DONE, job.changed)
        assert (tmp_path / "etc" / "hostname").read_bytes() == b"web01\n"
        assert job.error is None

    play(scenario)


def test_what_is_left_out_is_told_with_its_reasons(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/srv/special"), str(tmp_path))
        await over(on, job)
        assert job.state is JobState.DONE, job.error
        assert "left out" in job.note
        assert "special was not extracted completely" in on.window.banner.accessibleDescription()
        assert "a named pipe" in job.details

    play(scenario)


def test_links_that_are_left_out_are_called_links(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/srv/links", b"/srv/special"), str(tmp_path))
        await over(on, job)
        assert job.note == "8 symbolic links left out, 3 more left out"

    play(scenario)


def test_a_name_that_is_taken_is_treated_as_the_person_chose(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        taken = tmp_path / "hostname"
        for rule, texts in (
            ("skip", {"hostname": "mine"}),
            ("rename", {"hostname": "mine", "hostname (2)": "web01\n"}),
            ("replace", {"hostname": "web01\n", "hostname (2)": "web01\n"}),
        ):
            taken.write_text("mine")
            on.window.actions_[f"conflict_{rule}"].trigger()
            job = on.program.job_wiring.extract(extraction(on, b"/etc/hostname"), str(tmp_path))
            await over(on, job)
            assert {path.name: path.read_text() for path in left_in(tmp_path)} == texts, rule

    play(scenario)


def test_closing_does_not_wait_for_an_appliance_that_hangs(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.hang_in |= {"walk"}

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc"), str(tmp_path))
        await on.until(lambda: job.state is JobState.RUNNING, job.changed)
        on.answer_closing("Stop and Close")
        await on.close()
        assert job.state is JobState.CANCELLED
        assert left_in(tmp_path) == []

    play(scenario)


def test_a_job_can_be_held_and_goes_on(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path))
        await moving(on, job)
        on.window.shelf.rows[0].hold_requested.emit(job.id)
        assert job.is_held
        assert on.window.shelf.rows[0].accessibleName().count("On hold") == 0  # the row follows a little later
        await on.becomes(lambda: "On hold" in on.window.shelf.rows[0].accessibleName())
        held_at = await resting(job)
        assert 0 < held_at < job.bytes_total
        on.window.shelf.hold_requested.emit(job.id)
        assert not job.is_held
        await on.until(lambda: job.bytes_done > held_at, job.changed)
        on.program.jobs.cancel(job.id)
        await over(on, job)
        assert left_in(tmp_path) == []

    play(scenario)


def test_a_job_outlives_its_appliance(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.die_during("export_tree")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc"), str(tmp_path))
        await on.until(lambda: job.restarts == 1, job.changed)
        fake.behaviour.die_in.clear()
        await over(on, job)
        assert job.state is JobState.DONE, job.error
        assert (tmp_path / "etc" / "hostname").read_bytes() == b"web01\n"

    play(scenario)


def test_what_a_killed_program_left_is_offered_and_gone_on_with(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "out").mkdir()
    hidden = tmp_path / "out/.etc.part-1-x"
    hidden.mkdir()

    async def scenario(on: Harness) -> None:
        await on.open()
        work = replace(extraction(on, b"/etc"), folder=str(tmp_path / "out"))
        JournalEntry(str(hidden), note_of(work))
        await gone_on_with(on, tmp_path / "out", "etc")

    play(scenario)
