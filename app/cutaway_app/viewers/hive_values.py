"""Values of a Windows registry as text: their types by name, what they hold as a person reads it. Pure."""

from __future__ import annotations

from cutaway.records import RegistryValue

from cutaway_app.figures import size_text

#: Types as winnt.h names them, by number.
TYPES = (
    "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK",
    "REG_MULTI_SZ", "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD",
)  # fmt: skip
SZ, EXPAND_SZ, DWORD, DWORD_BE, LINK, MULTI_SZ, QWORD = 1, 2, 4, 5, 6, 7, 11
#: Length and order of the bytes of numbers.
NUMBERS = {DWORD: (4, "little"), DWORD_BE: (4, "big"), QWORD: (8, "little")}
#: So much is shown of what has no other form than bytes, and of texts.
BYTES_MAX, TEXT_MAX = 256, 4000


def type_text(value: RegistryValue) -> str:
    """Return the name of a type; of one that has none its number."""
    return TYPES[value.type] if 0 <= value.type < len(TYPES) else f"{value.type:#x}"


def data_text(value: RegistryValue) -> str:
    """Return what a value holds; what does not look like its type as bytes."""
    if value.type in {SZ, EXPAND_SZ, LINK}:
        return _text(value.data).rstrip("\0")[:TEXT_MAX]
    if value.type == MULTI_SZ:
        return "\n".join(_text(value.data).rstrip("\0").split("\0"))[:TEXT_MAX]
    if value.type in NUMBERS and value.size_bytes == len(value.data) == NUMBERS[value.type][0]:
        size, order = NUMBERS[value.type]
        number = int.from_bytes(value.data, "big" if order == "big" else "little")
        return f"{number:#0{2 * size + 2}x} ({number})"
    shown = value.data[:BYTES_MAX].hex(" ")
    return f"{shown} … ({size_text(value.size_bytes)})" if value.size_bytes > BYTES_MAX else shown


def _text(data: bytes) -> str:
    return data[: len(data) // 2 * 2].decode("utf-16-le", "replace")
