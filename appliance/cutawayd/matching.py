"""One grep(1) for a whole search: contents go in by its standard input, places of what matches come out.

All files go through the same program as one stream, so that no name of an image gets into a command, none is opened
by a path, and none costs the start of a program: under emulation that takes as long as reading a hundred files. It is
killed with the call, however long it thinks about a regular expression.
"""

from __future__ import annotations

import fcntl
import os
import resource
import select
import subprocess
import unicodedata
from collections.abc import Callable
from typing import IO, Self

from cutawayd import children
from cutawayd.refusal import Refusal
from cutawayd.stream import F_SETPIPE_SZ
from cutawayd.work import Work

#: What a search may take of the appliance's memory: some regular expressions want all there is.
MEMORY_MAX = 512 << 20
_PIPE, _READ = 1 << 20, 1 << 16
_NEVER = frozenset("\0\n")
#: What grep(1) ends with when it cannot do what it shall.
_TROUBLE = 2
#: "offset:match", as -b and -o print it.
Lines = list[bytes]


class Grep:
    """The program while it runs; a context manager that kills it.

    Args:
        work: The call.
        text: What is looked for.
        regex: Whether that is a regular expression.
        ignore_case: Whether case makes no difference.
        on_lines: Called with what has come out, as soon as it has.

    Raises:
        Refusal: EINVAL, nothing can be looked for by this text.
    """

    def __init__(
        self, work: Work, text: str, *, regex: bool, ignore_case: bool, on_lines: Callable[[Lines], None]
    ) -> None:
        if not text or not _NEVER.isdisjoint(text):
            raise Refusal("EINVAL", "what is looked for must be one line of text")
        self._work, self._text, self._on_lines = work, text, on_lines
        self._errors, self._rest = bytearray(), bytearray()
        self._patterns = os.memfd_create("patterns")
        os.write(self._patterns, fixed_patterns(text))
        # In the locale C letters are bytes: quicker, and as good where case is only that of ASCII.
        locale = "C.UTF-8" if regex or not text.isascii() else "C"
        what = ["-E", "-e", text] if regex else ["-F", "-f", f"/proc/{os.getpid()}/fd/{self._patterns}"]
        self._child = _start(locale, ["-i", *what] if ignore_case else what)
        self._input, self._output, self._complaints = map(_descriptor, (
            self._child.stdin, self._child.stdout, self._child.stderr,
        ))  # fmt: skip
        self._poll = select.poll()
        for pipe in (self._output, self._complaints):
            self._poll.register(pipe, select.POLLIN)
        self._open = {self._output, self._complaints}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_input()
        children.kill(self._child)
        os.close(self._patterns)

    def _end_input(self) -> None:
        if self._child.stdin is not None:
            self._child.stdin.close()

    def feed(self, data: bytes | memoryview) -> None:
        """Let it look through this, and take what comes out meanwhile.

        Raises:
            Cancelled: the call is.
            Refusal: EINVAL, the text is no regular expression.
            ToolError: the program has failed otherwise.
        """
        left = memoryview(data)
        while left:
            left = left[self._write(left) :]
            self._hear(timeout_ms=0)

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self._input, data)
        except BlockingIOError:
            self._poll.register(self._input, select.POLLOUT)
            self._hear(timeout_ms=20)
            self._poll.unregister(self._input)
            return 0
        except BrokenPipeError:
            self.finish()
            raise

    def finish(self) -> None:
        """Take the last that comes out.

        Raises:
            Cancelled, Refusal, ToolError: as `feed`.
        """
        self._end_input()
        while self._open:
            self._hear(timeout_ms=20)
        if self._child.wait() in {0, 1}:
            return
        said = self._errors.decode("utf-8", "replace").strip().removeprefix("grep: ")
        if self._child.returncode != _TROUBLE or "memory" in said:
            raise children.failure(self._child, bytes(self._errors))
        raise Refusal("EINVAL", f"this is no regular expression: {said}")

    def _hear(self, timeout_ms: int) -> None:
        self._work.check()
        for descriptor, _ in self._poll.poll(timeout_ms):
            if descriptor != self._input and not self._read(descriptor):
                self._poll.unregister(descriptor)
                self._open.discard(descriptor)

    def _read(self, descriptor: int) -> bool:
        data = os.read(descriptor, _READ)
        if descriptor == self._complaints:
            self._errors += data[: children.ERROR_MAX - len(self._errors)]
            return bool(data)
        self._rest += data
        if b"\n" in data:
            *lines, rest = bytes(self._rest).split(b"\n")
            self._rest = bytearray(rest)
            self._on_lines(lines)
        return bool(data)


def _start(locale: str, options: list[str]) -> subprocess.Popen[bytes]:
    child = children.start(
        ["grep", "--text", "--byte-offset", "--only-matching", "--line-buffered", *options],
        subprocess.PIPE,
        environment={**os.environ, "LC_ALL": locale},
    )
    resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    fcntl.fcntl(_descriptor(child.stdin), F_SETPIPE_SZ, _PIPE)
    os.set_blocking(_descriptor(child.stdin), False)
    return child


def _descriptor(pipe: IO[bytes] | None) -> int:
    assert pipe is not None  # noqa: S101 opened by start
    return pipe.fileno()


def fixed_patterns(text: str) -> bytes:
    """Return the ways in which a text may stand in a file, one a line: its accents in two ways, letters of one byte or
    of two.

    The last zero byte of UTF-16 is left out: so it is found where the bytes of each letter stand the other way round.
    """
    forms = {text, *(unicodedata.normalize(form, text) for form in ("NFC", "NFD"))}
    wide = {form.encode("utf-16-le", "surrogatepass").removesuffix(b"\0") for form in forms}
    found = {form.encode("utf-8", "surrogateescape") for form in forms} | {one for one in wide if b"\n" not in one}
    return b"".join(one + b"\n" for one in sorted(found))
