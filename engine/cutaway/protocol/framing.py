"""Messages in a byte stream: a length word (unsigned, 32 bit, big endian), then that many bytes, at most 4 MiB.

The data channel has frames of the same look, with a few lengths that are marks (see `Mark`). The stream of a call:

    stream = (frame | HOLE)* END DONE            one file, for Data.OUT
           | ((frame | HOLE)* (END | FAILED))* DONE    many files in the order asked for, for Data.OUT_MANY
           | (whatever was sent so far) ABORT

So every stream ends with exactly one DONE or ABORT, and both channels are in step after every call.
"""

from __future__ import annotations

import enum
import struct

from cutaway.errors import ProtocolError

#: The longest message, without its length word. Longer answers come in pages.
MESSAGE_MAX = 4 * 1024 * 1024
#: The longest piece of data in one frame of the data channel.
DATA_MAX = 16 * 1024 * 1024
LENGTH = struct.Struct(">I")
HOLE_LENGTH = struct.Struct(">Q")


class Mark(enum.IntEnum):
    """Words of the data channel that are no lengths."""

    #: The file is complete. An ordinary length word of zero.
    END = 0
    #: All is sent; the reply follows on the control channel. Each stream ends with DONE or ABORT.
    DONE = 0xFFFFFFFC
    #: So many zero bytes follow in the file as the next 8 bytes (big endian) say: a hole.
    HOLE = 0xFFFFFFFD
    #: This file of several could not be read; the reply says why. The next file follows.
    FAILED = 0xFFFFFFFE
    #: Nothing more comes: the call has failed or was cancelled, the control channel says why.
    ABORT = 0xFFFFFFFF


def frame(payload: bytes) -> bytes:
    """Return a message with its length word.

    Raises:
        ProtocolError: it is longer than MESSAGE_MAX.
    """
    if len(payload) > MESSAGE_MAX:
        raise ProtocolError(f"message of {len(payload)} bytes is longer than {MESSAGE_MAX}")
    return LENGTH.pack(len(payload)) + payload


class FrameReader:
    """Collects bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return the messages that are complete now, without length words.

        Raises:
            ProtocolError: a length word says more than MESSAGE_MAX.
        """
        buffer = self._buffer
        buffer += data
        messages: list[bytes] = []
        begin, end = LENGTH.size, len(buffer)
        while begin <= end:
            (length,) = LENGTH.unpack_from(buffer, begin - LENGTH.size)
            if length > MESSAGE_MAX:
                raise ProtocolError(f"message of {length} bytes is longer than {MESSAGE_MAX}")
            if begin + length > end:
                break
            messages.append(bytes(buffer[begin : begin + length]))
            begin += length + LENGTH.size
        del buffer[: begin - LENGTH.size]
        return messages
