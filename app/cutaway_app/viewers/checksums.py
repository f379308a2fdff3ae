"""Checksums of a file, made when asked for, and the comparison with one that the person has. GUI thread.

The file is read piece by piece like any preview, so that browsing goes on meanwhile; all sums are made in one go. A sum
to compare with is enough to begin; if it is of an algorithm that is seldom used, that is reckoned too.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from cutaway.errors import EngineError
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from cutaway_app import theme
from cutaway_app.controls.labels import plain_label
from cutaway_app.names import display_name
from cutaway_app.viewers.checksum_text import WORDS, GivenSum, read_sum
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.on_demand import OnDemandPanel

#: What is made without being asked for by a sum.
KINDS = ("sha256", "sha512", "sha1", "md5")
PIECE_BYTES = 1 << 20
Sums = dict[str, str]
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checksums")


async def sums_of(content: PreviewContent, kinds: Iterable[str], tell: Callable[[float], None]) -> Sums:
    """Return the sums of a file's content by kind; `tell` is called with how far it is, 0 to 1.

    Raises:
        EngineError: a part of it cannot be read, or it became shorter.
    """
    digests = {kind: hashlib.new(kind, usedforsecurity=False) for kind in kinds}
    loop = asyncio.get_running_loop()
    done = 0
    while done < content.total_size:
        piece = await _piece(content, done)
        if not piece:
            raise EngineError("the file ends before its size says")
        for digest in digests.values():
            await loop.run_in_executor(_executor, digest.update, piece)
        done += len(piece)
        tell(done / content.total_size)
    return {kind: digest.hexdigest() for kind, digest in digests.items()}


async def _piece(content: PreviewContent, offset: int) -> bytes:
    if offset < len(content.head):
        return content.head[offset:]
    if content.read is None:
        return b""
    return await content.read(offset, min(PIECE_BYTES, content.total_size - offset))


def match_of(sums: Sums, given: GivenSum) -> str | None:
    """Return the kind of which a sum that the person has is the sum."""
    return next((kind for kind in given.kinds if sums.get(kind) == given.digits), None)


def verdict(sums: Sums, given: GivenSum, name: str = "") -> str:
    """Return what a sum that the person has means for a file of this name; "" if there is none."""
    if not given.kinds:
        return given.problem
    is_other = given.name not in {"", "-"} and given.name.rpartition("/")[2] != name
    of_other = f"; the line is about {given.name}" if is_other else ""
    match = match_of(sums, given)
    if match is not None:
        return f"It matches: {WORDS[match]}{of_other}"
    return f"It does not match: {' or '.join(WORDS[kind] for kind in given.kinds)}{of_other}"


class ChecksumPanel(OnDemandPanel):
    """A button, then the sums and a line to compare."""

    def __init__(self, content: PreviewContent, parent: QWidget | None = None) -> None:
        super().__init__("checksums", parent)
        self._content = content
        self.sums: Sums = {}
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.compare_edit = QLineEdit(self)
        self.compare_edit.setPlaceholderText("Compare with a sum that you have")
        self.compare_edit.setAccessibleName("Compare with a checksum")
        self.compare_edit.textChanged.connect(self._compare)
        self._column.insertWidget(self._column.indexOf(self._note), self.compare_edit)

    def _ask(self) -> None:
        self._make(KINDS)

    def _make(self, kinds: Iterable[str]) -> None:
        """Make sums; those that are there already are not made again."""
        missing = [kind for kind in WORDS if kind in kinds and kind not in self.sums]
        self._begin(lambda: sums_of(self._content, missing, lambda part: self._tell(f"{part:.0%}")), self._show)

    def _show(self, sums: Sums) -> None:
        self.sums |= sums
        had_focus = self.button.hasFocus()
        self.button.hide()
        for kind, value in sums.items():
            self._form.addRow(plain_label(WORDS[kind], self, role="muted"), _sum_line(WORDS[kind], value, self))
        if had_focus:
            self.compare_edit.setFocus()
        self._compare(self.compare_edit.text())

    def _compare(self, text: str) -> None:
        """Say whether a sum matches; make what is needed for that."""
        given = read_sum(text)
        if self._task is not None:
            return  # it is compared when there are sums
        if match_of(self.sums, given) is None and any(kind not in self.sums for kind in given.kinds):
            self._make({*KINDS, *given.kinds})
        else:
            self._say(verdict(self.sums, given, display_name(self._content.name)))

    def _say(self, text: str) -> None:
        super()._say(text)
        self.compare_edit.setAccessibleDescription(text)


def _sum_line(word: str, value: str, parent: QWidget) -> QLineEdit:
    """Return a sum to be selected and copied; a label could not be narrower than its only word."""
    line = QLineEdit(value, parent)
    line.setReadOnly(True)
    line.setFrame(False)
    line.setFont(theme.monospace())
    line.setCursorPosition(0)
    line.setAccessibleName(word)
    line.setToolTip(value)
    return line
