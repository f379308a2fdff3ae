"""Contents that the host could not read as they should be: the guest's kernel reads them again, and has the last word.

A file system with checksums finds out what is damaged, and may know of another copy. In the worker's event loop, when
everything else of a directory has been listed and copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from cutaway.calls import AllCalls
from cutaway.protocol.declaration import GuestPath
from cutaway.records import ExportItem
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.direct_copy import DirectCopier
from cutaway.transfer.plan import Planned
from cutaway.transfer.streamed_files import Expected, StreamedFiles


class SecondReading:
    """Some files of one directory's trees, once more.

    Args:
        runner: Makes the calls.
        make_copier: Makes what takes that which waits in the outlet; closed here.
        open_sink: Gives what takes the contents; closed here.
        staged: Says where a file is in the outlet.
        on_lost: Told a file that cannot be had, with the reason.
    """

    def __init__(
        self,
        runner: CallRunner,
        make_copier: Callable[[], DirectCopier],
        open_sink: Callable[[DirectCopier], StreamedFiles],
        staged: Callable[[bytes], bytes],
        on_lost: Callable[[bytes, str], None],
    ) -> None:
        self._runner = runner
        self._make_copier = make_copier
        self._open_sink = open_sink
        self._staged = staged
        self._on_lost = on_lost

    async def fetch(self, files: Sequence[Planned], path_of: Callable[[bytes], GuestPath]) -> None:
        """Fetch the files, folder by folder.

        Args:
            files: Which.
            path_of: Gives the whole path of a folder in the image.

        Raises:
            DestinationError, GuestError, Cancelled, CallInterrupted, ProtocolError: as `copy_out`.
        """
        folders: defaultdict[bytes, dict[bytes, Planned]] = defaultdict(dict)
        for file in files:
            folder, _, name = file.path.rpartition(b"/")
            folders[folder][name] = file
        for folder, wanted in folders.items():
            await self._fetch_from(path_of(folder), wanted)

    async def _fetch_from(self, folder: GuestPath, wanted: dict[bytes, Planned]) -> None:
        copier = self._make_copier()
        sink = self._open_sink(copier)
        missing = dict(wanted)

        def take(items: list[ExportItem]) -> None:
            for item in items:
                self._take(item, wanted, missing, sink)

        arguments = {"directory": folder, "names": list(wanted), "xattrs": False, "drives": [], "filename": -1}
        try:
            await self._runner.run(AllCalls.export_tree, arguments, sink=sink, on_page=take)
        finally:
            await copier.close()
            sink.close()
        for file in missing.values():
            self._on_lost(file.path, "")

    def _take(
        self, item: ExportItem, wanted: dict[bytes, Planned], missing: dict[bytes, Planned], sink: StreamedFiles
    ) -> None:
        """Take an entry, which promises a content; or a failure, or the end of the list."""
        file = wanted.get(item.path)
        if item.failure:
            if file is not None:
                missing.pop(item.path, None)
                self._on_lost(file.path, item.failure)
        elif item.stat is not None and item.stat.is_file and item.extents is None:
            promised = missing.pop(item.path, None)
            sink.expect(None if promised is None else Expected(promised, self._staged(promised.path), 0))
