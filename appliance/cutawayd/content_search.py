"""Where a text stands in the files of a tree: the tree is listed while what is known of it is looked through."""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cutawayd.content_hits import Hits, Open
from cutawayd.content_stream import ContentStream, Fed
from cutawayd.matching import Grep
from cutawayd.refusal import Refusal
from cutawayd.searching import Results
from cutawayd.sysroot import magic_path
from cutawayd.trees import CHECK_EVERY, Damage, LastFolder, damage_log, encode_name, walk_opened
from cutawayd.work import Work

#: Listing takes this part of the time while there is something to look through.
LISTING_SHARE = 1 / 3
#: So many files are listed ahead at most.
AHEAD_MAX = 200_000
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def search(work: Work, directory: bytes, text: str, *, regex: bool, ignore_case: bool, first_only: bool) -> None:
    """Send what is found."""
    tell = damage_log(work)
    with ExitStack() as stack:
        top = stack.enter_context(_opened(work, directory))
        open_file = stack.enter_context(_opener(top))
        results = Results(work)
        hits = stack.enter_context(Hits(work, results, open_file, tell, first_only=first_only))
        grep = stack.enter_context(
            Grep(
                work, text, regex=regex, ignore_case=ignore_case,
                on_lines=lambda lines: hits.take(lines, search_.stream),
            )
        )  # fmt: skip
        search_ = _Search(work, _Ahead(work, top, tell), grep, results, open_file, tell)
        search_.run()


@contextmanager
def _opened(work: Work, path: bytes) -> Iterator[int]:
    """Open where the search begins: a directory or a regular file.

    Raises:
        Refusal: EINVAL, it is neither.
    """
    with work.sysroot.looked_at(path, follow=True) as seen:
        mode = os.fstat(seen).st_mode
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise Refusal("EINVAL", f"{os.fsdecode(path)}: neither a directory nor a regular file")
        descriptor = os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opener(top: int) -> Iterator[Open]:
    """Give what opens a file by its path below an open directory, or the open file itself by an empty one."""
    with LastFolder(top) as folders:

        def open_file(path: bytes) -> int:
            above, _, name = path.rpartition(b"/")
            return os.open(name, _FLAGS, dir_fd=folders.open(above)) if name else os.dup(top)

        yield open_file


class _Ahead:
    """The files that are still to be looked through, as far as they are known.

    Attributes:
        files: Those.
        total: What all files that were found have to be read of.
        is_complete: Whether these are all.
        spent_s: The time that listing has taken so far.
    """

    def __init__(self, work: Work, top: int, tell: Damage) -> None:
        self._work = work
        self.files: deque[Fed] = deque()
        self.total = 0
        self.spent_s = 0.0
        status = os.fstat(top)
        self.is_complete = stat.S_ISREG(status.st_mode)
        if self.is_complete:
            self._add(b"", status)
        self._walk = walk_opened(top, tell)

    def _add(self, path: bytes, status: os.stat_result) -> None:
        size = min(status.st_size, status.st_blocks * 512)
        self.files.append(Fed(path, size))
        self.total += size

    def list_more(self) -> None:
        """List another part of the tree."""
        begun = time.monotonic()
        batch = next(self._walk, None)
        if batch is None:
            self.is_complete = True
        else:
            self._take(batch[1], batch[2])
        self.spent_s += time.monotonic() - begun

    def _take(self, prefix: bytes, batch: list[os.DirEntry[str]]) -> None:
        for count, entry in enumerate(batch):
            if not count % CHECK_EVERY:
                self._work.check()
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and status.st_size:
                self._add(prefix + encode_name(entry.name), status)


class _Search:
    """The search itself.

    Attributes:
        stream: What the contents go into.
    """

    def __init__(self, work: Work, ahead: _Ahead, grep: Grep, results: Results, open_file: Open, tell: Damage) -> None:
        self._work, self._ahead, self._grep = work, ahead, grep
        self._results, self._open, self._tell = results, open_file, tell
        self.stream = ContentStream(grep.feed, self._advance)
        self._done = self._here = self._here_max = 0

    def run(self) -> None:
        """Look through everything."""
        begun, ahead = time.monotonic(), self._ahead
        while ahead.files or not ahead.is_complete:
            if self._shall_list(time.monotonic() - begun):
                ahead.list_more()
            else:
                self._look_through(ahead.files.popleft())
            self._results.send_old()
        self.stream.flush()
        self._grep.finish()
        self._results.send()

    def _shall_list(self, elapsed_s: float) -> bool:
        ahead = self._ahead
        if ahead.is_complete or not ahead.files:
            return not ahead.is_complete
        return ahead.spent_s < elapsed_s * LISTING_SHARE and len(ahead.files) < AHEAD_MAX

    def _look_through(self, file: Fed) -> None:
        self._here, self._here_max = 0, file.size
        try:
            descriptor = self._open(file.path)
            try:
                self.stream.add(file, descriptor, os.fstat(descriptor))
            finally:
                os.close(descriptor)
        except OSError as error:
            self._tell(file.path, error)
        self._done += file.size
        self._here = self._here_max = 0
        self._advance(0)

    def _advance(self, count: int) -> None:
        """Tell how far it is; how much there is, as soon as that is known."""
        self._here = min(self._here + count, self._here_max)
        self._work.progress(self._done + self._here, self._ahead.total if self._ahead.is_complete else 0)
