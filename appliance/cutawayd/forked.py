"""Work in a copy of the daemon's own process: what a C library does there can crash or hang, and harms nobody else.

A fork costs a few milliseconds, where starting a program costs many: what the daemon has loaded is there already. The
copy has no port to the host, little memory, and dies with its `Servant`.
"""

from __future__ import annotations

import errno
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn

import msgpack

from cutawayd.refusal import Refusal
from cutawayd.work import Work

#: What a copy may have of the machine's memory, beyond which it gets MemoryError, or dies.
MEMORY_BYTES = 1 << 30
ANSWER_MAX = 32 << 20
#: How long an answer may take, and after how long a cancellation is looked for.
ANSWER_S, POLL_MS = 120.0, 20
_HEAD = 4
#: Takes a question and gives the answer, both of what msgpack knows.
Answerer = Callable[[Any], Any]


class Servant:
    """A copy of this process that answers questions, one after another.

    Args:
        begin: Run in the copy: makes what answers.
        kept: Descriptors that the copy keeps; it loses all others.
    """

    def __init__(self, begin: Callable[[], Answerer], kept: Iterable[int] = ()) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            _serve(theirs, begin, {*kept, theirs.fileno()})
        theirs.close()
        self._pid, self._process = pid, os.pidfd_open(pid)
        self._socket = ours
        self.is_alive = True

    def ask(self, work: Work | None, question: Any, limit_s: float = ANSWER_S) -> Any:
        """Return the answer to a question.

        Raises:
            Cancelled: the call was; the copy is dead.
            Refusal, OSError: what the copy said; or EIO, it has died; ETIMEDOUT, it took too long and was killed.
        """
        deadline = time.monotonic() + limit_s
        try:
            self._socket.sendall(_framed(question))
            length = int.from_bytes(self._read(work, _HEAD, deadline), "little")
            if length > ANSWER_MAX:
                raise Refusal("EFBIG", "the answer is too long")
            name, value = msgpack.unpackb(
                self._read(work, length, deadline), strict_map_key=False, unicode_errors="surrogateescape"
            )
        except BaseException:
            self.close()
            raise
        if name:
            raise Refusal(name, value)
        return value

    def _read(self, work: Work | None, count: int, deadline: float) -> bytes:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        data = bytearray()
        while len(data) < count:
            if poll.poll(POLL_MS):
                piece = self._socket.recv(min(count - len(data), 1 << 20))
                if not piece:
                    raise Refusal("EIO", "the reader of the file has crashed: the file is damaged")
                data += piece
            if work is not None:
                work.check()
            if time.monotonic() > deadline:
                raise Refusal("ETIMEDOUT", "reading the file takes too long: it may be damaged")
        return bytes(data)

    def close(self) -> None:
        """End the copy."""
        if self.is_alive:
            self.is_alive = False
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            with suppress(ChildProcessError):  # whoever collects orphans was quicker
                os.waitpid(self._pid, 0)
            os.close(self._process)
            self._socket.close()


def _framed(value: Any) -> bytes:
    data: bytes = msgpack.packb(value, unicode_errors="surrogateescape")
    return len(data).to_bytes(_HEAD, "little") + data


def _serve(channel: socket.socket, begin: Callable[[], Answerer], kept: set[int]) -> NoReturn:
    """Answer until nobody asks any more; never returns, whatever happens."""
    try:
        _live_modestly(kept)
        answerer: Answerer | None = None
        while True:
            question = _receive(channel)
            if question is None:
                break
            try:
                answerer = answerer or begin()
                answer = ["", answerer(question)]
            except Refusal as refusal:
                answer = [refusal.errno_name, str(refusal)]
            except MemoryError:
                answer = ["ENOMEM", "the appliance has not enough memory for this"]
            except OSError as error:
                answer = [errno.errorcode.get(error.errno or 0, "EIO"), error.strerror or str(error)]
            except Exception as error:  # noqa: BLE001 one bad file must not end the copy, which has others open
                answer = ["EIO", f"{error or type(error).__name__}"]
            channel.sendall(_framed(answer))
    finally:
        os._exit(1)


def _live_modestly(kept: set[int]) -> None:
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, 4096)
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (value, value))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def _receive(channel: socket.socket) -> Any:
    """Return the next question; None at the end."""
    data = b""
    while len(data) < _HEAD or len(data) < _HEAD + int.from_bytes(data[:_HEAD], "little"):
        piece = channel.recv(1 << 20)
        if not piece:
            return None
        data += piece
    return msgpack.unpackb(data[_HEAD:], strict_map_key=False, unicode_errors="surrogateescape")
