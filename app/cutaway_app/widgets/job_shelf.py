"""The shelf of jobs at the foot of the window: one line that tells the most, a list to unfold. GUI thread.

It refreshes at most ten times a second however often jobs change. It knows jobs by their shape (`job_words.ShownJob`).
"""

from __future__ import annotations

from functools import partial
from typing import Protocol, cast

from PySide6.QtCore import QAbstractListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cutaway_app import resources
from cutaway_app.controls.buttons import text_button, tool_button
from cutaway_app.controls.labels import ElidedLabel, IconLabel
from cutaway_app.figures import count_text
from cutaway_app.widgets.at_once_button import AtOnceButton
from cutaway_app.widgets.job_row import JobRow, job_bar, job_icon_color, show_in_bar
from cutaway_app.widgets.job_words import ICONS, ShownJob, facts, gravest, is_over, order, outcomes, state_of

_REFRESH_MS, _LIST_HEIGHT, _BAR_WIDTH = 100, 240, 160
#: Characters of the title that are kept, whatever there is to say beside it.
_TITLE = 20


class JobsModel(Protocol):
    """What the shelf asks of its model beside Qt's own."""

    def job(self, row: int, /) -> ShownJob:
        """Return the job of a row."""


def _foremost(active: list[ShownJob]) -> ShownJob:
    """Return the job that one line tells of: one that goes on, though another before it is held."""
    return next((job for job in active if state_of(job) == "RUNNING" and not job.is_held), active[0])


