"""The first slow part of showing text, for a worker thread: decode, make harmless for the view.

Any thread; touches nothing of Qt's widgets.
"""

from __future__ import annotations

from dataclasses import dataclass

from cutaway_app.viewers.text_guess import decode

#: Qt lays out a line as a whole; longer ones are broken.
MAX_LINE = 5_000
_CONTROL = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
#: What turns the direction of writing until further notice would show a text that is another; it is marked instead.
_CONTROL |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\u2426")


@dataclass(frozen=True)
class PreparedText:
    """Text that is ready for the view."""

    text: str
    encoding: str
    has_broken_lines: bool


def prepare(part: bytes, *, is_complete: bool, encoding: str = "") -> PreparedText:
    """Return a part of a file as text for the view; without an encoding, in the one that it seems to have."""
    decoded = decode(part, is_complete=is_complete, encoding=encoding)
    text = decoded.text.replace("\r\n", "\n").translate(_CONTROL).replace("\u2029", "\n").replace("\u2028", "\n")
    lines = text.split("\n")
    has_long = any(len(line) > MAX_LINE for line in lines)
    if has_long:
        text = "\n".join(part for line in lines for part in _broken(line))
    return PreparedText(text, decoded.encoding, has_long)


def span_of(part: bytes, offset: int, length: int, encoding: str) -> tuple[int, int]:
    """Return where some bytes of a part are in the text that `prepare` makes of it, as Qt counts.

    The last zero byte of UTF-16 may be missing.
    """
    last = offset + length
    if encoding.startswith("utf-16"):
        last += last % 2
    begin, end = (prepare(part[:place], is_complete=False, encoding=encoding) for place in (offset, last))
    return qt_length(begin.text), qt_length(end.text)


def qt_length(text: str) -> int:
    """Return how long a text is as Qt counts: in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _broken(line: str) -> list[str]:
    return [line[start : start + MAX_LINE] for start in range(0, len(line), MAX_LINE)] or [""]
