"""CRC-32C (Castagnoli), for checksums of file systems; the standard library has only CRC-32."""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = tuple(map(_entry, range(256)))


def crc32c(state: int, data: bytes) -> int:
    """Return the state after some bytes; nothing is inverted, neither before nor after."""
    table = _TABLE
    for byte in data:
        state = table[(state ^ byte) & 255] ^ state >> 8
    return state
