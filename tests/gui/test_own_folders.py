"""A person who runs the tests keeps their own settings, and is offered nothing that a test has left."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cutaway.transfer import journal
from gui.own_folders import KEPT
from PySide6.QtCore import QSettings


def test_nothing_is_kept_where_a_person_would_find_it(qapp: object) -> None:
    """Neither settings, nor what Qt remembers of file dialogs, nor the journal of extractions."""
    scope = QSettings.Scope.UserScope
    places = [QSettings(QSettings.Format.IniFormat, scope, name).fileName() for name in ("cutaway", "QtProject")]
    for path in (*places, journal.journal_folder(), *(os.environ[name] for name in KEPT)):
        assert Path(path).is_relative_to(tempfile.gettempdir()), path
        assert not Path(path).is_relative_to(Path.home())
