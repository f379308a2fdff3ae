"""The shelf tells the truth about jobs, however large their numbers."""

from __future__ import annotations

import pytest
from cutaway.transfer.plan import LeftOut
from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.widgets.job_shelf import JobShelf
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QToolButton
from pytestqt.qtbot import QtBot


@pytest.fixture
def jobs() -> JobsModel:
    return JobsModel()


@pytest.fixture
def shelf(qtbot: QtBot, jobs: JobsModel) -> JobShelf:
    shelf = JobShelf()
    qtbot.addWidget(shelf)
    shelf.resize(900, 300)
    shelf.set_model(jobs)
    return shelf


def _running(jobs: JobsModel, title: str = "log") -> Job:
    job = Job(title, destination="/home/me")
    jobs.add(job)
    job.start()
    job.advance(files_done=118, files_total=190, bytes_done=5 * 10**12, bytes_total=10**13)
    return job


def _waiting(jobs: JobsModel, *titles: str) -> list[Job]:
    made = [Job(title) for title in titles]
    for place, job in enumerate(made, 1):
        job.wait_at(place, len(titles))
        jobs.add(job)
    return made


def _button(shelf: JobShelf, name: str) -> QToolButton:
    return next(one for one in shelf.findChildren(QToolButton) if one.accessibleName() == name)


def test_it_is_hidden_without_jobs(shelf: JobShelf, jobs: JobsModel) -> None:
    assert shelf.isHidden()
    jobs.add(Job("x"))
    assert not shelf.isHidden()


