"""A check of the root: every program's shared libraries are there."""

from __future__ import annotations

import struct
from pathlib import Path

from cutaway_appliance.errors import BuildError

DT_NEEDED, DT_STRTAB = 1, 5
PT_LOAD, PT_DYNAMIC = 1, 2


def check_libraries(root: Path) -> None:
    """Make sure that all ELF files find what they need.

    Raises:
        BuildError: one does not; the message names it and what is missing.
    """
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and path.suffix != ".ko"]
    present = {path.name for path in root.rglob("*.so*")}
    missing = sorted(
        f"{path.relative_to(root)} needs {name}" for path in files for name in needed(path) if name not in present
    )
    if missing:
        raise BuildError("the root is incomplete: " + "; ".join(missing))


def needed(path: Path) -> list[str]:
    """Return the names of the shared libraries that a file needs; none if it is no 64-bit ELF file (elf(5))."""
    with path.open("rb") as file:
        if file.read(5) != b"\x7fELF\x02":
            return []
    data = path.read_bytes()
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", data, offset + size * index) for index in range(count)]
    loads = [(header[3], header[2], header[5]) for header in headers if header[0] == PT_LOAD]
    for header in headers:
        if header[0] == PT_DYNAMIC:
            return _needed_in(data, header[2], header[5], loads)
    return []


def _needed_in(data: bytes, start: int, size: int, loads: list[tuple[int, int, int]]) -> list[str]:
    entries = [struct.unpack_from("<QQ", data, position) for position in range(start, start + size, 16)]
    table = next((value for tag, value in entries if tag == DT_STRTAB), 0)
    strings = next(
        (offset + table - address for address, offset, length in loads if address <= table < address + length), 0
    )
    return [_string(data, strings + value) for tag, value in entries if tag == DT_NEEDED]


def _string(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode()
