"""The banner between bar and files, for what needs an answer. GUI thread; no dialog for what it can say."""

from __future__ import annotations

from functools import partial
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from cutaway_app import resources, theme
from cutaway_app.controls.buttons import text_button, tool_button
from cutaway_app.controls.labels import IconLabel, plain_label

Level = Literal["info", "warning", "error"]
_DETAILS_HEIGHT = 120
#: Letters of the words in a line, for which there is room before the buttons come beside them.
_WORDS = 60


class Banner(QFrame):
    """A message with actions and details; hidden until there is one.

    Signals:
        action_requested(str): the button of an action was pressed; its identifier.
        dismissed(): the person closed it.
        next_requested(): the person wants to see another of the messages that wait.
        all_dismissed(): the person closed it and all that wait.
        focus_left(): it had the focus and is hidden.
    """

    action_requested = Signal(str)
    dismissed = Signal()
    next_requested = Signal()
    all_dismissed = Signal()
    focus_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Message")
        self._icon = IconLabel(20, self)
        self._title = plain_label(parent=self, bold=True)
        self._text = plain_label(parent=self)
        for label in (self._title, self._text):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        self._buttons, self._row = QHBoxLayout(), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._toggle = tool_button("chevron-down", "Show details", self)
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._on_toggle_toggled)
        self._next = text_button("", self, role="link")
        self._next.setToolTip("Show the next message")
        self._next.clicked.connect(self.next_requested)
        self._close_all = text_button("Close All", self, role="link")
        self._close_all.setToolTip("Close all messages")
        self._close_all.clicked.connect(self.all_dismissed)
        self._copy = tool_button("copy", "Copy details", self)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._close = tool_button("close", "Close message", self)
        self._close.clicked.connect(self._on_close_clicked)
        self._details = QPlainTextEdit(self)
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details")
        self._details.setTabChangesFocus(True)
        self._details.setFont(theme.monospace())
        self._details.setFixedHeight(_DETAILS_HEIGHT)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        self._buttons.addLayout(self._actions)
        for button in (self._next, self._close_all, self._copy, self._toggle, self._close):
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.setSpacing(8)
        self._row.addLayout(head, 1)
        self._row.addLayout(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(self._row)
        layout.addWidget(self._details)

    def show_message(
        self, title: str, text: str, level: Level, actions: list[tuple[str, str]], details: str = ""
    ) -> None:
        """Show a message; it replaces an earlier one.

        Args:
            title: What happened, as a sentence.
            text: Why, and what to try.
            level: How grave it is.
            actions: Identifier and word of each button; the first is the recommended one.
            details: For those who want to know or report more.
        """
        self._title.setText(title)
        self.show_text(text)
        self.setProperty("level", level)
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.show_icon(level, "accent" if level == "info" else level)
        self._make_actions(actions)
        self.show_waiting(0)
        self._details.setPlainText(details)
        self._toggle.setChecked(False)
        self._details.hide()
        for button in (self._toggle, self._copy):
            button.setVisible(bool(details))
        self.setAccessibleDescription(f"{title}. {text}")
        self._fit()
        self.show()
        self._announce(f"{title}. {text}", level)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width for the words first."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put the buttons below the words where there is no room beside them."""
        room = self.width() - self._buttons.sizeHint().width()
        direction = QBoxLayout.Direction
        is_narrow = room < _WORDS * self.fontMetrics().averageCharWidth()
        self._row.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    def take_focus(self) -> None:
        """Give the focus to the recommended answer, or to what closes the message if there is none."""
        item = self._actions.itemAt(0)
        first = item.widget() if item is not None else None
        (first or self._close).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_text(self, text: str) -> None:
        """Show another text below the same title."""
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def show_waiting(self, count: int) -> None:
        """Tell how many other messages wait behind this one."""
        self._next.setText(f"{count} more")
        self._next.setAccessibleName("Next of one more message" if count == 1 else f"Next of {count} more messages")
        self._next.setVisible(count > 0)
        self._close_all.setVisible(count > 1)

    def hide_message(self) -> None:
        """Show nothing."""
        had_focus = self._has_focus()
        self.hide()
        if had_focus:
            self.focus_left.emit()

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    def _make_actions(self, actions: list[tuple[str, str]]) -> None:
        if self._has_focus():
            self._close.setFocus()  # rather than whatever comes after a button that goes
        while (item := self._actions.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for identifier, word in actions:
            button = text_button(word, self)
            button.clicked.connect(partial(self._on_action_clicked, identifier))
            self._actions.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _announce(self, said: str, level: Level) -> None:
        event = QAccessibleAnnouncementEvent(self, said)
        is_urgent = level == "error"
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if is_urgent else politeness.Polite)
        QAccessible.updateAccessibility(event)

    def _on_action_clicked(self, identifier: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's slot
        self.action_requested.emit(identifier)

    def _on_toggle_toggled(self, is_open: bool) -> None:  # noqa: FBT001 Qt's slot
        self._details.setVisible(is_open)
        resources.set_icon(self._toggle, "chevron-up" if is_open else "chevron-down")
        name = "Hide details" if is_open else "Show details"
        self._toggle.setAccessibleName(name)
        self._toggle.setToolTip(name)

    def _on_copy_clicked(self) -> None:
        text = f"{self._title.text()}\n{self._text.text()}\n\n{self._details.toPlainText()}"
        QGuiApplication.clipboard().setText(text)

    def _on_close_clicked(self) -> None:
        self.hide_message()
        self.dismissed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._on_close_clicked()
        else:
            super().keyPressEvent(event)
