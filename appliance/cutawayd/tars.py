"""Unpacking and packing with tar(1): its options, what it says about single files, and what ends it.

It runs as a child that a cancellation kills. How far it is shows the position of the file that it shares with us.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import subprocess
from collections.abc import Iterator

from cutaway.records import InsertFailure

from cutawayd import children
from cutawayd.work import Work

_COMMON = ("tar", "--blocking-factor=128", "--numeric-owner", "--quoting-style=escape")
_UNPACK = (
    *_COMMON, "--extract", "--file=-", "--delay-directory-restore", "--warning=no-timestamp",
    "--warning=no-unknown-keyword",
)  # fmt: skip
_PACK = (
    *_COMMON, "--create", "--file=-", "--format=posix", "--sparse", "--xattrs", "--xattrs-include=*", "--acls",
)  # fmt: skip
#: Errors after which going on makes no sense.
_FATAL = {
    os.strerror(code).encode(): code for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EUCLEAN)
}
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
#: What tar says of a link's target, which is a name of the archive's own.
_TARGET = re.compile(" to [\u2018'`].*[\u2019'](?=: )")
#: More failures than anybody reads, and few enough for one message.
FAILURES_MAX = 1000
#: Between two looks at how far tar is, and whether the call is cancelled; each look takes tar the processor.
POLL_MS = 50
READ_AHEAD_KIB = 4096


def pack_command(folder: int, name: bytes) -> list[str | bytes]:
    """Return the command that packs something in an open folder."""
    return [*_PACK, f"--directory=/proc/{os.getpid()}/fd/{folder}", "--", name]


def unpack(
    work: Work, device: str, size: int, folder: int, options: list[str], *, is_compressed: bool = False
) -> list[InsertFailure]:
    """Unpack a drive's tar file into an open folder; return what the file system does not take.

    Args:
        work: The call.
        device: The drive.
        size: The tar file's length.
        folder: Where to.
        options: Of tar, see `abilities`.
        is_compressed: Whether one of them is a program that decompresses, which minds what lies behind the end.

    Raises:
        OSError: it is full, or broken.
        ToolError: it is no tar file.
    """
    _read_ahead(device)
    source = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        command = [*_UNPACK, *options, f"--directory=/proc/{os.getpid()}/fd/{folder}"]
        with _cut(source, size) if is_compressed else contextlib.nullcontext(source) as stdin:
            child = children.start(command, stdin=stdin)
        return _watch(work, child, source, size)
    finally:
        os.close(source)


@contextlib.contextmanager
def _cut(source: int, size: int) -> Iterator[int]:
    """Give a pipe with so many bytes of an open drive; who writes into it ends when nobody reads any more."""
    feeder = children.start(["head", f"--bytes={size}"], stdin=source)
    assert feeder.stdout is not None  # noqa: S101 opened by start
    with feeder.stdout:
        yield feeder.stdout.fileno()


def _watch(work: Work, child: subprocess.Popen[bytes], source: int, size: int) -> list[InsertFailure]:
    """Wait for tar, by what it says and by how far it has read."""
    said = Said()
    try:
        assert child.stderr is not None  # noqa: S101 opened by start
        poll = select.poll()
        poll.register(child.stderr.fileno(), select.POLLIN)
        while True:
            work.progress(os.lseek(source, 0, os.SEEK_CUR), size)
            if poll.poll(POLL_MS):
                if not (data := os.read(child.stderr.fileno(), 65536)):
                    break
                said.add(data)
        code = child.wait()
        if code < 0 or (code > 1 and not said.failures):  # what a signal ended was not done
            raise children.failure(child, b"\n".join(said.other))
    finally:
        children.kill(child)
    return said.failures


def _read_ahead(device: str) -> None:
    """Let the kernel read more of a drive at a time: under emulation it is requests that cost, not bytes."""
    path = f"/sys/block/{os.path.basename(device)}/queue/read_ahead_kb"
    with contextlib.suppress(FileNotFoundError), open(path, "w", encoding="ascii") as file:
        file.write(str(READ_AHEAD_KIB))


def abilities(work: Work, folder: int, *, xattrs: bool, acls: bool) -> list[str]:
    """Return the options for what is wanted and this file system can hold, which is tried with the folder itself.

    Args:
        work: The call.
        folder: Where to unpack.
        xattrs: Whether extended attributes are wanted.
        acls: Whether the tar file may have access control lists; looking for them takes tar a third of its time.
    """
    options = []
    status = os.fstat(folder)
    try:
        os.fchown(folder, 1, 1)
        os.fchown(folder, status.st_uid, status.st_gid)
    except PermissionError:
        options += ["--no-same-owner", "--no-same-permissions"]
        work.log("the file system of the target holds no owners and permissions; they are left out", "info")
    if not xattrs and not acls:
        return options
    try:
        os.setxattr(folder, b"user.cutaway", b"1")
        os.removexattr(folder, b"user.cutaway")
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM}:
            raise
        work.log("the file system of the target holds no extended attributes; they are left out", "info")
        return options
    return [*options, *(["--xattrs", "--xattrs-include=*"] if xattrs else []), *(["--acls"] if acls else [])]


class Said:
    """What tar says on its standard error, line by line."""

    def __init__(self) -> None:
        self.failures: list[InsertFailure] = []
        self.other: list[bytes] = []
        self._rest = b""

    def add(self, data: bytes) -> None:
        """Take output.

        Raises:
            OSError: it means that everything fails.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._add_line(line.removeprefix(b"tar: "))

    def _add_line(self, line: bytes) -> None:
        name, colon, message = line.partition(b": Cannot ")
        code = errno.ENOSPC if b": Wrote only " in line else _FATAL.get(line.rpartition(b": ")[2])
        if code is not None:
            raise OSError(code, os.strerror(code))
        if colon and len(self.failures) < FAILURES_MAX:
            text = "cannot " + _TARGET.sub("", message.decode("utf-8", "replace"))
            self.failures.append(InsertFailure(unescaped(name), text))
        elif not colon and len(self.other) < 20:
            self.other.append(line)


def unescaped(name: bytes) -> bytes:
    r"""Return a name that tar wrote with \n, \: and \ooo as the bytes that it is."""
    return _ESCAPE.sub(_byte, name)


def _byte(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    return bytes([int(code, 8)]) if len(code) == 3 else _LETTERS.get(code, code)
