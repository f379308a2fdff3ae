"""Encrypted volumes among what was found: which are locked, what their mappings are called, what a key file means.

Pure: knows no handle. Keys appear in no text that is made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutaway.records import Filesystem

#: Types of encrypted volumes that can be unlocked, and what a person calls them.
ENCRYPTED = {"crypto_LUKS": "LUKS", "BitLocker": "BitLocker", "random": "perhaps VeraCrypt"}
#: Of these it is not certain that they are any.
UNCERTAIN = frozenset({"random"})
_UNNAMEABLE = re.compile(r"[^A-Za-z0-9.]")


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A volume that was unlocked, and all that it takes to do so again; its text does not tell the key."""

    device: str
    key: bytes = field(repr=False)
    mapname: str
    readonly: bool = False
    crypttype: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `cryptsetup_open`."""
        return {name: getattr(self, name) for name in ("device", "key", "mapname", "readonly", "crypttype")}


def locked(found: Sequence[Filesystem], unlocked: Sequence[Unlocked] = ()) -> list[Filesystem]:
    """Return the encrypted volumes that have not been unlocked.

    Args:
        found: What a survey has found.
        unlocked: What is known to be unlocked, if `found` is of a list that leaves volume groups out.
    """
    opened = {item.container for item in found} | {volume.device for volume in unlocked}
    return [item for item in found if item.vfs_type in ENCRYPTED and item.mountable not in opened]


def inside(found: Sequence[Filesystem], device: str) -> Filesystem | None:
    """Return what an unlocked volume holds; None if the device is no such volume."""
    return next((item for item in found if device and item.container == device), None)


def mapname_of(device: str) -> str:
    """Return the name of the mapping that a device gets: "cryptsda2" for "/dev/sda2", as libguestfs' tools call it."""
    return "crypt" + _UNNAMEABLE.sub("_", device.removeprefix("/dev/"))


def keys_in(content: bytes) -> list[bytes]:
    """Return what the content of a key file may mean, the likelier first.

    A file with a single line of text is mostly a passphrase that somebody has written down, and its line end no part of
    it; cryptsetup itself takes every byte.
    """
    line, end, rest = content.partition(b"\n")
    return [line.removesuffix(b"\r"), content] if end and line and not rest and b"\0" not in line else [content]


def packed(volumes: Iterable[Unlocked]) -> bytes:
    """Return what was unlocked as bytes for the pipe to another process: never for a file."""
    import json  # noqa: PLC0415 every program loads this module, and few need that

    items = [[one.device, one.key.hex(), one.mapname, one.readonly, one.crypttype] for one in volumes]
    return json.dumps(items).encode()


def unpacked(data: bytes) -> tuple[Unlocked, ...]:
    """Return what `packed` was given."""
    import json  # noqa: PLC0415 as above

    return tuple(Unlocked(device, bytes.fromhex(key), *rest) for device, key, *rest in json.loads(data))
