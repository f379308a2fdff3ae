"""What a search needs beside the walk: which names are meant, and results that do not wait for a full page."""

from __future__ import annotations

import fnmatch
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from cutawayd.work import PAGE_MAX, Work

#: How long a result waits for others at most.
PROMPT_S = 0.2
_WILDCARDS = re.compile(r"[*?\[]")


def matcher(text: str) -> Callable[[str], object]:
    """Return what tells whether a name is meant, without regard to case and to how its accents are written.

    Args:
        text: What a name holds; with *, ? or [ a pattern for the whole name, as glob(7) has them.
    """
    if not text:
        return lambda _: True
    sought = _composed(text)
    pattern = fnmatch.translate(sought) if _WILDCARDS.search(sought) else re.escape(sought)
    search = re.compile(pattern, re.IGNORECASE | re.DOTALL).search
    return lambda name: search(name if name.isascii() else _composed(name))


def _composed(text: str) -> str:
    """Return a text with each accent in the letter that it belongs to; bytes that are no text stay as they are."""
    return unicodedata.normalize("NFC", text)


class Results:
    """Wire items on their way to the host, in pages that are sent when they are full or old.

    Args:
        work: The call.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._page: list[Sequence[Any]] = []
        self._last_s = 0.0

    def add(self, item: Sequence[Any]) -> None:
        """Take a result."""
        self._page.append(item)
        if len(self._page) >= PAGE_MAX:
            self.send()

    def send_old(self) -> None:
        """Send what waits, if the last page was sent a while ago."""
        if self._page and time.monotonic() - self._last_s > PROMPT_S:
            self.send()

    def send(self) -> None:
        """Send what waits."""
        if self._page:
            self._work.send_page(self._page)
            self._page = []
            self._last_s = time.monotonic()
