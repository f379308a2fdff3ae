"""Packs a tree of the model as a tar file, piece by piece, with the names that `tar -C DIR -c .` gives."""

from __future__ import annotations

import bz2
import fnmatch
import gzip
import lzma
import os
import tarfile
from collections.abc import Callable, Iterator

from cutaway.testing.content import chunks
from cutaway.testing.nodes import File, Folder, Link
from cutaway.testing.vfs import Place, Refusal, device_number

STEP = 256 * 1024
TYPES = {"d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE, "b": tarfile.BLKTYPE, "c": tarfile.CHRTYPE, "f": tarfile.FIFOTYPE}


def zstd_frame(data: bytes) -> bytes:
    """Return a zstd frame that holds the data in raw blocks, uncompressed."""
    result = bytearray(b"\x28\xb5\x2f\xfd\x00\x58")
    for start in range(0, max(1, len(data)), 1 << 17):
        block = data[start : start + (1 << 17)]
        last = start + (1 << 17) >= len(data)
        result += (len(block) << 3 | last).to_bytes(3, "little") + block
    return bytes(result)


#: Each makes one complete member of its format; members may follow one another.
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstd_frame,
}


def pack(
    root: Place,
    entries: list[tuple[bytes, Place]],
    *,
    compress: str | None,
    numeric: bool,
    excludes: list[str],
    with_xattrs: bool,
    with_root: bool = True,
) -> Iterator[tuple[bytes, int, int]]:
    """Give pieces of the tar file with the position and total of the files' bytes.

    Raises:
        Refusal: the compression is not known.
    """
    if compress is not None and compress not in COMPRESSORS:
        raise Refusal("EINVAL", f"unknown compression: {compress}")
    squeeze = COMPRESSORS[compress] if compress else bytes
    kept = [(b"./" + path, place) for path, place in entries if not _is_excluded(path, excludes)]
    total = sum(place.node.size for _, place in kept if isinstance(place.node, File))
    done = 0
    seen: dict[int, bytes] = {}
    for name, place in [(b"./", root), *kept] if with_root else kept:
        info = _info(name, place, with_xattrs=with_xattrs, numeric=numeric)
        first = seen.setdefault(id(place.node), name)
        if first != name:
            info.type, info.linkname, info.size = tarfile.LNKTYPE, _text(first), 0
        yield squeeze(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")), done, total
        if isinstance(place.node, File) and first == name:
            for data, hole in chunks(place.node.content, step=STEP):
                for piece in [data] if data else _zeros(hole):
                    done += len(piece)
                    yield squeeze(piece), done, total
            yield squeeze(bytes(-place.node.size % 512)), done, total
    yield squeeze(bytes(1024)), done, total


def _zeros(count: int) -> Iterator[bytes]:
    for start in range(0, count, STEP):
        yield bytes(min(STEP, count - start))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _is_excluded(path: bytes, patterns: list[str]) -> bool:
    """Tell whether a pattern fits the path, or a folder above it, or a last component, as tar --exclude does."""
    parts = _text(path).split("/")
    heads = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    return any(fnmatch.fnmatchcase(name, pattern) for name in [*heads, *parts] for pattern in patterns)


def _info(name: bytes, place: Place, *, with_xattrs: bool, numeric: bool) -> tarfile.TarInfo:
    node = place.node
    info = tarfile.TarInfo(_text(name) + ("/" if isinstance(node, Folder) and name != b"./" else ""))
    info.mode, info.uid, info.gid = node.mode & 0o7777, node.uid, node.gid
    info.mtime = node.mtime_ns // 10**9
    info.type = TYPES.get(node.letter, tarfile.REGTYPE)
    info.size = node.size if isinstance(node, File) else 0
    info.linkname = _text(node.target) if isinstance(node, Link) else ""
    info.devmajor, info.devminor = os.major(device_number(node)), os.minor(device_number(node))
    if not numeric and node.uid == 0:
        info.uname = info.gname = "root"
    if with_xattrs:
        seconds, rest = divmod(node.mtime_ns, 10**9)
        info.pax_headers = {"mtime": f"{seconds}.{rest:09}"}
        info.pax_headers |= {"SCHILY.xattr." + _text(key): _text(value) for key, value in node.xattrs.items()}
    return info
