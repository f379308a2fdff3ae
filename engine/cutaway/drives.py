"""Drives: images that are attached to a handle, with their options. Values; nothing is opened here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cutaway.image_chain import ImageSource

Interface = Literal["scsi", "virtio", "ide"]
#: Lengths that sectors have, in bytes.
BLOCKSIZES = (512, 4096)


@dataclass(frozen=True, slots=True)
class Drive:
    """An image attached to a handle.

    Attributes:
        path: The image file or block device on the host.
        serial: The serial number by which the guest knows it: "drive0", "drive1" …
        readonly: True: writes of the guest go to an overlay that is thrown away; the image is opened read-only.
        format: "raw", "qcow2" …; None: probed.
        iface: "scsi" and "virtio" can be hot-plugged, "ide" needs a cold boot.
        label: A name of the caller's choice; "" for none.
        allowed: Files to use all the same: backing files outside the image's folder, incomplete files.
        protect: True: the guest sees a drive that it cannot write at all; no overlay.
        member: Which image it is, counted from 0, if the file is an archive of several (OVA); None: the only one.
        snapshot: The point in time to see, by its name or identity (qcow2); None: now.
        blocksize: Length of its sectors in bytes, 512 or 4096; None: what its partition table says.
        source: Where the image comes from, if it is no file of the host: then `path` only says what it is called.
        scratch_size_bytes: If not zero, an empty drive of that size that lives as long as the handle; no path.
    """

    path: str
    serial: str
    readonly: bool = True
    format: str | None = None
    iface: Interface = "scsi"
    label: str = ""
    allowed: frozenset[str] = field(default_factory=frozenset)
    protect: bool = False
    member: int | None = None
    snapshot: str | None = None
    blocksize: int | None = None
    source: ImageSource | None = field(default=None, compare=False, repr=False)
    scratch_size_bytes: int = 0

    @property
    def name(self) -> str:
        """What a person calls it: the label, or the file's name."""
        return self.label or os.path.basename(self.path) or self.serial