class JobShelf(QFrame):
    """Summary and list of jobs; hidden while there are none.

    Signals:
        hold_requested(object), cancel_requested(object), retry_requested(object), open_destination_requested(object),
        details_requested(object): the wish of that name, with the job's id.
        move_requested(object, str): a job that waits shall go to the "front", "up" or "down".
        clear_requested(): jobs that are over need not be shown any more.
        at_once_requested(int): so many jobs shall run at once.
    """

    move_requested = Signal(object, str)
    clear_requested = Signal()
    at_once_requested = Signal(int)
    hold_requested = Signal(object)
    cancel_requested = Signal(object)
    retry_requested = Signal(object)
    open_destination_requested = Signal(object)
    details_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setAccessibleName("Jobs")
        self._model: QAbstractListModel | None = None
        self._rows: list[JobRow] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._icon = IconLabel(16, self)
        self._title = ElidedLabel("", self)
        self._title.setMinimumWidth(_TITLE * self.fontMetrics().averageCharWidth())
        self._facts = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._facts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._facts.setProperty("role", "muted")
        self._bar = job_bar(self, "Progress")
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._cancel = tool_button("close", "Cancel job", self, tip="Cancel")
        self._cancel.clicked.connect(self._on_cancel_clicked)
        self._open = tool_button("open-external", "Open destination of the finished job", self, tip="Open destination")
        self._open.clicked.connect(lambda: self.open_destination_requested.emit(self._open.property("job")))
        self._toggle = tool_button("chevron-up", "Show all jobs", self)
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._on_toggle_toggled)
        self._clear = text_button("Clear Finished", self, role="link")
        self._clear.clicked.connect(self.clear_requested)
        self.at_once = AtOnceButton(self)
        self.at_once.chosen.connect(self.at_once_requested)
        self._list = QWidget(self)
        self._list_layout = QVBoxLayout(self._list)
        self._scroll = QScrollArea(self)
        self._lay_out()
        self._refresh()

    def _lay_out(self) -> None:
        self._list.setProperty("role", "content")
        self._list.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._list_layout.setContentsMargins(0, 0, 0, 0)
        self._list_layout.setSpacing(0)
        self._list_layout.addStretch(1)
        self._scroll.setWidget(self._list)
        self._scroll.setWidgetResizable(True)
        self._scroll.setMaximumHeight(_LIST_HEIGHT)
        self._scroll.setAccessibleName("All jobs")
        self._scroll.hide()
        row = QHBoxLayout()
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._title, 1)
        for widget in (self._bar, self._facts, self._clear, self.at_once, self._open, self._cancel, self._toggle):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll)
        layout.addLayout(row)

    def set_model(self, model: QAbstractListModel) -> None:
        """Show these jobs."""
        self._model = model
        model.rowsInserted.connect(self._rebuild)
        model.rowsRemoved.connect(self._rebuild)
        model.modelReset.connect(self._rebuild)
        self._rebuild()

    @property
    def rows(self) -> list[JobRow]:
        """The rows of the list: what runs, what waits in its order, what is over, the newest first."""
        return self._rows

    @property
    def summary(self) -> str:
        """What the one line says."""
        return f"{self._title.text()} {self._facts.text()}".strip()

    def expand(self, *, is_open: bool = True) -> None:
        """Unfold the list, or fold it."""
        self._toggle.setChecked(is_open)

    def _jobs(self) -> list[ShownJob]:
        if self._model is None:
            return []
        model = cast("JobsModel", self._model)
        return [model.job(row) for row in range(self._model.rowCount())]

    def _rebuild(self) -> None:
        jobs = self._jobs()
        kept = {row.job.id: row for row in self._rows}
        shown = {job.id for job in jobs}
        for number, row in kept.items():
            if number not in shown:
                row.hide()
                row.deleteLater()
        self._rows = [kept.get(job.id) or self._make_row(job) for job in jobs]
        self._refresh()

    def _arrange(self) -> None:
        """Bring the rows into their order, if it has changed."""
        self._rows.sort(key=lambda row: order(row.job))
        for place, row in enumerate(self._rows):
            if self._list_layout.indexOf(row) != place:
                self._list_layout.insertWidget(place, row)

    def _make_row(self, job: ShownJob) -> JobRow:
        row = JobRow(job, self._list)
        row.hold_requested.connect(self.hold_requested)
        row.cancel_requested.connect(self.cancel_requested)
        row.retry_requested.connect(self.retry_requested)
        row.open_destination_requested.connect(self.open_destination_requested)
        row.details_requested.connect(self.details_requested)
        row.move_requested.connect(self.move_requested)
        row.step_requested.connect(partial(self._step, row))
        job.changed.connect(self._on_job_changed)
        return row

    def _step(self, row: JobRow, places: int) -> None:
        """Give the focus to another row."""
        place = self._rows.index(row) + places
        if 0 <= place < len(self._rows):
            self._rows[place].setFocus(Qt.FocusReason.TabFocusReason)
            self._scroll.ensureWidgetVisible(self._rows[place])

    def _on_job_changed(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        self._arrange()
        for row in self._rows:
            row.refresh()
        jobs = self._jobs()
        self.setVisible(bool(jobs))
        if jobs:
            active = sorted((job for job in jobs if not is_over(job)), key=order)
            self._show_at_once(active)
            self._clear.setVisible(len(active) < len(jobs) and (self._toggle.isChecked() or not active))
            self._offer_folder(active, jobs)
            self._summarise(active, _foremost(active) if active else jobs[-1])
            if not active and len(jobs) > 1:
                self._summarise_all(jobs)

    def _offer_folder(self, active: list[ShownJob], jobs: list[ShownJob]) -> None:
        """Offer to open where a job that is done has written, if the line is about that one."""
        last = jobs[-1]
        is_one = len(jobs) == 1 and not active and not self._toggle.isChecked()
        self._open.setVisible(is_one and state_of(last) == "DONE" and bool(last.destination))
        self._open.setProperty("job", last.id)

    def _show_at_once(self, active: list[ShownJob]) -> None:
        """Offer the number where it matters: in the list, and while a job waits for another."""
        self.at_once.setVisible(self._toggle.isChecked() or any(job.place for job in active))

    def _summarise(self, active: list[ShownJob], job: ShownJob) -> None:
        more = f" (+{len(active) - 1} more)" if len(active) > 1 else ""
        arrow = f" → {job.destination}" if job.destination and "→" not in job.title else ""
        self._title.setText(f"{job.title}{arrow}{more}")
        failed = state_of(job) == "FAILED"
        self._facts.setText("Failed" if failed else facts(job))
        self._icon.setToolTip(facts(job))
        self._bar.setVisible(bool(active))
        self._cancel.setVisible(bool(active))
        self._cancel.setProperty("job", job.id)
        show_in_bar(self._bar, job)
        self.setAccessibleDescription(self.summary)
        self._icon.show_icon(ICONS[state_of(job)], job_icon_color(state_of(job)))

    def _summarise_all(self, jobs: list[ShownJob]) -> None:
        """Tell of all jobs that are over, so that the last one does not hide that an earlier one failed."""
        self._title.setText(f"{count_text(len(jobs))} jobs")
        self._facts.setText(outcomes(jobs))
        self._facts.setToolTip("")
        self.setAccessibleDescription(self.summary)
        self._icon.show_icon(ICONS[gravest(jobs)], job_icon_color(gravest(jobs)))

    def _on_cancel_clicked(self) -> None:
        self.cancel_requested.emit(self._cancel.property("job"))

    def _on_toggle_toggled(self, is_open: bool) -> None:  # noqa: FBT001 Qt's slot
        self._scroll.setVisible(is_open)
        self._refresh()
        name = "Hide jobs" if is_open else "Show all jobs"
        resources.set_icon(self._toggle, "chevron-down" if is_open else "chevron-up")
        self._toggle.setAccessibleName(name)
        self._toggle.setToolTip(name)
