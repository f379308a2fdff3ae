"""Change what is in a copy of an image: new folders, other names and places, things removed.

GUI thread. What takes long is a job; all of it waits its turn, and is in the overlay of the image's appliance alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence

from cutaway.errors import EngineError
from cutaway.transfer.preview import ExtractPreview, Found
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.saving import Told
from cutaway_app.bridge.tasks import async_slot
from cutaway_app.figures import count_text
from cutaway_app.models.access import AccessChange
from cutaway_app.models.image_session import Place
from cutaway_app.models.jobs import Job
from cutaway_app.names import display_name, join_path
from cutaway_app.operations.edit_image import Edits
from cutaway_app.operations.image_jobs import Outcome
from cutaway_app.operations.preview import EVERYTHING

#: What a name may not be, whatever the file system.
NAME_MAX = 255


class Changes(QObject):
    """Changes images that are edited.

    Args:
        edits: Knows them.

    Signals:
        changed(object, object): in this `Place` there is something new at this path, or b"" if something is gone.
        failed(str, object): what was not done, and why.
    """

    changed = Signal(object, object)
    failed = Signal(str, object)

    def __init__(self, edits: Edits) -> None:
        super().__init__()
        self._edits = edits

    @async_slot
    async def make_folder(self, place: Place, name: bytes) -> None:
        """Make a folder in a place."""
        session, path = place.session, join_path(place.path, name)
        try:
            edit = self._edits.require(session)
            async with edit.turns:
                await edit.make_folder(session.trees[place.tree], path)
        except EngineError as error:
            self.failed.emit(f"{display_name(name)} was not made", error)
            return
        session.touch()
        self.changed.emit(place, path)

    @async_slot
    async def move(self, place: Place, paths: Sequence[bytes], targets: Sequence[bytes]) -> None:
        """Give things of a tree other names or places; then something new is in this place."""
        session, moved = place.session, b""
        for old, new in zip(paths, targets, strict=True):
            try:
                edit = self._edits.require(session)
                async with edit.turns:
                    await edit.move(session.trees[place.tree], old, new)
            except EngineError as error:
                self.failed.emit(f"{display_name(old.rpartition(b'/')[2])} was not moved", error)
                break
            session.touch()
            moved = moved or new
        if moved:
            self.changed.emit(place, moved)

    def delete(self, place: Place, paths: Sequence[bytes]) -> Job:
        """Remove files and folders."""
        session, tree = place.session, place.session.trees[place.tree]

        async def run(job: Job) -> Outcome:
            session.touch()  # whatever comes, something may be gone
            try:
                await self._edits.require(session).delete(tree, paths, _counted(job))
            finally:
                self.changed.emit(place, b"")
            return Outcome()

        job = Job(f"Delete {title_of(paths)} from {session.name}", undone="was not done completely", can_hold=False)
        return self._edits.change(session, job, run)

    def set_access(self, place: Place, paths: Sequence[bytes], change: AccessChange) -> Job | None:
        """Change owners and permissions; what is for all that is in folders is a job."""
        if not change.recursive:
            self._set_access(place, paths, change)
            return None
        session = place.session

        async def run(job: Job) -> Outcome:
            try:
                await self._change_access(place, paths, change, _counted(job))
            finally:
                self.changed.emit(place, b"")
            return Outcome()

        title = f"Permissions of {title_of(paths)} in {session.name}"
        return self._edits.change(session, Job(title, undone="were not changed completely", can_hold=False), run)

    @async_slot
    async def _set_access(self, place: Place, paths: Sequence[bytes], change: AccessChange) -> None:
        try:
            async with self._edits.require(place.session).turns:
                await self._change_access(place, paths, change, lambda *_: None)
        except EngineError as error:
            self.failed.emit(f"The permissions of {title_of(paths)} were not changed", error)
            return
        self.changed.emit(place, b"")

    async def _change_access(self, place: Place, paths: Sequence[bytes], change: AccessChange, told: Told) -> None:
        place.session.touch()  # whatever comes, something may be changed
        await self._edits.require(place.session).set_access(place.session.trees[place.tree], paths, change, told)

    async def accounts(self, place: Place) -> tuple[dict[int, str], dict[int, str]]:
        """Return the names of users and groups by number.

        Raises:
            EngineError: the image is not edited any more.
        """
        edit = self._edits.require(place.session)
        async with edit.turns:
            return await edit.accounts(place.session.trees[place.tree])

    async def count(self, place: Place, paths: Sequence[bytes], told: Found) -> ExtractPreview:
        """Count what things hold; `told` is called in another thread.

        Raises:
            EngineError: it could not be counted.
        """
        session = place.session
        edit = self._edits.require(session)
        return await edit.preview(session.trees[place.tree], list(paths), tempfile.gettempdir(), EVERYTHING, told)


def _counted(job: Job) -> Told:
    """Return what tells a job how many entries are done, of how many."""
    return lambda done, total: job.advance(files_done=done, files_total=total, bytes_done=0, bytes_total=0)


def title_of(paths: Sequence[bytes]) -> str:
    """Return what a person calls some things: the name of one, or how many they are."""
    return display_name(paths[0].rpartition(b"/")[2]) if len(paths) == 1 else f"{count_text(len(paths))} items"


def outermost(paths: Sequence[bytes]) -> list[bytes]:
    """Return paths without those that lie below another of them, as what was found may."""
    chosen = set(paths)
    return [path for path in paths if not any(above in chosen for above in _above(path))]


def _above(path: bytes) -> list[bytes]:
    parts = path.split(b"/")
    return [b"/".join(parts[:count]) for count in range(2, len(parts))]


def name_problem(text: str, is_taken: Callable[[bytes], bool]) -> str:
    """Return why something cannot be called so, "" if it can."""
    name = encoded(text)
    if not name or name in {b".", b".."}:
        return "" if not name else f"“{text}” is no name: it means a folder itself, or the one above."
    if b"/" in name:
        return "A name cannot hold a slash."
    if b"\0" in name:
        return "A name cannot hold a zero."
    if len(name) > NAME_MAX:
        return f"The name is too long: {count_text(len(name))} of at most {NAME_MAX} bytes."
    return "Something of that name is there already." if is_taken(name) else ""


def encoded(text: str) -> bytes:
    """Return a name that was typed as bytes; what is no text, as half of a pair, as escapes."""
    return text.encode("utf-8", "backslashreplace")
