"""One image in the window: where it stands between being opened and being browsed, and what was found in it.

GUI thread; no widgets, no engine. Operations change it through its methods, views listen to `changed`.

    NO_IMAGE ──▶ OPENING ──▶ BROWSING
                    │  ▲         │ the appliance dies: still BROWSING, `death` says why; `revive` ends that
                    ▼  │
                  FAILED
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from cutaway import Snapshot
from cutaway.mount_plan import MountTree
from cutaway.records import Filesystem, StatVfs, Survey
from cutaway.unlocking import UNCERTAIN, locked
from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from cutaway_app.models.machine import Machine
from cutaway_app.names import display_line, image_name

#: Types that are made as large as what is in them: a bar that is always full, and red, would alarm for nothing.
ALWAYS_FULL = frozenset({"iso9660", "udf", "squashfs", "erofs", "cramfs", "romfs"})

Chains = list[tuple[str, ...]]


class SessionState(enum.Enum):
    """What can be done with an image now."""

    #: Nothing has begun.
    NO_IMAGE = "no image"
    #: Its appliance starts, or the image is being looked through.
    OPENING = "opening"
    #: Its file systems are known.
    BROWSING = "browsing"
    #: It could not be opened; `error` says why.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Place:
    """A directory in one mounted tree of one image."""

    session: ImageSession
    tree: int
    path: bytes


def _name_of(machine: Machine) -> str:
    """Return what a person calls an image: of one that lies in another, where that is."""
    name = image_name(machine.image)
    return name if machine.inside is None else f"{name} in {_name_of(machine.inside.machine)}"


class ImageSession(QObject):
    """One image.

    Attributes:
        path: The image file on the host.
        name: What a person calls it, and its time if that is not now.
        snapshots: The points in time that it keeps.
        machine: The image with its further disks, and what the person has allowed.
        phase: What is being done while OPENING, for a person.
        fraction: How far that is, None while nobody knows.
        survey: What was found; None before BROWSING.
        trees: What can be mounted, in the order in which it is offered.
        tree: Index of the mounted tree, -1 for none.
        use: How full file systems are, by mountable, as far as known.
        chains: The files that it consists of: for each disk its image, then what that builds on.
        warnings: Sentences about what could not be mounted or read.
        error: Why it could not be opened.
        death: Why its appliance is gone, "" while it is not.
        is_edited: Whether files can be put in; where they go ends with the appliance.
        is_unsaved: Whether something was put in that is in no image file.
        is_rearranged: Whether its trees are about to be others, or to be mounted for writing: one such thing at a time.
        has_lost: Whether that is gone, with the appliance that died.

    Signals:
        changed(): anything of the above but phase and fraction.
        phase_changed(): these.
    """

    changed = Signal()
    phase_changed = Signal()

    def __init__(self, machine: Machine | str, *, name: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.machine = machine if isinstance(machine, Machine) else Machine(machine)
        self.path = self.machine.image
        time = "" if self.machine.snapshot is None else f" ({display_line(self.machine.snapshot)})"
        self.name = name or _name_of(self.machine) + time
        self.snapshots: Sequence[Snapshot] = ()
        self.state = SessionState.NO_IMAGE
        self.phase, self.fraction = "", None
        self.survey: Survey | None = None
        self.trees: list[MountTree] = []
        self.tree = -1
        self.use: dict[str, StatVfs] = {}
        self.chains: Chains = [(self.path,)]
        self.warnings: list[str] = []
        self.error: BaseException | None = None
        self.death = ""
        self.is_edited = self.is_unsaved = self.has_lost = self.is_rearranged = False

    phase: str
    fraction: float | None

    def allow(self, file: str) -> None:
        """Let a file be used that was objected to: a backing file outside the folder, an incomplete file."""
        self.machine = replace(self.machine, allowed=self.machine.allowed | {file})

    def leave_out(self, disk: str) -> None:
        """Do without one of its further disks."""
        further = tuple(other for other in self.machine.further if other != disk)
        self.machine = replace(self.machine, further=further)

    def start_opening(self) -> None:
        """It is being opened."""
        self.state, self.error, self.death = SessionState.OPENING, None, ""
        self.is_edited = self.is_unsaved = self.has_lost = False
        self.phase, self.fraction = "Starting", None
        self.changed.emit()

    def set_phase(self, phase: str, fraction: float | None) -> None:
        """A step of the opening has begun."""
        self.phase, self.fraction = phase, fraction
        self.phase_changed.emit()

    def opened(
        self, survey: Survey, trees: list[MountTree], chains: Chains | None = None, snapshots: Sequence[Snapshot] = ()
    ) -> None:
        """It has been looked through."""
        self.snapshots = snapshots
        self.chains = chains or [(self.path,)]
        self.state = SessionState.BROWSING
        self._take(survey, trees)
        self.changed.emit()

    def extended(self, disk: str, chains: Chains) -> None:
        """Another disk belongs to it; it is about to be looked through again."""
        self.machine = replace(self.machine, further=(*self.machine.further, disk))
        self.chains = chains

    def unlocked(self, survey: Survey, trees: list[MountTree]) -> None:
        """There is more in it, by a key or a disk, and nothing of it is mounted by a known name."""
        self.tree = -1
        self._take(survey, trees)
        self.changed.emit()

    def _take(self, survey: Survey, trees: list[MountTree]) -> None:
        """Keep what was found; what an image says of itself goes into titles, crumbs and sentences everywhere."""
        self.survey = survey
        self.trees = [replace(tree, title=display_line(tree.title)) for tree in trees]
        self.warnings = [display_line(warning) for warning in survey.warnings]

    @property
    def can_be_edited(self) -> bool:
        """Whether editing can begin; what is put in is saved drive by drive, so of several some would be lost."""
        is_one = self.survey is not None and len(self.survey.devices) == 1
        return is_one and bool(self.trees) and self.can_be_rearranged

    @property
    def can_be_rearranged(self) -> bool:
        """Whether its trees may become others now; while it is edited its places stay what they are."""
        return self.survey is not None and not (self.is_edited or self.is_rearranged or self.death)

    @contextmanager
    def rearranged(self) -> Iterator[None]:
        """Say meanwhile that nothing else may be rearranged."""
        self.is_rearranged = True
        self.changed.emit()
        try:
            yield
        finally:
            self.is_rearranged = False
            if isValid(self):  # it may be closed by now
                self.changed.emit()

    @property
    def locked(self) -> list[Filesystem]:
        """The encrypted volumes that are not unlocked."""
        return locked(self.survey.filesystems) if self.survey else []

    @property
    def hides_system(self) -> bool:
        """Whether there may be a system in what is locked, and none is found."""
        certain = any(item.vfs_type not in UNCERTAIN for item in self.locked)
        if not self.trees:
            return bool(self.locked)
        return certain and not any(tree.system for tree in self.trees)

    def failed(self, error: BaseException) -> None:
        """It could not be opened."""
        self.state, self.error = SessionState.FAILED, error
        self.changed.emit()

    def stopped(self) -> None:
        """The person stopped the opening."""
        self.state = SessionState.NO_IMAGE
        self.changed.emit()

    def mounted(self, tree: int, warnings: list[str]) -> None:
        """A tree is mounted now; the warnings are about parts of it that are not."""
        self.tree = tree
        said = [*(self.survey.warnings if self.survey else []), *warnings]
        self.warnings = [display_line(warning) for warning in said]
        self.changed.emit()

    def measured(self, use: dict[str, StatVfs]) -> None:
        """It is known how full some file systems are."""
        self.use.update((name, status) for name, status in use.items() if self.type_of(name) not in ALWAYS_FULL)
        self.changed.emit()

    def died(self, reason: str) -> None:
        """Its appliance is gone."""
        self.death, self.tree = reason or "unknown", -1
        self.has_lost = self.is_unsaved
        self.is_edited = self.is_unsaved = False
        self.changed.emit()

    def start_editing(self) -> None:
        """Files can be put in from now on."""
        self.is_edited = True
        self.changed.emit()

    def touch(self) -> None:
        """Something was put in."""
        self.is_unsaved = True
        self.changed.emit()

    def saved(self) -> None:
        """All that was put in is in an image file."""
        self.is_unsaved = False
        self.changed.emit()

    def revive(self) -> None:
        """Its appliance runs again, with nothing mounted and without any change."""
        self.death, self.tree = "", -1
        self.is_edited = self.is_unsaved = self.has_lost = False
        self.changed.emit()

    @property
    def mounted_tree(self) -> MountTree | None:
        """The tree that is mounted."""
        return self.trees[self.tree] if 0 <= self.tree < len(self.trees) else None

    def type_of(self, mountable: str) -> str:
        """Return the type of file system on a device, "" if unknown."""
        found = self.survey.filesystems if self.survey else []
        return next((item.vfs_type for item in found if item.mountable == mountable), "")

    def size_of(self, mountable: str) -> int:
        """Return the size of a device, 0 if unknown."""
        found = self.survey.filesystems if self.survey else []
        return next((item.size_bytes for item in found if item.mountable == mountable), 0)
