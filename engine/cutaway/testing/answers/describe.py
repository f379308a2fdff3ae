"""A small file(1): says what a node or a content is."""

from __future__ import annotations

import stat
import struct

from cutaway.testing.content import Content
from cutaway.testing.nodes import File, Link, Node
from cutaway.testing.vfs import show

KINDS = {
    stat.S_IFDIR: "directory", stat.S_IFBLK: "block special", stat.S_IFCHR: "character special",
    stat.S_IFIFO: "FIFO", stat.S_IFSOCK: "socket",
}  # fmt: skip
MAGIC = (
    (510, b"\x55\xaa", "DOS/MBR boot sector"),
    (0, b"\x7fELF", "ELF 64-bit LSB executable, x86-64"),
    (0, b"\x1f\x8b", "gzip compressed data"),
    (0, b"PK\x03\x04", "Zip archive data"),
    (0, b"#!", "script, ASCII text executable"),
)


def describe(what: Node | Content) -> str:
    """Return a description."""
    if isinstance(what, Link):
        return f"symbolic link to {show(what.target)}"
    if isinstance(what, Node) and not isinstance(what, File):
        return KINDS[stat.S_IFMT(what.mode)]
    content = what.content if isinstance(what, File) else what
    return _by_bytes(content.read(0, 4096)) if content.size else "empty"


def _by_bytes(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack_from(">II", data, 16)
        return f"PNG image data, {width} x {height}, 8-bit/color RGB, non-interlaced"
    for offset, magic, text in MAGIC:
        if data.startswith(magic, offset):
            return text
    return "data" if b"\0" in data else _text_kind(data)


def _text_kind(data: bytes) -> str:
    if data.isascii():
        return "ASCII text"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "ISO-8859 text"
    return "Unicode text, UTF-8 text"
