"""Tokens of a text, found in a worker thread by Pygments, painted in slices of the GUI thread.

`find_spans` belongs into a worker and touches nothing of Qt. `SlicedHighlighter` colours for some milliseconds per turn
of the event loop, so that no file makes the window stutter.
"""

from __future__ import annotations

import time
from typing import Any

from pygments.lexers import get_lexer_for_filename, guess_lexer
from pygments.token import Token
from pygments.util import ClassNotFound
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextDocument, QTextLayout

from cutaway_app import theme

MAX_HIGHLIGHTED = 256 << 10
_SLICE_S = 0.008
#: Kind of token to colour name of the theme; the first that contains a token counts.
_KINDS = (
    (Token.Comment, "comment"), (Token.Keyword, "keyword"), (Token.Literal.String, "string"),
    (Token.Literal.Number, "number"), (Token.Name.Tag, "keyword"), (Token.Name.Attribute, "name"),
    (Token.Name.Function, "name"), (Token.Name.Class, "name"), (Token.Name.Builtin, "name"),
    (Token.Name.Variable, "name"), (Token.Generic.Heading, "keyword"),
)  # fmt: skip
#: Per line: start, length, colour name.
Spans = list[list[tuple[int, int, str]]]


def find_spans(name: str, text: str) -> Spans:
    """Return what is to be coloured in each line; nothing where no language is known."""
    lexer = _lexer(name, text)
    if lexer is None:
        return []
    lines: Spans = [[]]
    column = 0
    for _, kind, value in lexer.get_tokens_unprocessed(text[:MAX_HIGHLIGHTED]):
        color = next((color for wanted, color in _KINDS if kind in wanted), None)
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
                column = 0
            width = _utf16_length(part)
            if color and width:
                lines[-1].append((column, width, color))
            column += width
    return lines


def _utf16_length(text: str) -> int:
    """Qt counts in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _lexer(name: str, text: str) -> Any:
    try:
        return get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        pass
    if not text.startswith(("#!", "<?xml", "<!DOCTYPE")):
        return None
    try:
        return guess_lexer(text[:2048], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


class SlicedHighlighter(QObject):
    """Colours lines whose spans are known, a slice at a time.

    Not a QSyntaxHighlighter: that would call Python for each line that is inserted, while a worker holds the
    interpreter's lock.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._document = document
        self._spans: Spans = []
        self._next = 0
        self._formats: dict[str, QTextCharFormat] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._colour_slice)

    def set_spans(self, spans: Spans) -> None:
        """Colour the document so, beginning at its first line."""
        self._spans = spans
        self.colour()

    def colour(self) -> None:
        """Colour all lines in the colours of the theme, beginning at the first."""
        self._next = 0
        self._formats = {name: _format(getattr(theme.colors(), name)) for _, name in _KINDS}
        if self._spans:
            self._timer.start()
        else:
            self._timer.stop()

    @property
    def is_busy(self) -> bool:
        """Whether lines are still to be coloured."""
        return self._timer.isActive()

    def _colour_slice(self) -> None:
        deadline = time.perf_counter() + _SLICE_S
        block = self._document.findBlockByNumber(self._next)
        first = block.position()
        while block.isValid() and self._next < len(self._spans) and time.perf_counter() < deadline:
            block.layout().setFormats([self._range(*span) for span in self._spans[self._next]])
            self._next += 1
            block = block.next()
        end = block.position() if block.isValid() else self._document.characterCount()
        self._document.markContentsDirty(first, max(0, end - first))
        if self._next >= min(len(self._spans), self._document.blockCount()):
            self._timer.stop()

    def _range(self, start: int, length: int, name: str) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, length, self._formats[name]
        return made


def _format(color: QColor) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(color)
    return made
