"""Entries of a log, as a table. GUI thread."""

from __future__ import annotations

from typing import Any

from cutaway.records import JournalEntry
from PySide6.QtCore import QDateTime, QModelIndex, Qt
from PySide6.QtGui import QBrush, QFont

from cutaway_app import theme
from cutaway_app.figures import count_text
from cutaway_app.models.paged_rows import ModelIndex, PagedRows
from cutaway_app.names import display_line, display_name, plain_tip

Role = Qt.ItemDataRole
TITLES = ("Time", "Priority", "Source", "Message")
TIME, PRIORITY, SOURCE, MESSAGE = range(4)
#: What priorities are called, from 0 on (syslog(3)).
PRIORITIES = ("Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Info", "Debug")
ERROR, WARNING, DEBUG = 3, 4, 7
#: Of a message no more is put into a cell, and into a tool tip.
CELL_MAX, TIP_MAX = 400, 4000


class LogTable(PagedRows):
    """The entries."""

    def entry(self, row: int) -> JournalEntry:
        """Return an entry."""
        found: JournalEntry = self._rows[row]
        return found

    def columnCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return what is told of each."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return what a cell shows, or how."""
        if not index.isValid():
            return None
        entry = self.entry(index.row())
        if role == Role.DisplayRole:
            return cell_text(entry, index.column())
        if role == Role.ToolTipRole and index.column() in {SOURCE, MESSAGE}:
            return plain_tip(message_text(entry.message[:TIP_MAX]) if index.column() == MESSAGE else source_text(entry))
        if role == Role.ForegroundRole:
            return _brush(entry.priority)
        if role == Role.FontRole and 0 <= entry.priority <= ERROR and index.column() == PRIORITY:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Return a title."""
        is_title = orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole
        return TITLES[section] if is_title else None


def _brush(priority: int) -> QBrush | None:
    colors = theme.colors()
    if 0 <= priority <= ERROR:
        return QBrush(colors.error)
    if priority == WARNING:
        return QBrush(colors.warning)
    return QBrush(colors.muted) if priority >= DEBUG else None


def cell_text(entry: JournalEntry, column: int) -> str:
    """Return what a cell shows: one line, and nothing that does harm."""
    if column == TIME:
        return time_text(entry.time_us)
    if column == PRIORITY:
        return PRIORITIES[entry.priority] if 0 <= entry.priority < len(PRIORITIES) else ""
    if column == SOURCE:
        return source_text(entry)
    lines = entry.message[: 4 * CELL_MAX].decode("utf-8", "surrogateescape").splitlines()
    return display_line(" ⏎ ".join(line for line in lines if line.strip())[:CELL_MAX])


def source_text(entry: JournalEntry) -> str:
    """Return who has written an entry: the program with its number, and the unit if that is called otherwise."""
    name = entry.identifier or entry.unit
    said = f"{name}[{entry.pid}]" if entry.pid > 0 else name
    bare = entry.unit.partition(".")[0]
    return display_line(said if not entry.unit or bare in {name, f"{name}d"} else f"{said} ({entry.unit})")


def time_text(time_us: int) -> str:
    """Return a time, local, to the second; a hostile one as a number."""
    moment = QDateTime.fromMSecsSinceEpoch(time_us // 1000)
    return moment.toString("yyyy-MM-dd HH:mm:ss") if moment.isValid() else str(time_us)


def message_text(message: bytes) -> str:
    """Return a message with its lines; what does harm or is no UTF-8 as numbers."""
    return "\n".join(display_name(line.replace(b"\t", b"    ")) for line in message.rstrip(b"\r\n").split(b"\n"))


def entries_text(count: int) -> str:
    """Return a number of entries: "1 entry", "2 entries"."""
    return f"{count_text(count)} {'entry' if count == 1 else 'entries'}"


def entry_text(entry: JournalEntry) -> str:
    """Return an entry as a line of a log, as journalctl writes it; further lines of its message below."""
    moment = QDateTime.fromMSecsSinceEpoch(entry.time_us // 1000)
    name = display_line(entry.identifier or entry.unit or "unknown")
    start = f"{moment.toOffsetFromUtc(moment.offsetFromUtc()).toString(Qt.DateFormat.ISODate)} "
    start += f"{display_line(entry.hostname)} {name}" + (f"[{entry.pid}]: " if entry.pid > 0 else ": ")
    return start + message_text(entry.message).replace("\n", "\n" + " " * len(start))
