"""Which viewers there are, and which suits a file best. GUI thread.

A viewer is one file and one registration here. Suitability is judged from the name and the first bytes, at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.database import DatabaseViewer
from cutaway_app.viewers.database import suits as database_suits
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.hex import HexViewer
from cutaway_app.viewers.hex import suits as hex_suits
from cutaway_app.viewers.hive import HiveViewer
from cutaway_app.viewers.hive import suits as hive_suits
from cutaway_app.viewers.journal import JournalViewer
from cutaway_app.viewers.journal import suits as journal_suits
from cutaway_app.viewers.picture import PictureViewer
from cutaway_app.viewers.picture import suits as picture_suits
from cutaway_app.viewers.text import TextViewer
from cutaway_app.viewers.text import suits as text_suits


@runtime_checkable
class Viewer(Protocol):
    """What every viewer does, beside being a widget."""

    def show_content(self, content: PreviewContent) -> None:
        """Show a file."""

    def clear(self) -> None:
        """Forget the file and stop all work for it."""


@dataclass(frozen=True)
class Registration:
    """A viewer: its tab, how to make it, how well it suits (0 not at all, 100 nothing is better).

    One that is rare has a tab only where it suits.
    """

    key: str
    title: str
    icon: str
    make: Callable[[], QWidget]
    suits: Callable[[PreviewContent], int]
    is_rare: bool = False


REGISTRY: tuple[Registration, ...] = (
    Registration("text", "Text", "text", TextViewer, text_suits),
    Registration("registry", "Registry", "details", HiveViewer, hive_suits, is_rare=True),
    Registration("journal", "Journal", "log", JournalViewer, journal_suits, is_rare=True),
    Registration("database", "Table", "columns", DatabaseViewer, database_suits, is_rare=True),
    Registration("hex", "Hex", "hex", HexViewer, hex_suits),
    Registration("picture", "Picture", "picture", PictureViewer, picture_suits),
    Registration("details", "Details", "details", DetailsViewer, lambda _: 1),
)


def suitability(content: PreviewContent) -> dict[str, int]:
    """Return how well each viewer suits."""
    return {entry.key: entry.suits(content) for entry in REGISTRY}


def best_viewer(content: PreviewContent) -> str:
    """Return the key of the most specific viewer."""
    judged = suitability(content)
    if content.hit is not None:  # the other viewers cannot show a place
        return "text" if judged["text"] > judged["hex"] else "hex"
    return max(judged, key=lambda key: judged[key])
