"""Cutaway: see inside any disk image, without mounting it and without trusting it.

    with cutaway.Handle() as handle:
        handle.add_drive("debian.qcow2")
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        print(handle.ls("/"))

Names are loaded when they are first used, so that a program pays only for what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutaway.aio import AsyncHandle
    from cutaway.drives import Drive
    from cutaway.handle import Handle
    from cutaway.image_file import snapshots
    from cutaway.image_snapshots import Snapshot
    from cutaway.settings import Settings
    from cutaway.state import State

__all__ = ["AsyncHandle", "Drive", "Handle", "Settings", "Snapshot", "State", "__version__", "snapshots"]
__version__ = "0.1.0"

_HOMES = {
    "AsyncHandle": "aio", "Drive": "drives", "Handle": "handle", "Settings": "settings", "Snapshot": "image_snapshots",
    "State": "state", "snapshots": "image_file",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"cutaway.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'cutaway' has no attribute {name!r}")
