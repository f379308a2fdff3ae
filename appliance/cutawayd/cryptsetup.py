"""Encrypted volumes, through cryptsetup(8): each unlocking is a program of its own, which a cancellation kills.

Deriving a key takes a gigabyte of memory and many seconds, if whoever set the volume up wished so. Keys go to the
program's standard input, and nowhere else.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from contextlib import nullcontext

from cutawayd import blkid, ciphers
from cutawayd.children import ToolError, run
from cutawayd.drives import number
from cutawayd.mappings import mappings
from cutawayd.randomness import looks_random
from cutawayd.refusal import Refusal
from cutawayd.work import Cancelled, Work

#: TrueCrypt and its heir VeraCrypt, as cryptsetup calls both.
TCRYPT = "tcrypt"
#: What a volume holds, and how cryptsetup calls that.
KINDS = {"crypto_LUKS": "luks", "BitLocker": "bitlk"}
ALLOWED = frozenset({"luks", "luks1", "luks2", "bitlk", TCRYPT, f"{TCRYPT}-hidden"})
#: Exit codes of cryptsetup(8).
NO_PERMISSION, OUT_OF_MEMORY, BUSY = 2, 3, 5
_NAME = re.compile(r"[A-Za-z0-9#+.:=@_][A-Za-z0-9#+.:=@_-]{0,126}")


def cryptsetup_open(
    work: Work,
    device: str,
    key: bytes,
    mapname: str,
    readonly: bool,
    crypttype: str | None,
) -> None:
    """Unlock a volume."""
    kind = _kind(device, crypttype)
    if not _NAME.fullmatch(mapname) or mapname in {"control", ".", ".."}:
        raise OSError(errno.EINVAL, "no mapping can be called so", mapname)
    if os.path.lexists(f"/dev/mapper/{mapname}"):
        raise OSError(errno.EEXIST, "there is a mapping of that name", mapname)
    if not key:
        raise Refusal("WRONGKEY", f"{device} cannot be unlocked without a passphrase or key")
    options = ["--readonly"] if readonly or _is_read_only(device) else []
    command = ["cryptsetup", "open", "--batch-mode", *_type_options(kind), *options, device, mapname]
    try:
        with ciphers.loaded(work) if kind.startswith(TCRYPT) else nullcontext():
            run(work, command, script=key)
    except ToolError as error:
        raise _explained(error, device, knows_ascii_only=kind == "bitlk" and not key.isascii()) from error
    except Cancelled:
        # It may have come too late, and before there was a name in /dev: nobody wants what is there now.
        if any(one.device == f"/dev/mapper/{mapname}" for one in mappings()):
            run(None, ["cryptsetup", "close", mapname])
        raise


def _kind(device: str, crypttype: str | None) -> str:
    kind = crypttype or _found_kind(device, blkid.probe(device))
    if not kind:
        raise OSError(errno.EINVAL, "this is no encrypted volume", device)
    if kind not in ALLOWED:
        raise OSError(errno.EINVAL, f"volumes of the type {kind} cannot be unlocked", device)
    return kind


def _found_kind(device: str, content: blkid.Content) -> str:
    if content == blkid.Content():
        return TCRYPT if looks_random(device) else ""
    return KINDS.get(content.vfs_type, "")


def _type_options(kind: str) -> list[str]:
    """Return what says of which type a volume is, and that its key comes through standard input.

    A key file of TrueCrypt is another thing than a passphrase, and is hashed with it.
    """
    if kind.startswith(TCRYPT):
        return ["--type", TCRYPT, *(["--tcrypt-hidden"] if kind != TCRYPT else [])]
    return ["--type", kind, "--key-file", "-"]


def _is_read_only(device: str) -> bool:
    status = os.stat(device)
    folder = f"/sys/dev/block/{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    return bool(number(f"{folder}/ro"))


def _explained(error: ToolError, device: str, *, knows_ascii_only: bool) -> Exception:
    """Return what a failure means, where that is known.

    NB: cryptsetup 2.6 hashes a BitLocker passphrase with letters beyond ASCII wrongly (lib/bitlk/bitlk.c).
    """
    if error.status == NO_PERMISSION:
        more = ": beyond ASCII this appliance takes recovery passwords only" if knows_ascii_only else ""
        return Refusal("WRONGKEY", f"{device} cannot be unlocked with this passphrase or key{more}")
    if error.status in {OUT_OF_MEMORY, -signal.SIGKILL}:
        said = "deriving the key takes more memory than the appliance has; CUTAWAY_MEMSIZE gives it more"
        return Refusal("ENOMEM", f"{device} cannot be unlocked: {said}")
    return ToolError(error.tool, f"{device} cannot be unlocked: {error}", error.errno_name, error.status)


def cryptsetup_close(work: Work, device: str) -> None:
    """Lock a volume again."""
    try:
        run(work, ["cryptsetup", "close", os.path.basename(device)])
    except ToolError as error:
        if error.status == BUSY:
            raise OSError(
                errno.EBUSY, "it is in use: unmount, and deactivate its volume groups first", device
            ) from error
        raise


def luks_uuid(work: Work, device: str) -> str:  # noqa: ARG001 every call has it
    """Return the UUID of a LUKS volume."""
    content = blkid.probe(device)
    if content.vfs_type != "crypto_LUKS":
        raise OSError(errno.EINVAL, "this is no LUKS volume", device)
    return content.uuid
