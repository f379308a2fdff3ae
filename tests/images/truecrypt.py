"""A volume of TrueCrypt or VeraCrypt, made without either: a header, encrypted, between random bytes.

AES in XTS mode comes from the libcrypto that Python's own hashes come from. What is in the volume is left to whoever
unlocks it. Source: "VeraCrypt Volume Format Specification" in VeraCrypt's documentation.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import os
import struct
import zlib
from pathlib import Path

HEADER, DATA_AT, TAIL = 512, 131072, 131072
TRUECRYPT, VERACRYPT = (b"TRUE", 1000), (b"VERA", 500_000)


def make_volume(path: Path, size_bytes: int, key: bytes, kind: tuple[bytes, int] = TRUECRYPT) -> Path:
    """Write a volume that a passphrase unlocks, by SHA-512 and AES."""
    magic, iterations = kind
    salt = os.urandom(64)
    inner = size_bytes - DATA_AT - TAIL
    fields = struct.pack(">QQQQII", 0, inner, DATA_AT, inner, 0, 512) + bytes(120)
    keys = os.urandom(256)
    head = magic + struct.pack(">HHI", 5, 0x0700, zlib.crc32(keys)) + bytes(16) + fields
    head += struct.pack(">I", zlib.crc32(head))
    derived = hashlib.pbkdf2_hmac("sha512", key, salt, iterations, 64)
    volume = bytearray(os.urandom(size_bytes))
    volume[:HEADER] = salt + _xts(derived, (head + keys).ljust(HEADER - len(salt), b"\0"))
    path.write_bytes(volume)
    return path


def _xts(key: bytes, data: bytes) -> bytes:
    """Encrypt with AES-256 in XTS mode, as unit 0."""
    library = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_xts"):
        getattr(library, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.EVP_CIPHER_CTX_new())
    cipher, length = ctypes.c_void_p(library.EVP_aes_256_xts()), ctypes.c_int()
    out = ctypes.create_string_buffer(len(data))
    try:
        assert library.EVP_EncryptInit_ex(context, cipher, None, key, bytes(16)) == 1
        assert library.EVP_EncryptUpdate(context, out, ctypes.byref(length), data, len(data)) == 1
    finally:
        library.EVP_CIPHER_CTX_free(context)
    return out.raw
