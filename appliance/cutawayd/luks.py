"""LUKS volumes made, and their keys changed, by cryptsetup(8) in a child that a cancellation kills.

Keys go to its standard input; where it takes two, the second comes from a file that is memory, and has no name.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd import blkid
from cutawayd.children import ToolError, run
from cutawayd.cryptsetup import NO_PERMISSION, OUT_OF_MEMORY
from cutawayd.inuse import refuse_if_used
from cutawayd.refusal import Refusal
from cutawayd.words import plain_word
from cutawayd.work import Work

SLOT_MAX = 31


def luks_format(work: Work, device: str, key: bytes, keyslot: int) -> None:
    """Make a volume."""
    _format(work, device, key, keyslot, [])


def luks_format_cipher(work: Work, device: str, key: bytes, keyslot: int, cipher: str) -> None:
    """Make a volume with a cipher."""
    _format(work, device, key, keyslot, ["--cipher", plain_word(cipher, "cipher")])


def _format(work: Work, device: str, key: bytes, keyslot: int, options: list[str]) -> None:
    refuse_if_used(device)
    _cryptsetup(work, device, key, ["luksFormat", *options, "--key-slot", _slot(keyslot), "--key-file", "-", device])


def luks_add_key(work: Work, device: str, key: bytes, newkey: bytes, keyslot: int) -> None:
    """Add a key."""
    _refuse_other(device)
    with _in_memory(newkey) as path:
        command = ["luksAddKey", "--key-slot", _slot(keyslot), "--key-file", "-", device, path]
        _cryptsetup(work, device, key, command)


def luks_kill_slot(work: Work, device: str, key: bytes, keyslot: int) -> None:
    """Take a key away."""
    _refuse_other(device)
    _cryptsetup(work, device, key, ["luksKillSlot", "--key-file", "-", device, _slot(keyslot)])


def _slot(number: int) -> str:
    if not 0 <= number <= SLOT_MAX:
        raise OSError(errno.EINVAL, f"key slots are 0 to {SLOT_MAX}")
    return str(number)


def _refuse_other(device: str) -> None:
    if blkid.probe(device).vfs_type != "crypto_LUKS":
        raise OSError(errno.EINVAL, "this is no LUKS volume", device)


def _cryptsetup(work: Work, device: str, key: bytes, words: list[str]) -> None:
    if not key:
        raise Refusal("WRONGKEY", f"{device} cannot have an empty key")
    try:
        run(work, ["cryptsetup", words[0], "--batch-mode", *words[1:]], script=key)
    except ToolError as error:
        if error.status == NO_PERMISSION:
            raise Refusal("WRONGKEY", f"{device} has no such key") from error
        if error.status == OUT_OF_MEMORY:
            raise Refusal("ENOMEM", f"{device}: deriving the key takes more memory than the appliance has") from error
        raise


@contextmanager
def _in_memory(key: bytes) -> Iterator[str]:
    """Give the path of a file that holds a key, as long as it is needed."""
    if not key:
        raise OSError(errno.EINVAL, "a key cannot be empty")
    descriptor = os.memfd_create("key", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, key)
        yield f"/proc/{os.getpid()}/fd/{descriptor}"
    finally:
        os.close(descriptor)
