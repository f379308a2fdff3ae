"""Makes an image of one that is compressed: what decompresses it is a process that may do nothing but that.

Blocking, in any thread but the GUI's; `Decompression.cancel` comes from another. The new file appears when it is
complete, what is zero takes no space in it, and whatever goes wrong leaves nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from io import BufferedReader
from typing import IO, Self

from cutaway.errors import Cancelled, DriveError, ImageFormatError, ImageUnreadable
from cutaway.image_file import look
from cutaway.image_magic import DECOMPRESSORS, HEAD_SIZE, compression_of, is_tar
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.own_files import refuse_own_files
from cutaway.transfer.policy import Conflict
from cutaway.transfer.sink import FileSink, open_sink
from cutaway.transfer.zero_skipping import zero_runs

#: A gigabyte of memory, no file larger than nothing: it writes to a pipe.
LIMITS = ("prlimit", "--as=1073741824", "--fsize=0", "--core=0", "--nofile=64", "--")
PIECE = 1 << 20
COMPLAINT_MAX = 1 << 16
#: gzip ends with this if only what lies behind the compressed data is wrong, such as padding (gzip(1)).
_GZIP_WARNING = 2
#: What a program calls itself, and what it reads.
_OWN_NAME = re.compile(r"^.*?stdin\S*( :)? ")
_PACKAGES = {"xz": "xz-utils"}
_SUFFIXES = {".gz", ".xz", ".zst", ".bz2", ".lz4"}
DAMAGED = "It may be damaged or incomplete: copy it again from its source."
Told = Callable[[int, int], None]


def decompressed_name(path: str) -> str:
    """Return what the image is called that comes out: without the last suffix, or with ".img" if that is none."""
    stem, suffix = os.path.splitext(path)
    return stem if suffix.lower() in _SUFFIXES else f"{path}.img"


def can_decompress(program: str) -> bool:
    """Return whether what this program has compressed can be decompressed here; archives cannot."""
    return program in DECOMPRESSORS


class Decompression:
    """One compressed image on its way into a new file.

    Args:
        source: The compressed image.
        target: The new file.
        conflict: "replace": instead of a file that is there. "rename": beside it.
        on_progress: Told bytes read and bytes to read, in the thread that runs.

    Raises:
        ImageNotFound, ImageUnreadable: it cannot be read.
        ImageFormatError: it is not compressed, or by what is no single file's.
    """

    def __init__(
        self, source: str, target: str, *, conflict: Conflict = "rename", on_progress: Told | None = None
    ) -> None:
        facts = look(source)
        self._program = compression_of(facts.head)
        if not can_decompress(self._program):
            what = f"is an archive of {self._program}" if self._program else "is not compressed"
            raise ImageFormatError(f"{source} {what}", path=source, remedy="Open it as it is, or unpack it first.")
        self._source, self._size = source, facts.size_bytes
        self._target, self._conflict = target, conflict
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_cancelled = False

    def cancel(self) -> None:
        """End it now; any thread."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None:
                self._process.kill()

    def run(self) -> str:
        """Decompress it, and return the new file's path.

        Raises:
            ImageFormatError: it is damaged, or what is in it is no image.
            DestinationError: the new file cannot be written, or the disk is full.
            DriveError: the program for it is not installed, or cannot be run.
            Cancelled: it was cancelled.
        """
        refuse_own_files([self._source], self._target)
        sink = open_sink(self._target)
        try:
            with self._open() as source:
                self._pump(source, sink)
            sink.end()
            sink.commit(conflict=self._conflict)
        except OSError as error:
            raise destination_error(self._target, error) from error
        finally:
            sink.close()
        return sink.path

    def _open(self) -> IO[bytes]:
        try:
            return open(self._source, "rb")
        except OSError as error:
            raise ImageUnreadable(f"{self._source} cannot be read: {error.strerror}", path=self._source) from error

    def _pump(self, source: IO[bytes], sink: FileSink) -> None:
        with _Complaints() as complaints, self._start(source, complaints.end) as process:
            try:
                assert isinstance(process.stdout, BufferedReader)  # noqa: S101 Popen makes such
                self._copy(process.stdout, source.fileno(), sink)
            except BaseException:
                process.kill()
                raise
            process.wait()  # it has closed its output, but may be about to end only now
            complaint = complaints.read()
        if self._is_cancelled:
            raise Cancelled(f"decompressing {self._source} was cancelled")
        self._judge(process.returncode, complaint)

    def _start(self, source: IO[bytes], complaints: int) -> subprocess.Popen[bytes]:
        program = shutil.which(self._program)
        if program is None:
            package = _PACKAGES.get(self._program, self._program)
            raise DriveError(
                f"{self._source} needs {self._program}, which is not installed",
                path=self._source, remedy=f"Install it (Debian: apt install {package}).",
            )  # fmt: skip
        command, environment = [*LIMITS, program, "-dc"], {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        with self._lock:
            if self._is_cancelled:
                raise Cancelled(f"decompressing {self._source} was cancelled")
            try:
                self._process = subprocess.Popen(
                    command, stdin=source, stdout=subprocess.PIPE, stderr=complaints, env=environment
                )
            except OSError as error:
                raise DriveError(f"{self._program} cannot be run: {error.strerror}", path=self._source) from error
        return self._process

    def _copy(self, pipe: BufferedReader, source: int, sink: FileSink) -> None:
        """Write what comes; how far the source has been read, its shared position tells."""
        piece = bytearray(PIECE)
        is_first = True
        while count := pipe.readinto(piece):
            if is_first and is_tar(bytes(piece[:HEAD_SIZE])):
                raise self._no_image()
            is_first = False
            for block, is_zero in zero_runs(memoryview(piece)[:count]):
                sink.hole(len(block)) if is_zero else sink.write(block)
            if self._on_progress is not None:
                self._on_progress(min(os.lseek(source, 0, os.SEEK_CUR), self._size), self._size)

    def _no_image(self) -> ImageFormatError:
        return ImageFormatError(
            f"{self._source} holds a tar archive, not an image", path=self._source,
            remedy="Unpack it with 'tar -xf', and open the image that comes out.",
        )  # fmt: skip

    def _judge(self, code: int, complaint: bytes) -> None:
        if code == 0 or (self._program == "gzip" and code == _GZIP_WARNING):
            return
        lines = complaint.decode("utf-8", "replace").strip().splitlines()
        reason = _OWN_NAME.sub("", lines[-1])[:300] if lines else f"{self._program} died"
        raise ImageFormatError(f"{self._source} cannot be decompressed: {reason}", path=self._source, remedy=DAMAGED)


class _Complaints:
    """A pipe for what a program complains of, which never keeps it waiting: what does not fit is lost.

    Attributes:
        end: The program's end.
    """

    def __init__(self) -> None:
        self._our_end, self.end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._our_end)
        os.close(self.end)

    def read(self) -> bytes:
        """Return what there is, in whole lines."""
        try:
            said = os.read(self._our_end, COMPLAINT_MAX)
        except BlockingIOError:
            return b""
        return said[: said.rfind(b"\n") + 1] or said
