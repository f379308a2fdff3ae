"""One job in the shelf's list: what, how far, and buttons for what can be done about it. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QToolButton, QVBoxLayout, QWidget

from cutaway_app import resources, theme
from cutaway_app.controls.buttons import tool_button
from cutaway_app.controls.labels import ElidedLabel, IconLabel
from cutaway_app.widgets.job_words import ICONS, ShownJob, bar_value, can_retry, facts, is_over, state_of

#: How a job that waits can be moved: icon, words, key.
MOVES = {
    "front": ("up", "Do next", "Ctrl+Home"), "up": ("chevron-up", "Move up", "Ctrl+Up"),
    "down": ("chevron-down", "Move down", "Ctrl+Down"),
}  # fmt: skip
KEYS = {int(Qt.Key.Key_Home): "front", int(Qt.Key.Key_Up): "up", int(Qt.Key.Key_Down): "down"}
STEPS = {int(Qt.Key.Key_Up): -1, int(Qt.Key.Key_Down): 1}


def _move_button(way: str, title: str, parent: QWidget) -> QToolButton:
    icon, words, keys = MOVES[way]
    return tool_button(icon, f"{words}: {title}", parent, tip=f"{words} ({keys})")


def job_icon_color(state: str) -> str:
    """Return the colour of a state's icon, by its name in the theme."""
    return {"DONE": "success", "FAILED": "error", "RUNNING": "accent"}.get(state, "muted")


def job_bar(parent: QWidget, name: str) -> QProgressBar:
    """Return a bar for a job: 0 to 1000, since Qt's own numbers are too small for bytes."""
    bar = QProgressBar(parent)
    bar.setRange(0, 1000)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    return bar


def show_in_bar(bar: QProgressBar, job: ShownJob) -> None:
    """Set a bar to a job's progress and state."""
    value = bar_value(job)
    bar.setRange(0, 0 if value is None else 1000)
    if value is not None:
        bar.setValue(value)
    state = {"FAILED": "failed", "DONE": "done"}.get(state_of(job), "")
    if bar.property("state") != state:
        bar.setProperty("state", state)
        bar.style().unpolish(bar)
        bar.style().polish(bar)


class JobRow(QFrame):
    """One job.

    Signals:
        hold_requested(object), cancel_requested(object), retry_requested(object), open_destination_requested(object),
        details_requested(object): the wish of that name, with the job's id.
        move_requested(object, str): it shall go to the "front" of those that wait, "up" or "down".
        step_requested(int): the row so many places further down shall have the focus.
    """

    move_requested = Signal(object, str)
    step_requested = Signal(int)
    hold_requested = Signal(object)
    cancel_requested = Signal(object)
    retry_requested = Signal(object)
    open_destination_requested = Signal(object)
    details_requested = Signal(object)

    def __init__(self, job: ShownJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = job
        self._icon = IconLabel(16, self)
        self._title = ElidedLabel("", self)
        self._facts = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._facts.setProperty("role", "muted")
        self._facts.setFont(theme.tabular(theme.scaled(self.font(), 0.9)))
        self._bar = job_bar(self, f"Progress of {job.title}")
        self._details = tool_button("info", f"Details of {job.title}", self, tip="Details")
        self._open = tool_button("open-external", f"Open destination of {job.title}", self, tip="Open destination")
        self._retry = tool_button("retry", f"Retry {job.title}", self, tip="Retry")
        self._hold = tool_button("pause", f"Hold {job.title}", self, tip="Hold")
        self._cancel = tool_button("close", f"Cancel {job.title}", self, tip="Cancel")
        self._moves = {way: _move_button(way, job.title, self) for way in MOVES}
        self._hold.clicked.connect(lambda: self.hold_requested.emit(job.id))
        self._details.clicked.connect(lambda: self.details_requested.emit(job.id))
        self._open.clicked.connect(lambda: self.open_destination_requested.emit(job.id))
        self._retry.clicked.connect(lambda: self.retry_requested.emit(job.id))
        self._cancel.clicked.connect(lambda: self.cancel_requested.emit(job.id))
        for way, button in self._moves.items():
            button.clicked.connect(partial(self._on_move_clicked, way))
        self._buttons = (*self._moves.values(), self._details, self._open, self._retry, self._hold, self._cancel)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("role", "row")
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        for widget in (self._title, self._bar, self._facts):
            words.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for button in self._buttons:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    @property
    def job(self) -> ShownJob:
        """The job that is shown."""
        return self._job

    def refresh(self) -> None:
        """Show what is new about the job."""
        job, state = self._job, state_of(self._job)
        title = f"{job.title} → {job.destination}" if job.destination and "→" not in job.title else job.title
        self._title.setText(title)
        self._facts.setText(facts(job))
        self.setAccessibleName(f"{title}. {facts(job)}")
        show_in_bar(self._bar, job)
        self._bar.setVisible(state == "RUNNING" or (state == "FAILED" and bool(job.fraction)))
        self._details.setVisible(state == "FAILED" or bool(job.note))
        self._open.setVisible(state == "DONE" and bool(job.destination))
        self._retry.setVisible(can_retry(job))
        self._retry.setToolTip("Retry what failed" if state == "DONE" else "Retry")
        self._show_moves(job)
        self._cancel.setVisible(not is_over(job))
        self._show_hold(job, is_running=state == "RUNNING" and job.can_hold)
        self._icon.show_icon(ICONS[state], job_icon_color(state))

    def _show_moves(self, job: ShownJob) -> None:
        """Offer to change its turn, where there is another to change it with."""
        for way, button in self._moves.items():
            button.setVisible(job.waiting > 1 and job.place > 0)
            button.setEnabled(job.place < job.waiting if way == "down" else job.place > 1)

    def _on_move_clicked(self, way: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's slot
        self.move_requested.emit(self._job.id, way)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the job with Ctrl and an arrow or Home, the focus with an arrow; cancel with Delete."""
        key, is_moved = event.key(), event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if is_moved and key in KEYS and self._job.place:
            self.move_requested.emit(self._job.id, KEYS[key])
        elif not is_moved and key in STEPS:
            self.step_requested.emit(STEPS[key])
        elif key == Qt.Key.Key_Delete and not is_over(self._job):
            self.cancel_requested.emit(self._job.id)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer in words what the buttons do."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for button in self._buttons:
            if button.isVisible() and button.isEnabled():
                menu.addAction(button.icon(), button.toolTip()).triggered.connect(button.click)
        if menu.actions():
            menu.popup(event.globalPos())

    def _show_hold(self, job: ShownJob, *, is_running: bool) -> None:
        """Let the button say what it does: hold, or go on."""
        word, icon = ("Go on", "play") if job.is_held else ("Hold", "pause")
        self._hold.setVisible(is_running)
        if self._hold.toolTip() != word:
            self._hold.setToolTip(word)
            self._hold.setAccessibleName(f"{word} {job.title}")
            resources.set_icon(self._hold, icon)
