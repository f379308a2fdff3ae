"""What the window remembers between runs. GUI thread; a thin, typed layer over QSettings."""

from __future__ import annotations

from cutaway.transfer.policy import Conflict
from PySide6.QtCore import QByteArray, QSettings

MAX_RECENT = 12
#: A store's place that is empty and cannot be written: Qt's resources. What is set is kept while the program runs.
UNKEPT = ":/settings-that-are-not-kept.ini"
THEMES = ("system", "light", "dark")
#: How many jobs may run at once.
AT_ONCE = (1, 2, 3, 4)
AT_ONCE_USUAL = 2
CONFLICTS: tuple[Conflict, ...] = ("rename", "replace", "skip")


class WindowSettings:
    """Remembered choices.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: QSettings) -> None:
        self._store = store

    @property
    def recent(self) -> list[str]:
        """Images that were opened, the latest first."""
        value = self._store.value("recent", [])
        found = [value] if isinstance(value, str) else value
        return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []

    def add_recent(self, path: str) -> None:
        """An image was opened."""
        self._store.setValue("recent", [path, *(other for other in self.recent if other != path)][:MAX_RECENT])

    @property
    def theme(self) -> str:
        """One of THEMES."""
        value = str(self._store.value("theme", "system"))
        return value if value in THEMES else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self._store.setValue("theme", value)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a choice of yes or no."""
        return str(self._store.value(name, default)).lower() in {"true", "1"}

    def set_flag(self, name: str, value: bool) -> None:  # noqa: FBT001 a setter, connected to toggled(bool)
        """Remember a choice of yes or no."""
        self._store.setValue(name, value)

    def layout(self, name: str) -> QByteArray | None:
        """Return the saved state of a window, splitter or header."""
        value = self._store.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else None

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Remember the state of a window, splitter or header."""
        self._store.setValue(f"layout/{name}", state)

    @property
    def last_folder(self) -> str:
        """The folder of the host into which files were extracted last."""
        return str(self._store.value("last_folder", ""))

    @last_folder.setter
    def last_folder(self, value: str) -> None:
        self._store.setValue("last_folder", value)

    @property
    def last_source(self) -> str:
        """The folder of the host from which files were put in last."""
        return str(self._store.value("last_source", ""))

    @last_source.setter
    def last_source(self, value: str) -> None:
        self._store.setValue("last_source", value)

    @property
    def conflict(self) -> Conflict:
        """What to do if a name is taken where files are extracted to, or put in; one of CONFLICTS."""
        value = self._store.value("conflict", CONFLICTS[0])
        return next((known for known in CONFLICTS if known == value), CONFLICTS[0])

    @conflict.setter
    def conflict(self, value: Conflict) -> None:
        self._store.setValue("conflict", value)

    @property
    def jobs_at_once(self) -> int:
        """How many jobs run at once; one of AT_ONCE."""
        value = str(self._store.value("jobs_at_once", AT_ONCE_USUAL))
        return next((known for known in AT_ONCE if str(known) == value), AT_ONCE_USUAL)

    @jobs_at_once.setter
    def jobs_at_once(self, value: int) -> None:
        self._store.setValue("jobs_at_once", value)
