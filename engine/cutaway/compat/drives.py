"""The drives of the compatible handle: kept until launch, plugged in at once after it.

Labels are known to the host only: "/dev/disk/guestfs/LABEL" is translated when a call is made.
"""

from __future__ import annotations

import os
from typing import Any, cast

from cutaway.compat.action import NOT_LAUNCHED, action
from cutaway.compat.callbacks import Callbacks
from cutaway.drives import BLOCKSIZES, Drive, Interface
from cutaway.handle import Handle
from cutaway.state import State

LABELS_FOLDER = "/dev/disk/guestfs/"
INTERFACES = ("scsi", "virtio", "ide")
#: Options of add_drive that only make it quicker, and whose absence nobody can see.
_TUNING = frozenset({"cachemode", "copyonread", "name"})
#: Options and the values of them that ask for what is done anyway.
_GRANTED: dict[str, tuple[object, ...]] = {
    "protocol": ("file",), "discard": ("disable", "besteffort"), "server": ([],),
}  # fmt: skip


class Drives(Callbacks):
    """What adds drives."""

    def __init__(self) -> None:
        super().__init__()
        self._engine: Handle | None = None
        self._drives: list[Drive] = []

    def _running(self, name: str) -> Handle:
        """Return the engine handle of the launched appliance."""
        if self._engine is None or self._engine.state not in {State.READY, State.BUSY}:
            raise RuntimeError(f"{name}: {NOT_LAUNCHED}")
        return self._engine

    @action
    def add_drive(  # noqa: PLR0913, PLR0917 libguestfs' arguments
        self,
        filename: str,
        readonly: bool | None = None,
        format: str | None = None,  # noqa: A002 libguestfs' name
        iface: str | None = None,
        name: str | None = None,
        label: str | None = None,
        protocol: str | None = None,
        server: list[str] | None = None,
        username: str | None = None,
        secret: str | None = None,
        cachemode: str | None = None,
        discard: str | None = None,
        copyonread: bool | None = None,
        blocksize: int | None = None,
    ) -> None:
        """Add a drive, writable unless `readonly`: then writes go to an overlay that is thrown away.

        Unlike in libguestfs it may follow launch. Network protocols and discard=enable are refused.
        """
        options = {
            "name": name, "protocol": protocol, "server": server, "username": username, "secret": secret,
            "cachemode": cachemode, "discard": discard, "copyonread": copyonread,
        }  # fmt: skip
        self._add_drive(
            filename, options, readonly=bool(readonly), format=format, iface=iface, label=label,
            blocksize=_blocksize(blocksize),
        )  # fmt: skip

    add_drive_opts = add_drive

    @action
    def add_drive_ro(self, filename: str) -> None:
        """Add a drive whose writes are thrown away."""
        self._add_drive(filename, {}, readonly=True)

    @action
    def add_cdrom(self, filename: str) -> None:
        """Add a drive whose writes are thrown away."""
        self._add_drive(filename, {}, readonly=True)

    @action
    def add_drive_with_if(self, filename: str, iface: str) -> None:
        """Add a writable drive at an interface."""
        self._add_drive(filename, {}, readonly=False, iface=iface)

    @action
    def add_drive_ro_with_if(self, filename: str, iface: str) -> None:
        """Add a drive at an interface whose writes are thrown away."""
        self._add_drive(filename, {}, readonly=True, iface=iface)

    @action
    def add_drive_scratch(
        self, size: int, name: str | None = None, label: str | None = None, blocksize: int | None = None
    ) -> None:
        """Add an empty drive that lives as long as the appliance."""
        _refuse_unknown({"name": name})
        length = _blocksize(blocksize)
        if not isinstance(size, int):
            raise TypeError(f"size must be int, not {type(size).__name__}")
        if size <= 0:
            raise RuntimeError("add_drive_scratch: size must be > 0")
        self._keep(Drive(path="", serial="", label=_label(label), scratch_size_bytes=size, blocksize=length))

    def _add_drive(self, filename: str, options: dict[str, Any], **kept: Any) -> None:
        _refuse_unknown(options)
        if not isinstance(filename, str | bytes | os.PathLike):
            raise TypeError(f"filename must be str, not {type(filename).__name__}")
        os.stat(filename)
        iface = kept.pop("iface", None) or "scsi"
        if iface not in INTERFACES:
            raise RuntimeError(f"add_drive: the interface {iface!r} is none of {', '.join(INTERFACES)}")
        label = _label(kept.pop("label", None))
        path = os.path.abspath(os.fsdecode(filename))
        incomplete_too = frozenset({path})  # as libguestfs does
        drive = Drive(path=path, serial="", iface=cast("Interface", iface), label=label, allowed=incomplete_too, **kept)
        self._keep(drive)

    def _keep(self, drive: Drive) -> None:
        if self._engine is not None and self._engine.state is not State.CONFIG:
            attach(self._engine, drive)
        self._drives.append(drive)

    @action
    def debug_drives(self) -> list[str]:
        """Describe the drives, for a person."""
        return [f"{drive.path or 'scratch'}{',readonly' if drive.readonly else ''}" for drive in self._drives]

    def _labels(self) -> dict[str, str]:
        devices = self._running("list_disk_labels").list_devices()
        return {drive.label: device for drive, device in zip(self._drives, devices, strict=False) if drive.label}

    def _unlabelled(self, device: str) -> str:
        """Return the device that a path below LABELS_FOLDER means."""
        if not device.startswith(LABELS_FOLDER):
            return device
        name = device.removeprefix(LABELS_FOLDER)
        label = name.rstrip("0123456789")
        labels = self._labels()
        if label not in labels:
            raise RuntimeError(f"{device}: No such file or directory")
        return labels[label] + name[len(label) :]


def attach(engine: Handle, drive: Drive) -> None:
    """Add a drive to an engine handle."""
    if drive.scratch_size_bytes:
        engine.add_drive_scratch(drive.scratch_size_bytes, blocksize=drive.blocksize)
    else:
        engine.add_drive(
            drive.path, readonly=drive.readonly, format=drive.format, iface=drive.iface, label=drive.label,
            allowed=drive.allowed, blocksize=drive.blocksize,
        )  # fmt: skip


def _refuse_unknown(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if value is not None and name not in _TUNING and value not in _GRANTED.get(name, ()):
            raise NotImplementedError(f"the option {name}={value!r} is not supported")


def _blocksize(blocksize: int | None) -> int | None:
    """Return the length of a drive's sectors, if there are such."""
    if blocksize not in {None, *BLOCKSIZES}:
        raise RuntimeError("add_drive: only 512 and 4096 are supported for blocksize")
    return blocksize


def _label(label: str | None) -> str:
    if label is None:
        return ""
    if not (label.isascii() and label.isalpha() and len(label) <= 20):
        raise RuntimeError("add_drive: label must be 1 to 20 ASCII letters")
    return label
