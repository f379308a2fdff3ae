"""Memory of qemu: what one appliance has after listing, and what a second one adds."""

from __future__ import annotations

import re
from pathlib import Path

import cutaway
from cutaway import Handle


def measure(image: str) -> tuple[int, int]:
    """Return in bytes: RSS of one qemu after listing, and by how much a second one raises the sum of PSS."""
    with Handle() as first, Handle() as second:
        _list(first, image)
        rss, alone = _field(first, "Rss"), _field(first, "Pss")
        _list(second, image)
        both = _field(first, "Pss") + _field(second, "Pss")
    return rss, both - alone


def _list(handle: cutaway.Handle, image: str) -> None:
    handle.add_drive(image, format="raw")
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    handle.ls("/")


def _field(handle: cutaway.Handle, name: str) -> int:
    text = Path(f"/proc/{handle.pid}/smaps_rollup").read_text()
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    assert match is not None
    return int(match.group(1)) * 1024
