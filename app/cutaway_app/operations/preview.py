"""Show what is in a file: its beginning, attributes and, for viewers that want more, a way to read on.

GUI thread. The latest wish wins; an older one is cancelled in the guest too. While the selection moves quickly
nothing is read. A symbolic link is looked through: its target's content is shown.
"""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import Callable
from dataclasses import replace

from cutaway.errors import Cancelled, EngineError, GuestError
from cutaway.records import ContentHit, FolderEntry
from cutaway.transfer.policy import ExtractPolicy
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.tasks import spawn
from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import Place
from cutaway_app.names import display_name, join_path, parent_path
from cutaway_app.operations.browse import FindEngine
from cutaway_app.viewers.content import FolderSize, LinkFacts, PreviewContent
from cutaway_app.viewers.database import MAGIC as DATABASE_MAGIC
from cutaway_app.viewers.hive import MAGIC as HIVE_MAGIC
from cutaway_app.viewers.journal import MAGIC as JOURNAL_MAGIC

HEAD_BYTES = 500_000
#: How long the selection must rest before something is read.
REST_S = 0.06
#: Rules by which nothing is left out.
EVERYTHING = ExtractPolicy(symlinks="keep", specials="all")
#: What takes longer than this is announced.
ANNOUNCE_S = 0.15


class Previewer(QObject):
    """Reads what the preview shows.

    Signals:
        loading(str): the entry of that name is being read, and it takes a moment.
        ready(object): a `PreviewContent`.
        failed(str, str): title and text of what went wrong.
        cleared(): there is nothing to show.
    """

    loading = Signal(str)
    ready = Signal(object)
    failed = Signal(str, str)
    cleared = Signal()

    def __init__(self, find_engine: FindEngine) -> None:
        super().__init__()
        self._find_engine = find_engine
        self._task: asyncio.Task[None] | None = None

    def clear(self) -> None:
        """Show nothing."""
        self.stop()
        self.cleared.emit()

    def stop(self) -> None:
        """Stop reading."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def show(self, place: Place, entry: FolderEntry, hit: ContentHit | None = None) -> None:
        """Show an entry of a directory, at the place that was found in it if there is one."""
        self.stop()
        engine = self._find_engine(place.session)
        if place.session.death:
            self.loading.emit(display_name(entry.name))
            self.failed.emit("Nothing can be read now", f"The appliance of {place.session.name} has stopped.")
        elif engine is not None:
            self._task = spawn(self._show(engine, place, entry, hit), name=f"preview {display_name(entry.name)}")

    async def _show(self, engine: ImageEngine, place: Place, entry: FolderEntry, hit: ContentHit | None) -> None:
        await asyncio.sleep(REST_S)
        name = display_name(entry.name)
        announcement = asyncio.get_running_loop().call_later(ANNOUNCE_S, self.loading.emit, name)
        try:
            content = await self._read(engine, place, entry)
        except Cancelled:
            return
        except EngineError as error:
            text = explain(error)
            self.failed.emit(text.title, text.text)
        else:
            self.ready.emit(replace(content, hit=hit))
        finally:
            announcement.cancel()

    async def _read(self, engine: ImageEngine, place: Place, entry: FolderEntry) -> PreviewContent:
        if place.session.tree != place.tree:
            raise Cancelled("another file system is being mounted")  # its files are not the ones that are shown
        path = join_path(place.path, entry.name)
        status = entry.stat or await engine.status(path)
        link = None
        if status.is_symlink:
            link = await self._follow(engine, path, LinkFacts(status, entry.target))
            if link.real_path:
                path = link.real_path
                status = await engine.status(path)
        is_file = status.is_file
        size = status.size if is_file else 0
        head = await engine.read(path, 0, min(size, HEAD_BYTES)) if size else b""
        return PreviewContent(
            name=entry.name,
            stat=status,
            head=head,
            total_size=size,
            link=link,
            xattrs=await engine.attributes(parent_path(path), path.rpartition(b"/")[2]),
            read=functools.partial(engine.read, path) if is_file else None,
            measure=functools.partial(_measure, engine, place, path) if status.is_dir else None,
            registry=engine.hive(path) if head.startswith(HIVE_MAGIC) else None,
            database=engine.database(path) if head.startswith(DATABASE_MAGIC) else None,
            streams=engine.streams(path) if _is_on_ntfs(place, path) and not status.is_symlink else None,
            log=engine.log(path) if head.startswith(JOURNAL_MAGIC) else None,
        )

    async def _follow(self, engine: ImageEngine, path: bytes, link: LinkFacts) -> LinkFacts:
        """Find out where a link leads: in the guest, since an image must not name files of this computer."""
        try:
            return replace(link, real_path=await engine.real_path(path))
        except GuestError as error:
            return replace(link, problem=why_broken(error))


async def _measure(engine: ImageEngine, place: Place, path: bytes, tell: Callable[[int, int], None]) -> FolderSize:
    """Count what a folder of a place holds."""
    loop = asyncio.get_running_loop()
    tree = place.session.trees[place.tree]

    def told(files: int, size: int) -> None:  # in the worker's thread
        loop.call_soon_threadsafe(tell, files, size)

    found = await engine.preview_extraction(tree, [path], tempfile.gettempdir(), EVERYTHING, told)
    folders = max(0, found.folders - 1)
    return FolderSize(found.files, folders, found.links, found.specials, found.bytes, found.needed)


def _is_on_ntfs(place: Place, path: bytes) -> bool:
    """Return whether a path of a place lies on an NTFS."""
    mounts = place.session.trees[place.tree].mounts
    holding = [one for one in mounts if (path + b"/").startswith(one.mountpoint.rstrip(b"/") + b"/")]
    return max(holding, key=lambda one: len(one.mountpoint)).vfs_type == "ntfs" if holding else False


def why_broken(error: GuestError) -> str:
    """Return why a link leads nowhere."""
    known = {"ENOENT": "there is no such file", "ELOOP": "it leads in a circle", "ENOTDIR": "a part of it is no folder"}
    return known.get(error.errno_name or "", str(error))
