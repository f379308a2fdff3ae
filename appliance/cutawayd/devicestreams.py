"""Devices and files sent as programs pack them."""

from __future__ import annotations

import errno

from cutawayd.children import run
from cutawayd.transfers import opened_source, source_size, stream_child
from cutawayd.words import is_path, label_word, number_word
from cutawayd.work import Work

COMPRESSORS = frozenset({"gzip", "bzip2", "xz", "zstd"})
LEVEL_MAX = 9
_MODE_MAX = 0o7777


def ntfsclone_out(
    work: Work,
    device: str,
    metadataonly: bool,
    rescue: bool,
    ignorefscheck: bool,
    preservetimestamps: bool,
    force: bool,
) -> None:
    """Save an NTFS."""
    switches = {
        "--metadata": metadataonly, "--rescue": rescue, "--ignore-fs-check": ignorefscheck,
        "--preserve-timestamps": preservetimestamps, "--force": force,
    }  # fmt: skip
    options = [option for option, is_wished in switches.items() if is_wished]
    command = ["ntfsclone", "--output", "-", "--save-image", *options, device]
    stream_child(work, command, 0, is_compressed=False, accept=(0,))


def ntfsclone_in(work: Work, backupfile: list[str | int], device: str) -> None:
    """Restore an NTFS from a drive that was plugged in for it."""
    run(work, ["ntfsclone", "--restore-image", "--overwrite", device, str(backupfile[0])])


def ntfscat_i(work: Work, device: str, inode: int) -> None:
    """Send a file of an NTFS."""
    command = ["ntfscat", "-i", number_word(inode, "the number of a file"), device]
    stream_child(work, command, 0, is_compressed=False, accept=(0,))


def compress_out(work: Work, ctype: str, file: bytes, level: int | None) -> None:
    """Send a file compressed."""
    _compress(work, ctype, file, level)


def compress_device_out(work: Work, ctype: str, device: str, level: int | None) -> None:
    """Send a device compressed."""
    _compress(work, ctype, device.encode(), level)


def _compress(work: Work, ctype: str, path: bytes, level: int | None) -> None:
    if ctype not in COMPRESSORS:
        raise OSError(errno.EOPNOTSUPP, f"unknown compression {ctype!r}; there is {', '.join(sorted(COMPRESSORS))}")
    if level is not None and not 1 <= level <= LEVEL_MAX:
        raise OSError(errno.EINVAL, f"the level of a compression is 1 to {LEVEL_MAX}")
    with opened_source(work, path) as source:
        command = [ctype, "-c", *([f"-{level}"] if level is not None else [])]
        stream_child(work, command, source_size(source), is_compressed=True, accept=(0,), source=source)


def ntfs_chmod(work: Work, device: str, mode: int, path: str, recursive: bool) -> None:
    """Set permissions."""
    if not 0 <= mode <= _MODE_MAX or not is_path(path):
        raise OSError(errno.EINVAL, "a mode is 0 to 07777, and a path begins with '/'", path)
    run(work, ["ntfssecaudit", *(["-r"] if recursive else []), device, f"{mode:o}", label_word(path, 4000)])
