"""Sizes, times and durations as a person reads them, in the locale of the desktop.

GUI thread by custom, but free of state. Exact values stay at hand for tool tips. Time stamps come from images and may
be any 64-bit number.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, QTimeZone

_MIN_MS, _MAX_MS = -62135596800000, 253402300799000


def size_text(size_bytes: int) -> str:
    """Return a size in the largest fitting unit, as the locale writes it.

    NB: units of a thousand, as the engine has them in what it says: both stand side by side.
    """
    if size_bytes < 0:
        return "—"
    if size_bytes == 1:
        return exact_size_text(size_bytes)
    shown = min(size_bytes, 2**63 - 1)
    return QLocale().formattedDataSize(shown, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def exact_size_text(size_bytes: int) -> str:
    """Return a size in bytes, grouped: "1,412,034 bytes"."""
    return f"{count_text(size_bytes)} {'byte' if size_bytes == 1 else 'bytes'}"


def count_text(number: int) -> str:
    """Return a number with the locale's groups; Python's integers may be larger than Qt's."""
    separator = QLocale().groupSeparator()
    return f"{number:,}".replace(",", separator)


def counted(number: int, what: str) -> str:
    """Return a number of things: "1 file", "2 files"."""
    return f"{count_text(number)} {what}" if number == 1 else f"{count_text(number)} {what}s"


def moment_text(nanoseconds: int) -> str:
    """Return a time stamp as a short local date and time; as ISO 8601 has it where the desktop has no locale."""
    if QLocale().language() == QLocale.Language.C:
        return _moment(nanoseconds).toString("yyyy-MM-dd HH:mm")
    return QLocale().toString(_moment(nanoseconds), QLocale.FormatType.ShortFormat)


def exact_moment_text(nanoseconds: int) -> str:
    """Return a time stamp to the nanosecond, in local time with its offset; no fraction if there is none."""
    moment = _moment(nanoseconds)
    offset = moment.offsetFromUtc() // 60
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    rest = nanoseconds % 1_000_000_000
    fraction = f".{rest:09}" if rest else ""
    return f"{moment.toString('yyyy-MM-dd HH:mm:ss')}{fraction} {zone}"


def _moment(nanoseconds: int) -> QDateTime:
    milliseconds = min(max(nanoseconds // 1_000_000, _MIN_MS), _MAX_MS)
    return QDateTime.fromMSecsSinceEpoch(milliseconds, QTimeZone.systemTimeZone())


def duration_text(seconds: float) -> str:
    """Return a duration as a clock shows it: "0:07", "1:02:45"."""
    whole = max(0, min(round(seconds), 359_999))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def rate_text(bytes_per_second: float) -> str:
    """Return a throughput: "84 MB/s"."""
    return f"{size_text(int(bytes_per_second))}/s"
