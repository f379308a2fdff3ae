"""The reading half of an NBD client (NetworkBlockDevice/nbd, doc/proto.md): fixed newstyle handshake, simple replies.

Blocking, in the copier's thread; another thread may `abort`. The server is qemu, which a hostile guest may have taken
over: every word is checked.
"""

from __future__ import annotations

import contextlib
import socket
import struct

from cutaway.errors import ProtocolError

_GREETING = struct.Struct(">8s8sH")
_CLIENT_FLAGS = struct.Struct(">I")
_OPTION = struct.Struct(">8sII")
_OPTION_REPLY = struct.Struct(">QIII")
_EXPORT = struct.Struct(">HQH")
_REQUEST = struct.Struct(">IHHQQI")
_REPLY = struct.Struct(">IIQ")

_OPTION_REPLY_MAGIC = 0x3E889045565A9
_REQUEST_MAGIC, _REPLY_MAGIC = 0x25609513, 0x67446698
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2
_GO, _ACK, _INFO, _INFO_EXPORT = 7, 1, 3, 0
_READ, _DISCONNECT = 0, 2
_INFO_MAX = 1 << 16


class NbdClient:
    """One connection to one export.

    Attributes:
        size: Of the export, in bytes.
    """

    def __init__(self, sock: socket.socket, export: str) -> None:
        """Take a connected socket over and negotiate.

        Raises:
            ProtocolError: the other side is no server with such an export.
            OSError, EOFError: the connection broke.
        """
        self._socket = sock
        self._socket.setblocking(True)  # noqa: FBT003 the socket module's own signature
        self._reply = bytearray(_REPLY.size)
        self.size = self._negotiate(export.encode())

    def _negotiate(self, export: bytes) -> int:
        magic, option_magic, flags = _GREETING.unpack(self._take(_GREETING.size))
        if (magic, option_magic) != (b"NBDMAGIC", b"IHAVEOPT") or not flags & _FIXED_NEWSTYLE:
            raise ProtocolError("qemu's block server greets in a way that is not understood")
        self._socket.sendall(_CLIENT_FLAGS.pack(flags & (_FIXED_NEWSTYLE | _NO_ZEROES)))
        data = struct.pack(">I", len(export)) + export + struct.pack(">H", 0)
        self._socket.sendall(_OPTION.pack(b"IHAVEOPT", _GO, len(data)) + data)
        size = -1
        while (reply := self._option_reply())[0] != _ACK:
            kind, info = reply
            if kind == _INFO and len(info) >= _EXPORT.size and info[:2] == bytes(2):
                _, size, _ = _EXPORT.unpack(info[: _EXPORT.size])
            elif kind != _INFO:
                raise ProtocolError(f"qemu's block server refuses the export: {info[:200].decode('utf-8', 'replace')}")
        if size < 0:
            raise ProtocolError("qemu's block server does not say how large the drive is")
        return size

    def _option_reply(self) -> tuple[int, bytes]:
        magic, option, kind, length = _OPTION_REPLY.unpack(self._take(_OPTION_REPLY.size))
        if magic != _OPTION_REPLY_MAGIC or option != _GO or length > _INFO_MAX:
            raise ProtocolError("qemu's block server answers in a way that is not understood")
        return kind, self._take(length)

    def request(self, cookie: int, offset: int, length: int) -> None:
        """Ask for a part of the drive; answers come in any order."""
        self._socket.sendall(_REQUEST.pack(_REQUEST_MAGIC, 0, _READ, cookie, offset, length))

    def answer(self) -> tuple[int, int]:
        """Wait for an answer; return its cookie and error, 0 if data follows, which `receive` takes.

        Raises:
            ProtocolError: it is none.
            OSError, EOFError: the connection broke.
        """
        self.receive(memoryview(self._reply))
        magic, error, cookie = _REPLY.unpack(self._reply)
        if magic != _REPLY_MAGIC:
            raise ProtocolError("qemu's block server is out of step")
        return cookie, error

    def receive(self, view: memoryview) -> None:
        """Fill a buffer with data."""
        while view:
            count = self._socket.recv_into(view, 0, socket.MSG_WAITALL)
            if not count:
                raise EOFError("the drive's connection was closed")
            view = view[count:]

    def _take(self, count: int) -> bytes:
        data = bytearray(count)
        self.receive(memoryview(data))
        return bytes(data)

    def abort(self) -> None:
        """Let whoever waits for data find the connection closed; from any thread."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye and close. May be called again."""
        with contextlib.suppress(OSError):
            self._socket.sendall(_REQUEST.pack(_REQUEST_MAGIC, 0, _DISCONNECT, 0, 0, 0))
        self._socket.close()
