"""Swap space made in files, switched on and off by swapon(2)."""

from __future__ import annotations

import os

from cutawayd import syscalls
from cutawayd.children import run
from cutawayd.filesystems import device_with
from cutawayd.words import opened_place, uuid_word
from cutawayd.work import Work


def mkswap_file(work: Work, path: bytes) -> None:
    """Make a file swap space."""
    with opened_place(work, path, os.O_RDWR) as place:
        run(work, ["mkswap", "-f", place])


def swapon_device(work: Work, device: str) -> None:  # noqa: ARG001 every call has it
    """Swap to a device."""
    syscalls.swapon(device)


def swapoff_device(work: Work, device: str) -> None:
    """Swap to a device no longer."""
    run(work, ["swapoff", device])


def swapon_file(work: Work, file: bytes) -> None:
    """Swap to a file."""
    with opened_place(work, file, os.O_RDWR) as place:
        syscalls.swapon(place)


def swapoff_file(work: Work, file: bytes) -> None:
    """Swap to a file no longer."""
    with opened_place(work, file) as place:
        run(work, ["swapoff", place])


def swapon_label(work: Work, label: str) -> None:
    """Swap to the device of that label."""
    swapon_device(work, device_with(work, "LABEL", label))


def swapoff_label(work: Work, label: str) -> None:
    """Swap to it no longer."""
    swapoff_device(work, device_with(work, "LABEL", label))


def swapon_uuid(work: Work, uuid: str) -> None:
    """Swap to the device of that UUID."""
    swapon_device(work, device_with(work, "UUID", uuid_word(uuid)))


def swapoff_uuid(work: Work, uuid: str) -> None:
    """Swap to it no longer."""
    swapoff_device(work, device_with(work, "UUID", uuid_word(uuid)))
