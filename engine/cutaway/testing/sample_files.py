"""Ordinary files of the sample: texts, logs, pictures, names."""

from __future__ import annotations

import struct
import zlib

from cutaway.testing.nodes import Entries, Folder, file, folder

OS_RELEASE = b"""\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
FSTAB = b"""\
# <file system> <mount point> <type> <options> <dump> <pass>
/dev/mapper/vg0-root /      ext4 errors=remount-ro 0 1
UUID=3f1d6c9e-58a4-4a3b-9a70-0c5b1f6c2a01 /boot ext2 defaults 0 2
/dev/mapper/vg0-home /home  xfs  defaults 0 2
UUID=7c0a2f5e-93d1-4e61-8c1f-52d7a3b90e02 none swap sw 0 0
proc /proc proc defaults 0 0
"""
PASSWD = (
    b"root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nada:x:1000:1000::/home/ada:/bin/sh\n"
)
#: The first bytes of a program for x86-64.
ELF_HEADER = (
    b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    + struct.pack("<HHIQQQIHHHHHH", 3, 0x3E, 1, 0, 64, 0, 0, 64, 56, 0, 64, 0, 0)
).ljust(512, b"\0")

DOCUMENTS = {
    b"bom.txt": "\ufeffWith a byte order mark: äöü\n".encode(),
    b"crlf.txt": b"first line\r\nsecond line\r\n",
    b"empty.txt": b"",
    b"hundred.txt": b"".join(b"line %d\n" % number for number in range(1, 101)),
    b"latin1.txt": "Crème brûlée à la façon de grand-mère\n".encode("latin-1"),
    b"no-newline.txt": b"one\ntwo\nthree",
    b"utf16.txt": "Sechzehn Bit: äöü €\n".encode("utf-16"),
    b"utf8.txt": "Grüße, 世界 🌍\n".encode(),
    b"binary.dat": bytes(range(256)) * 64,
    b"program.py": b'#!/usr/bin/python3\n"""A program."""\n\nprint("hello")\n',
}


def log_files() -> Entries:
    """Return a /var/log with a few hundred entries."""
    logs: Entries = {b"syslog": file(_log(4000), mode=0o640, gid=4), b"auth.log": file(_log(300), mode=0o640, gid=4)}
    for number in range(1, 200):
        logs[b"syslog.%d" % number] = file(_log(number), mode=0o640, gid=4)
    for number in range(1, 100):
        logs[b"backup-%03d.log" % number] = file(b"backup %d ok\n" % number)
    logs[b"apt"] = folder({b"history.log": file(b"Start-Date: 2024-05-17\n"), b"term.log": file(b"", mode=0o640)})
    logs[b"journal"] = folder()
    return logs


def _log(lines: int) -> bytes:
    return b"".join(
        b"May 17 12:%02d:%02d web01 systemd[1]: message %d\n" % (n // 60 % 60, n % 60, n) for n in range(lines)
    )


def names() -> Folder:
    """Return a folder of files whose names are a trial."""
    trying = (
        b"caf\xe9.txt",
        "café.txt".encode(),
        b"\xff\xfe",
        b"two\nlines",
        b" space before",
        b"space behind ",
        b"-rf",
        b"*",
        b"$(reboot)",
        b"quote\"and'quote",
        b"back\\slash",
        b"tab\there",
        b"\x1b[31mred",
        "right\u202eto-left".encode(),
        b"n" * 255,
        b".hidden",
        b"..hidden",
    )
    return folder({name: file(b"named %r\n" % name) for name in trying})


def png(width: int, height: int) -> bytes:
    """Return a picture: a gradient in 8-bit RGB."""
    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, 128)) for x in range(width)) for y in range(height)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join([
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(rows, 9)),
        _chunk(b"IEND", b""),
    ])  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pictures() -> Folder:
    """Return a folder of pictures, one of them damaged."""
    return folder({
        b"gradient.png": file(png(64, 48)),
        b"dot.png": file(png(1, 1)),
        b"damaged.png": file(png(16, 16)[:60]),
    })  # fmt: skip
