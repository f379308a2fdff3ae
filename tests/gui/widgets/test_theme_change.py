"""When light becomes dark while the program runs, everything looks as if it had been made so, and back."""

from __future__ import annotations

import pytest
from cutaway_app import theme
from cutaway_app.viewers.text import TextViewer
from gui.widgets.conftest import Run
from gui.widgets.makers import MAKERS
from gui.widgets.values import content, until
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot


def picture_of(widget: QWidget, qtbot: QtBot) -> QImage:
    """Return what a widget looks like; all are of one size."""
    if widget.parent() is None:
        qtbot.addWidget(widget)
    widget.resize(700, 420)
    widget.show()
    QApplication.processEvents()
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    return widget.grab().toImage()


def stale_places(changed: QImage, made_so: QImage) -> list[tuple[int, int]]:
    """Return where two pictures differ."""
    assert changed.size() == made_so.size()
    places = ((x, y) for y in range(changed.height()) for x in range(changed.width()))
    return [(x, y) for x, y in places if changed.pixel(x, y) != made_so.pixel(x, y)]


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_nothing_stays_in_the_old_colours(name: str, qtbot: QtBot, qapp: QApplication) -> None:
    kept = MAKERS[name]()
    light = picture_of(kept, qtbot)
    theme.apply(qapp, "dark")
    dark, made_dark = picture_of(kept, qtbot), picture_of(MAKERS[name](), qtbot)
    assert stale_places(dark, made_dark)[:9] == []
    theme.apply(qapp, "light")
    assert stale_places(picture_of(kept, qtbot), light)[:9] == []


def test_coloured_words_of_a_text_follow(qtbot: QtBot, run: Run, qapp: QApplication) -> None:
    async def shown() -> TextViewer:
        viewer = TextViewer()
        picture_of(viewer, qtbot)
        viewer.show_content(content(b"x.py", b"def f():\n    return 'text'  # why\n"))
        await until(lambda: viewer.is_coloured)
        return viewer

    async def scenario() -> None:
        kept = await shown()
        theme.apply(qapp, "dark")
        await until(lambda: kept.is_coloured)
        made = await shown()
        assert stale_places(picture_of(kept, qtbot), picture_of(made, qtbot))[:9] == []

    run(scenario())
