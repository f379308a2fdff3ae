"""The serving half of NBD (NetworkBlockDevice/nbd, doc/proto.md): fixed newstyle, one read-only export.

Blocking, in a thread for each connection. The client is qemu, which a hostile guest may have taken over: every length
is bounded before anything is made of it, what is not known is refused, and what makes no sense ends the connection.
"""

from __future__ import annotations

import socket
import struct
from typing import Protocol

_GREETING = struct.Struct(">8s8sH")
_OPTION = struct.Struct(">8sII")
_OPTION_REPLY = struct.Struct(">QIII")
_REQUEST = struct.Struct(">IHHQQI")
_REPLY = struct.Struct(">IIQ")

_OPTION_MAGIC, _OPTION_REPLY_MAGIC = b"IHAVEOPT", 0x3E889045565A9
_REQUEST_MAGIC, _REPLY_MAGIC = 0x25609513, 0x67446698
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2
_EXPORT_NAME, _GO = 1, 7
_ACK, _SERVER, _INFO_REPLY = 1, 2, 3
_UNSUPPORTED, _INVALID = (1 << 31) + 1, (1 << 31) + 3
_INFO_EXPORT, _INFO_BLOCK_SIZE = 0, 3
#: Has flags, is read-only, and several connections see the same.
_EXPORT_FLAGS = 1 | 2 | 1 << 8
_READ, _WRITE, _DISCONNECT = 0, 1, 2
_EPERM, _EIO, _EINVAL, _EOVERFLOW = 1, 5, 22, 75
#: Honest options have a few dozen bytes, and a client a handful of them.
OPTION_MAX, OPTIONS_MAX = 4096 + 64, 32
#: The longest read that is answered; the client is told so.
READ_MAX = 4 << 20
#: What a client may send with a write, which is refused, before it is cut off.
PAYLOAD_MAX = 32 << 20


class Readable(Protocol):
    """What is served."""

    @property
    def size(self) -> int:
        """Its length in bytes."""
        ...

    def read(self, offset: int, length: int) -> bytes | bytearray:
        """Return exactly that part, which lies within.

        Raises:
            OSError: it cannot be read there; the client is told EIO, and may ask for another part.
        """
        ...


class _OutOfStep(Exception):
    """The client does not speak the protocol, or is gone."""


def serve(sock: socket.socket, content: Readable) -> None:
    """Serve a content over a connected, blocking socket until the client goes; the socket is not closed.

    Raises:
        OSError: of the connection.
        Exception: what `content.read` raises, unless it is an OSError.
    """
    try:
        if _Connection(sock, content).negotiate():
            _answer(sock, content)
    except _OutOfStep:
        return


class _Connection:
    """The beginning of a conversation."""

    def __init__(self, sock: socket.socket, content: Readable) -> None:
        self._socket = sock
        self._content = content

    def negotiate(self) -> bool:
        """Agree on the export; return whether requests follow."""
        self._socket.sendall(_GREETING.pack(b"NBDMAGIC", _OPTION_MAGIC, _FIXED_NEWSTYLE | _NO_ZEROES))
        (flags,) = struct.unpack(">I", _take(self._socket, 4))
        if flags & ~(_FIXED_NEWSTYLE | _NO_ZEROES) or not flags & _FIXED_NEWSTYLE:
            return False
        for _ in range(OPTIONS_MAX):
            magic, option, length = _OPTION.unpack(_take(self._socket, _OPTION.size))
            if magic != _OPTION_MAGIC or length > OPTION_MAX:
                return False
            data = _take(self._socket, length)
            if option == _EXPORT_NAME:  # the one option without a reply of its own kind
                zeros = b"" if flags & _NO_ZEROES else bytes(124)
                self._socket.sendall(struct.pack(">QH", self._content.size, _EXPORT_FLAGS) + zeros)
                return True
            if (goes_on := self._reply_to(option, data)) is not None:
                return goes_on
        return False

    def _reply_to(self, option: int, data: bytes) -> bool | None:
        """Answer an option; return whether requests follow, None if further options may."""
        match option:
            case 2:  # abort
                self._reply(option, _ACK)
                return False
            case 3:  # list
                self._reply(option, _SERVER, struct.pack(">I", 0))
                self._reply(option, _ACK)
            case 6 | 7 if not _is_sound(data):
                self._reply(option, _INVALID)
            case 6 | 7:  # info, go
                export = struct.pack(">HQH", _INFO_EXPORT, self._content.size, _EXPORT_FLAGS)
                self._reply(option, _INFO_REPLY, export)
                self._reply(option, _INFO_REPLY, struct.pack(">HIII", _INFO_BLOCK_SIZE, 1, 4096, READ_MAX))
                self._reply(option, _ACK)
                return True if option == _GO else None
            case _:
                self._reply(option, _UNSUPPORTED)
        return None

    def _reply(self, option: int, kind: int, data: bytes = b"") -> None:
        self._socket.sendall(_OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, kind, len(data)) + data)


def _is_sound(data: bytes) -> bool:
    """Tell whether an option that names an export is whole; which one it names does not matter, there is one."""
    if len(data) < 6:
        return False
    length = int.from_bytes(data[:4], "big")
    if len(data) < 6 + length:
        return False
    wishes = int.from_bytes(data[4 + length : 6 + length], "big")
    return len(data) == 6 + length + 2 * wishes


def _answer(sock: socket.socket, content: Readable) -> None:
    while True:
        magic, _, kind, cookie, offset, length = _REQUEST.unpack(_take(sock, _REQUEST.size))
        if magic != _REQUEST_MAGIC or kind == _DISCONNECT:
            return
        data: bytes | bytearray = b""
        if kind == _READ:
            error, data = _read(content, offset, length)
        elif kind == _WRITE:
            _drop(sock, length)
            error = _EPERM
        else:
            error = _EINVAL
        sock.sendall(_REPLY.pack(_REPLY_MAGIC, error, cookie))
        if data:
            sock.sendall(data)


def _read(content: Readable, offset: int, length: int) -> tuple[int, bytes | bytearray]:
    if length > READ_MAX:
        return _EOVERFLOW, b""
    if offset + length > content.size:
        return _EINVAL, b""
    try:
        return 0, content.read(offset, length) if length else b""
    except OSError:
        return _EIO, b""


def _drop(sock: socket.socket, length: int) -> None:
    """Take what a write brings, and forget it."""
    if length > PAYLOAD_MAX:
        raise _OutOfStep
    while length:
        length -= len(_take(sock, min(length, 1 << 16)))


def _take(sock: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view = memoryview(data)
    while view:
        received = sock.recv_into(view)
        if not received:
            raise _OutOfStep
        view = view[received:]
    return bytes(data)
