"""Which jobs run, and in which order; archives; and another try of what could not be had."""

from __future__ import annotations

import os
import tarfile
import zipfile
from pathlib import Path

from cutaway.testing import FakeAppliance
from cutaway.transfer.policy import ExtractPolicy
from cutaway_app.models.jobs import Job, JobState
from cutaway_app.operations.extract import JobRunner
from cutaway_app.settings import ExtractChoices
from cutaway_app.widgets.job_details import JobDetails
from cutaway_app.windows.archive_dialog import ask_for_archive, suggested_name
from gui.harness import Harness
from gui.test_jobs import Play, extraction, moving, over
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

VIDEO = b"/srv/videos/holiday.mkv"


def begin(on: Harness, folder: Path, count: int) -> list[Job]:
    return [on.program.job_wiring.extract(extraction(on, VIDEO), str(folder)) for _ in range(count)]


async def end(runner: JobRunner, on: Harness, jobs: list[Job]) -> None:
    for job in reversed(jobs):
        runner.cancel(job.id)
    for job in jobs:
        await over(on, job)


def test_jobs_that_wait_are_moved(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        one, two, three, four, five = jobs = begin(on, tmp_path, 5)
        await moving(on, one)
        await moving(on, two)
        shelf = on.window.shelf
        assert [job.place for job in jobs] == [0, 0, 1, 2, 3]
        shelf.move_requested.emit(five.id, "front")
        shelf.move_requested.emit(three.id, "down")
        shelf.move_requested.emit(five.id, "up")  # it is first already
        assert [job.place for job in jobs] == [0, 0, 3, 2, 1]
        on.program.jobs.cancel(four.id)
        await over(on, four)
        assert [job.place for job in jobs] == [0, 0, 2, 0, 1]
        on.program.jobs.cancel(one.id)
        await moving(on, five)
        assert three.state is JobState.QUEUED
        await end(on.program.jobs, on, jobs)

    play(scenario)


def test_how_many_run_at_once_is_chosen_and_remembered(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        jobs = begin(on, tmp_path, 4)
        await moving(on, jobs[1])
        on.window.shelf.at_once_requested.emit(3)
        await moving(on, jobs[2])
        assert jobs[3].state is JobState.QUEUED
        on.window.shelf.at_once_requested.emit(1)
        on.program.jobs.cancel(jobs[0].id)
        await over(on, jobs[0])
        assert [job.state for job in jobs[1:]] == [JobState.RUNNING, JobState.RUNNING, JobState.QUEUED]
        assert on.program.queue.at_once == 1
        await end(on.program.jobs, on, jobs)

    play(scenario)


def test_a_job_that_is_cancelled_as_its_turn_comes_keeps_nobody_waiting(
    play: Play, fake: FakeAppliance, tmp_path: Path
) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.shelf.at_once_requested.emit(1)
        one, two, three = jobs = begin(on, tmp_path, 3)
        await moving(on, one)
        on.program.queue.at_once = 2  # the second is admitted, and hears of it later than of its end
        on.program.jobs.cancel(two.id)
        await over(on, two)
        await moving(on, three)
        await end(on.program.jobs, on, jobs)

    play(scenario)


def test_what_failed_is_got_again_and_the_rest_is_kept(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.unreadable |= {b"/etc/ssh/ssh_config", b"/etc/hostname"}

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc", b"/srv/special"), str(tmp_path))
        await over(on, job)
        assert job.note.startswith("2 could not be read, ")
        left_out = len(job.skipped)
        kept = (tmp_path / "etc/ssh/sshd_config").stat()
        fake.behaviour.unreadable.discard(b"/etc/hostname")
        on.window.banner.action_requested.emit("answer0")
        await on.until(lambda: job.is_over and len(job.failures) == 1, job.changed)
        assert (tmp_path / "etc/hostname").read_bytes() == b"web01\n"
        assert [left.path for left in job.failures] == [b"/etc/ssh/ssh_config"]
        assert len(job.skipped) == left_out
        fake.behaviour.unreadable.clear()
        on.window.shelf.retry_requested.emit(job.id)
        await on.until(lambda: job.is_over and not job.failures, job.changed)
        assert sorted(os.listdir(tmp_path / "etc/ssh")) == ["ssh_config", "sshd_config"]
        assert (tmp_path / "etc/ssh/sshd_config").stat() == kept
        assert job.state is JobState.DONE
        on.window.shelf.retry_requested.emit(job.id)
        assert job.state is JobState.DONE  # there is nothing left to try

    play(scenario)


def test_another_try_that_was_cancelled_gets_only_what_failed(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.unreadable.add(b"/etc/hostname")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc"), str(tmp_path))
        await over(on, job)
        fake.behaviour.unreadable.clear()
        on.window.shelf.retry_requested.emit(job.id)
        on.program.jobs.cancel(job.id)
        await over(on, job)
        assert job.state is JobState.CANCELLED
        on.window.shelf.retry_requested.emit(job.id)
        await on.until(lambda: job.state is JobState.DONE, job.changed)
        assert job.results == (str(tmp_path / "etc/hostname"),)
        assert [name for name in os.listdir(tmp_path) if not name.endswith(".ini")] == ["etc"]

    play(scenario)


def test_details_list_what_failed(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.unreadable.add(b"/etc/hostname")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, b"/etc"), str(tmp_path))
        await over(on, job)
        on.window.shelf.details_requested.emit(job.id)
        details = on.window.findChild(JobDetails)
        assert details is not None
        details.copy.click()
        assert "/etc/hostname\tInput/output error" in QGuiApplication.clipboard().text().splitlines()
        fake.behaviour.unreadable.clear()
        closed = on.next(details.destroyed)
        details.retry.click()
        await on.until(lambda: job.is_over and not job.failures, job.changed)
        await closed

    play(scenario)


def test_a_selection_is_packed_into_an_archive(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        work = extraction(on, b"/etc/ssh", b"/srv/names")
        job = on.program.job_wiring.extract_as(work, str(tmp_path / "x.tar.gz"), True)
        await over(on, job)
        assert job.state is JobState.DONE, job.error
        assert job.destination == str(tmp_path / "x.tar.gz")
        with tarfile.open(tmp_path / "x.tar.gz") as archive:
            assert {"ssh/sshd_config", "names"} <= set(archive.getnames())
        again = on.program.job_wiring.extract_as(work, str(tmp_path / "x.tar.gz"), False)
        await over(on, again)
        assert again.results == (str(tmp_path / "x (2).tar.gz"),)
        fake.behaviour.unreadable.add(b"/etc/ssh/ssh_config")
        zipped = on.program.job_wiring.extract_as(work, str(tmp_path / "x.zip"), True)
        await over(on, zipped)
        assert len(zipped.failures) == 1
        fake.behaviour.unreadable.clear()
        on.window.shelf.retry_requested.emit(zipped.id)
        await on.until(lambda: zipped.is_over and not zipped.failures, zipped.changed)
        assert "ssh/ssh_config" in zipfile.ZipFile(tmp_path / "x.zip").namelist()

    play(scenario)


def test_the_dialog_lets_the_name_follow_the_format(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        asked: list[tuple[str, bool]] = []
        work = extraction(on, b"/etc/ssh", b"/etc/hostname")
        dialog = ask_for_archive(on.window, work, str(tmp_path), lambda *told: asked.append(told))
        assert os.path.basename(dialog.selectedFiles()[0]) == "etc.tar.gz"
        dialog.selectNameFilter(dialog.nameFilters()[2])
        dialog.filterSelected.emit(dialog.nameFilters()[2])
        assert os.path.basename(dialog.selectedFiles()[0]) == "etc.zip"
        dialog.selectNameFilter(dialog.nameFilters()[0])
        dialog.filterSelected.emit(dialog.nameFilters()[0])
        assert os.path.basename(dialog.selectedFiles()[0]) == "etc.tar.gz"
        dialog.selectNameFilter(dialog.nameFilters()[2])
        dialog.fileSelected.emit(str(tmp_path / "a.tar"))
        dialog.fileSelected.emit(str(tmp_path / "b.v2"))
        assert asked == [(str(tmp_path / "a.tar"), True), (str(tmp_path / "b.v2.zip"), False)]
        dialog.close()

    play(scenario)


def test_an_archive_of_many_things_is_called_as_their_folder(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        names = {
            suggested_name(extraction(on, *paths)): paths
            for paths in ((b"/etc",), (b"/srv/a", b"/srv/b"), (b"/etc", b"/srv"), (b"/",))
        }
        assert list(names) == ["etc", "srv", "debian"]

    play(scenario)


def test_the_action_opens_the_dialog(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        assert not on.window.actions_["extract_archive"].isEnabled()
        on.select(b"etc")
        on.window.actions_["extract_archive"].trigger()
        dialog = on.window.findChild(QFileDialog)
        assert dialog is not None
        assert dialog.isVisible()
        dialog.close()

    play(scenario)


def test_an_archive_follows_the_rules_that_were_chosen(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        settings = on.program.job_wiring.dialogs
        settings.remember(ExtractChoices(ExtractPolicy(encode_names=True, symlinks="skip"), verify=True))
        work = extraction(on, b"/srv/names", b"/srv/links")
        job = on.program.job_wiring.extract_as(work, str(tmp_path / "x.zip"), True)
        await over(on, job)
        assert job.state is JobState.DONE
        assert on.program.jobs._work[job.id].verify
        assert "names/quote%22and'quote" in zipfile.ZipFile(tmp_path / "x.zip").namelist()
        assert "under another name" in job.note
        on.window.shelf.details_requested.emit(job.id)
        (details,) = on.window.findChildren(JobDetails)
        details.copy.click()
        assert "Windows does not allow its name" in QGuiApplication.clipboard().text()
        assert not details.retry.isVisible()
        details.close()

    play(scenario)