def test_the_summary_tells_progress_beyond_32_bits(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    job = _running(jobs)
    job.bytes_per_second, job.eta_seconds = 84e9, 3725.0
    job.changed.emit()
    qtbot.waitUntil(lambda: "left" in shelf.summary)
    assert "log → /home/me" in shelf.summary
    for fact in ("50 %", "118 of 190 files", "/s", "1:02:05 left"):
        assert fact in shelf.summary
    assert [bar.value() for bar in shelf.findChildren(QProgressBar)] == [500, 500]


def test_one_line_tells_of_the_job_that_goes_on(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    held, going = _running(jobs, "held"), _running(jobs, "going")
    held.hold(held=True)
    qtbot.waitUntil(lambda: shelf.summary.startswith("going"))
    going.hold(held=True)
    qtbot.waitUntil(lambda: shelf.summary.startswith("held") and "On hold" in shelf.summary)


def test_the_folder_of_the_one_job_that_is_done_is_offered(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    job = _running(jobs)
    button = _button(shelf, "Open destination of the finished job")
    assert button.isHidden()
    job.finish(JobState.DONE)
    qtbot.waitUntil(lambda: not button.isHidden())
    with qtbot.waitSignal(shelf.open_destination_requested) as asked:
        button.click()
    assert asked.args == [job.id]
    shelf.expand()
    assert button.isHidden(), "its row has one"
    shelf.expand(is_open=False)
    _running(jobs)
    qtbot.waitUntil(button.isHidden)


def test_a_job_of_unknown_size_has_a_moving_bar(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    job = Job("x")
    jobs.add(job)
    job.start()
    job.advance(files_done=3, files_total=0, bytes_done=10, bytes_total=0)
    qtbot.waitUntil(lambda: "3 files" in shelf.summary)
    assert all(bar.maximum() == 0 for bar in shelf.findChildren(QProgressBar))


def test_wishes_carry_the_number_of_the_job(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    shelf.show()
    shelf.expand()
    one = _running(jobs, "one")
    two = _running(jobs, "two")
    with qtbot.waitSignal(shelf.cancel_requested) as wish:
        _button(shelf, "Cancel two").click()
    assert wish.args == [two.id]
    two.finish(JobState.FAILED, error=OSError("No space left on device"))
    qtbot.waitUntil(lambda: _button(shelf, "Retry two").isVisible())
    for name, signal in (("Retry two", shelf.retry_requested), ("Details of two", shelf.details_requested)):
        with qtbot.waitSignal(signal) as wish:
            _button(shelf, name).click()
        assert wish.args == [two.id]
    one.finish(JobState.DONE)
    qtbot.waitUntil(lambda: _button(shelf, "Open destination of one").isVisible())
    with qtbot.waitSignal(shelf.open_destination_requested) as wish:
        _button(shelf, "Open destination of one").click()
    assert wish.args == [one.id]
    assert not _button(shelf, "Cancel one").isVisible()


def test_failures_are_told_in_their_row(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    job = _running(jobs)
    job.finish(JobState.FAILED, error=OSError("No space left on device"))
    qtbot.waitUntil(lambda: "Failed" in shelf.summary)
    assert "No space left on device" in shelf.rows[0].accessibleName()


def test_removed_jobs_leave_the_list(shelf: JobShelf, jobs: JobsModel) -> None:
    _running(jobs, "one").finish(JobState.DONE)
    two = _running(jobs, "two")
    jobs.remove_finished()
    assert [row.job.id for row in shelf.rows] == [two.id]


def test_rows_are_in_the_order_of_their_turns(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    _running(jobs, "old").finish(JobState.DONE)
    running = _running(jobs, "now")
    one, two = _waiting(jobs, "one", "two")
    qtbot.waitUntil(lambda: [row.job.title for row in shelf.rows] == ["now", "one", "two", "old"])
    one.wait_at(2, 2)
    two.wait_at(1, 2)
    qtbot.waitUntil(lambda: [row.job.title for row in shelf.rows] == ["now", "two", "one", "old"])
    running.finish(JobState.CANCELLED)
    qtbot.waitUntil(lambda: [row.job.title for row in shelf.rows] == ["two", "one", "now", "old"])
    assert "1 before it" in shelf.rows[1].accessibleName()


@pytest.mark.parametrize(("key", "way"), [(Qt.Key.Key_Up, "up"), (Qt.Key.Key_Down, "down"), (Qt.Key.Key_Home, "front")])
def test_a_row_that_has_the_focus_is_moved_by_keys(
    qtbot: QtBot, shelf: JobShelf, jobs: JobsModel, key: Qt.Key, way: str
) -> None:
    _, two, _ = _waiting(jobs, "one", "two", "three")
    with qtbot.waitSignal(shelf.move_requested) as wish:
        qtbot.keyClick(shelf.rows[1], key, Qt.KeyboardModifier.ControlModifier)
    assert wish.args == [two.id, way]


def test_arrows_move_the_focus_and_delete_cancels(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    _, two = _waiting(jobs, "one", "two")
    shelf.show()
    shelf.expand()
    shelf.rows[0].setFocus()
    qtbot.keyClick(shelf.rows[0], Qt.Key.Key_Down)
    assert shelf.focusWidget() is shelf.rows[1]
    with qtbot.waitSignal(shelf.cancel_requested) as wish:
        qtbot.keyClick(shelf.rows[1], Qt.Key.Key_Delete)
    assert wish.args == [two.id]


def test_moves_are_offered_only_where_they_change_something(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    shelf.show()
    shelf.expand()
    _waiting(jobs, "one", "two")
    qtbot.waitUntil(lambda: _button(shelf, "Move up: two").isVisible())
    assert not _button(shelf, "Move up: one").isEnabled()
    assert not _button(shelf, "Move down: two").isEnabled()
    with qtbot.waitSignal(shelf.move_requested) as wish:
        _button(shelf, "Do next: two").click()
    assert wish.args[1] == "front"


def test_the_number_of_jobs_at_once_is_chosen(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    shelf.show()
    _running(jobs)
    assert not shelf.at_once.isVisible()
    shelf.expand()
    assert shelf.at_once.isVisible()
    menu = shelf.at_once.menu()
    with qtbot.waitSignal(shelf.at_once_requested) as wish:
        menu.actions()[3].trigger()
    assert wish.args == [4]
    assert shelf.at_once.accessibleName() == "Jobs at once: 4"


def test_only_what_can_be_tried_again_offers_it(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    shelf.show()
    shelf.expand()
    whole, partly = _running(jobs, "whole"), _running(jobs, "partly")
    partly.failures = (LeftOut(b"/x", "why"),)
    whole.finish(JobState.DONE)
    partly.finish(JobState.DONE, note="1 could not be read")
    qtbot.waitUntil(lambda: _button(shelf, "Retry partly").isVisible())
    assert not _button(shelf, "Retry whole").isVisible()


def test_when_all_is_over_a_later_success_does_not_hide_an_earlier_failure(
    qtbot: QtBot, shelf: JobShelf, jobs: JobsModel
) -> None:
    for state in (JobState.FAILED, JobState.DONE, JobState.DONE, JobState.CANCELLED):
        jobs.add(job := Job("x"))
        job.finish(state)
    qtbot.waitUntil(lambda: shelf.summary == "4 jobs 1 failed · 2 done · 1 cancelled")


def test_what_is_over_can_be_cleared_away(qtbot: QtBot, shelf: JobShelf, jobs: JobsModel) -> None:
    shelf.clear_requested.connect(jobs.remove_finished)
    running = _running(jobs)
    clear = next(one for one in shelf.findChildren(QPushButton) if one.text() == "Clear Finished")
    shelf.expand()
    assert clear.isHidden(), "nothing is over"
    jobs.add(done := Job("x"))
    done.finish(JobState.DONE)
    qtbot.waitUntil(lambda: not clear.isHidden())
    clear.click()
    assert [row.job for row in shelf.rows] == [running]
    assert clear.isHidden()
