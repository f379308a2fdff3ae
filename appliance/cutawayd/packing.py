"""Messages as bytes that always fit: numbers from hostile file systems may not fit into 64 bits, and names may make an
answer longer than a message may be.
"""

from __future__ import annotations

from typing import Any

from cutaway.protocol.framing import LENGTH, MESSAGE_MAX
from cutaway.protocol.messages import Message, encode_message, new_packer

from cutawayd.refusal import Refusal

#: The daemon has one thread.
_packer = new_packer()
INT_MIN, INT_MAX = -(1 << 63), (1 << 63) - 1


def pack(message: Message) -> bytes:
    """Return a message as a frame.

    Raises:
        Refusal: EFBIG, it is longer than a message may be.
    """
    try:
        payload = encode_message(message, _packer)
    except OverflowError:
        payload = encode_message(type(message)(*map(_clamped, message)), _packer)
    if len(payload) > MESSAGE_MAX:
        raise Refusal("EFBIG", f"the answer is too long: {len(payload)} bytes, {MESSAGE_MAX} fit into a message")
    return LENGTH.pack(len(payload)) + payload


def _clamped(value: Any) -> Any:
    """Return a wire value with all numbers within 64 bits."""
    if isinstance(value, list | tuple):
        return [_clamped(item) for item in value]
    if isinstance(value, dict):
        return {_clamped(key): _clamped(item) for key, item in value.items()}
    return min(max(value, INT_MIN), INT_MAX) if type(value) is int else value
