"""Reads that a guest makes for another appliance: parts of a content, asked for by the threads that serve it."""

from __future__ import annotations

import errno
from typing import Any

from cutaway.cancel_token import CancelToken
from cutaway.core import HandleCore
from cutaway.errors import CallInterrupted, Cancelled, GuestError, ProtocolError, StateError
from cutaway.inside.content import ContentLost, GuestRead
from cutaway.protocol.declaration import Call
from cutaway.worker import Worker

#: So much the guest reads at once.
PIECE = 2 << 20
#: A person may cancel what a handle does while a part is read for somebody else: it is read again.
ATTEMPTS = 5


def guest_read(core: HandleCore, worker: Worker, call: Call[..., bytes], arguments: dict[str, Any]) -> GuestRead:
    """Return what reads parts of a content, from any thread but the worker's.

    Args:
        core: Of the handle whose guest reads.
        worker: Where that lives.
        call: Reads a part, by `count` and `offset`.
        arguments: Its others.
    """

    def read(offset: int, length: int) -> bytes:
        data = b""
        while len(data) < length:
            count = min(PIECE, length - len(data))
            piece = _ask(core, worker, call, {**arguments, "count": count, "offset": offset + len(data)})
            if not 0 < len(piece) <= count:
                raise OSError(errno.EIO, "what is read is shorter than it was")
            data += piece
        return data

    return read


def _ask(core: HandleCore, worker: Worker, call: Call[..., bytes], arguments: dict[str, Any]) -> bytes:
    for _ in range(ATTEMPTS):
        try:
            found: bytes = worker.submit(core.run(call, arguments, CancelToken())).result()
        except Cancelled:
            continue
        except GuestError as error:
            raise OSError(errno.EIO, str(error)) from error
        except (StateError, CallInterrupted, ProtocolError) as error:
            raise ContentLost(str(error)) from error
        return found
    raise OSError(errno.EIO, "reading was cancelled")
