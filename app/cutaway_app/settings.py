"""What the window remembers between runs. GUI thread; a thin, typed layer over QSettings."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace

from cutaway.transfer.policy import Conflict, ExtractPolicy, Specials, Symlinks
from PySide6.QtCore import QByteArray, QSettings

MAX_RECENT = 12
#: A store's place that is empty and cannot be written: Qt's resources. What is set is kept while the program runs.
UNKEPT = ":/settings-that-are-not-kept.ini"
THEMES = ("system", "light", "dark")
#: How many jobs may run at once.
AT_ONCE = (1, 2, 3, 4)
AT_ONCE_USUAL = 2
CONFLICTS: tuple[Conflict, ...] = ("rename", "replace", "skip")
SYMLINKS: tuple[Symlinks, ...] = ("keep-safe", "keep", "skip")
SPECIALS: tuple[Specials, ...] = ("skip", "pipes", "all")
#: Rules of an extraction that are yes or no.
POLICY_FLAGS = ("keep_times", "keep_modes", "keep_xattrs", "portable_names", "encode_names", "fold_case")


@dataclass(frozen=True, slots=True)
class ExtractChoices:
    """How files are extracted.

    Attributes:
        policy: The rules.
        verify: Whether every file is compared with what the appliance reads.
        manifest: Whether a list of all that was found is written beside the files.
    """

    policy: ExtractPolicy = field(default_factory=ExtractPolicy)
    verify: bool = False
    manifest: bool = False


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
        return self._list("recent")

    def add_recent(self, path: str) -> None:
        """An image was opened."""
        self._store.setValue("recent", [path, *(other for other in self.recent if other != path)][:MAX_RECENT])

    def forget_recent(self, path: str) -> None:
        """An image shall not be offered any more."""
        self._store.setValue("recent", [other for other in self.recent if other != path])
        self.set_pinned(path, pinned=False)

    @property
    def pinned(self) -> list[str]:
        """Images that stay in the list, however many others are opened, in the order in which they were pinned."""
        return self._list("pinned")

    def set_pinned(self, path: str, *, pinned: bool) -> None:
        """Let an image stay in the list, or not."""
        others = [other for other in self.pinned if other != path]
        self._store.setValue("pinned", [*others, path] if pinned else others)

    def disks(self, image: str) -> tuple[str, ...]:
        """The other disks of a machine that was opened: those that were added to this image."""
        return self._disks.get(image, ())

    def keep_disks(self, image: str, disks: tuple[str, ...]) -> None:
        """These belong to an image; it is forgotten with it."""
        offered = {*self.recent, *self.pinned, image}
        kept = {one: belonging for one, belonging in self._disks.items() if one in offered}
        self._store.setValue("disks", json.dumps(kept | {image: disks}))

    @property
    def _disks(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        with contextlib.suppress(ValueError, AttributeError):  # somebody has edited the file
            for image, disks in json.loads(str(self._store.value("disks", "{}"))).items():
                found[image] = tuple(disk for disk in disks if isinstance(disk, str))
        return found

    def _list(self, name: str) -> list[str]:
        value = self._store.value(name, [])
        found = [value] if isinstance(value, str) else value
        return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []

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

    @property
    def extraction(self) -> ExtractChoices:
        """How files are extracted."""
        usual = ExtractPolicy()
        links, specials = str(self._store.value("extract/symlinks")), str(self._store.value("extract/specials"))
        flags = {name: self.flag(f"extract/{name}", default=getattr(usual, name)) for name in POLICY_FLAGS}
        policy = replace(
            usual, conflict=self.conflict, symlinks=next((one for one in SYMLINKS if one == links), usual.symlinks),
            specials=next((one for one in SPECIALS if one == specials), usual.specials), **flags,
        )  # fmt: skip
        verify, manifest = (self.flag(f"extract/{name}", default=False) for name in ("verify", "manifest"))
        return ExtractChoices(policy, verify=verify, manifest=manifest)

    @extraction.setter
    def extraction(self, value: ExtractChoices) -> None:
        policy = value.policy
        self.conflict = policy.conflict
        self._store.setValue("extract/symlinks", policy.symlinks)
        self._store.setValue("extract/specials", policy.specials)
        for name in POLICY_FLAGS:
            self.set_flag(f"extract/{name}", getattr(policy, name))
        self.set_flag("extract/verify", value.verify)
        self.set_flag("extract/manifest", value.manifest)
