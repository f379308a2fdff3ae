"""Log, history, jobs, and errors in a person's words."""

from __future__ import annotations

import pytest
from cutaway import errors
from cutaway_app.error_messages import TITLES, explain
from cutaway_app.models import jobs as jobs_module
from cutaway_app.models.history import History
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.models.log import MAX_LINES, LogModel, log_line


def test_the_log_keeps_the_newest_lines(qapp: object) -> None:
    model = LogModel()
    for start in range(0, 30_000, 1_000):
        model.append_many([log_line("kernel", str(number)) for number in range(start, start + 1_000)])
    assert model.rowCount() <= MAX_LINES
    assert model.last is not None
    assert model.last.text == "29999"
    model.append_many([log_line("kernel", str(number)) for number in range(25_000)])
    assert model.rowCount() == MAX_LINES


def test_a_log_line_cannot_colour_the_terminal_or_turn_the_text(qapp: object) -> None:
    assert log_line("kernel", "\x1b[31mred\u202e").text == "\\x1b[31mred\\u202e"


def test_history_goes_back_and_forward(qapp: object) -> None:
    session = ImageSession("/a")
    history = History()
    places = [Place(session, 0, path) for path in (b"/", b"/etc", b"/etc/ssh")]
    for place in places:
        history.visit(place)
        history.visit(place)
    assert history.peek(-1) == places[1]
    history.move(-1)
    assert history.peek(1) == places[2]
    history.visit(Place(session, 0, b"/var"))
    assert history.peek(1) is None
    assert history.peek(-1) == places[1]


def test_a_closed_image_vanishes_from_history(qapp: object) -> None:
    one, two = ImageSession("/a"), ImageSession("/b")
    history = History()
    for place in (Place(one, 0, b"/"), Place(two, 0, b"/"), Place(one, 0, b"/etc"), Place(two, 0, b"/var")):
        history.visit(place)
    history.forget(two)
    assert history.peek(0) == Place(one, 0, b"/etc")
    assert history.peek(-1) == Place(one, 0, b"/")
    assert history.peek(1) is None


def test_progress_beyond_32_bits_is_exact(qapp: object) -> None:
    job = Job("big")
    job.start()
    job.advance(files_done=0, files_total=1, bytes_done=5_000_000_000, bytes_total=10_000_000_000)
    assert job.fraction == 0.5
    assert job.bytes_done == 5_000_000_000


def test_the_speed_of_what_stands_still_goes_down(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(jobs_module.time, "monotonic", lambda: now[0])
    job = Job("stalled")
    job.start()
    for step in (1, 2):
        now[0] += 1
        job.advance(files_done=0, files_total=1, bytes_done=step * 1_000_000, bytes_total=10_000_000)
    speed, left = job.bytes_per_second, job.eta_seconds
    assert (speed, left) == (1_000_000, 8)
    now[0] += 0.5
    job.tick()
    assert job.bytes_per_second == speed, "a short silence means nothing"
    for _ in range(60):
        now[0] += 2
        job.tick()
    assert (job.bytes_per_second, job.eta_seconds) == (0, None)


def test_finished_jobs_can_be_cleared_away(qapp: object) -> None:
    model = JobsModel()
    jobs = [Job("one"), Job("two")]
    for job in jobs:
        model.add(job)
    jobs[0].finish(JobState.DONE)
    model.remove_finished()
    assert model.rowCount() == 1
    assert model.job(0) is jobs[1]


@pytest.mark.parametrize("kind", [kind for kind, *_ in TITLES])
def test_every_error_of_the_table_gets_its_own_title(kind: type[BaseException]) -> None:
    error = kind.__new__(kind)
    error.args = ("something happened",)
    if isinstance(error, errors.EngineError):
        error.message = "something happened"
    title = next(title for other, title, _ in TITLES if other is kind)
    assert explain(_complete(error)).title == title


def _complete(error: BaseException) -> BaseException:
    for name, value in {
        "exit_code": None, "command": (), "console_tail": "", "procedure": "ls", "errno_name": "EIO", "tool": "",
    }.items():  # fmt: skip
        if not hasattr(error, name):
            setattr(error, name, value)
    return error


def test_an_unknown_error_is_called_a_fault_of_the_program() -> None:
    text = explain(ZeroDivisionError("division by zero"))
    assert text.title == "Something went wrong in Cutaway"
    assert "ZeroDivisionError" in text.details


def test_untrusted_text_in_an_error_is_harmless() -> None:
    text = explain(errors.GuestError("evil \x1b[2J\u202e name", procedure="ls"))
    assert "\x1b" not in text.text + text.details
    assert "\u202e" not in text.text + text.details


@pytest.mark.parametrize("required", ["READY", "READY or BUSY"])
def test_what_a_handle_needs_is_not_told_to_a_person(required: str) -> None:
    text = explain(errors.StateError("pread", actual="CONFIG", required=required))
    assert text.text == "Nothing can be read from the image now. Restart the appliance."
    assert "pread needs the state" in text.details
