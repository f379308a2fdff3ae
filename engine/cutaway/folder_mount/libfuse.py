"""The way to libfuse 3, by mfusepy. Found when it is first needed: only mounting needs it."""

from __future__ import annotations

import logging
import os
from typing import Any

from cutaway.errors import EngineError
from cutaway.folder_mount.operations import Operations

#: The image cannot change: the kernel may keep what it was told for a day.
REMEMBER_S = 86400
REMEDY = "Install it (Debian: apt install fuse3)."


def load() -> Any:
    """Return mfusepy on libfuse 3.

    Raises:
        EngineError: it is not installed.
    """
    os.environ.setdefault("FUSE_LIBRARY_NAME", "fuse3")  # it would take libfuse 2 first, which needs another program
    try:
        import mfusepy  # noqa: PLC0415 it loads the library
    except (ImportError, OSError, AttributeError) as error:
        raise EngineError(f"libfuse 3 cannot be used: {error}", remedy=REMEDY) from error
    if mfusepy.fuse_version_major != 3:
        raise EngineError("libfuse 3 was not found", remedy=REMEDY)
    return mfusepy


def serve(operations: Operations, folder: str, *, source: str, for_all: bool) -> None:
    """Mount and answer questions until somebody unmounts. The working directory becomes "/".

    Args:
        operations: What answers.
        folder: An empty folder.
        source: What the table of mounts says is mounted.
        for_all: Whether all users may look; the kernel then checks the files' modes.

    Raises:
        EngineError: it cannot be mounted; the library has said why on standard error.
    """
    library = load()
    logging.getLogger("fuse").setLevel(logging.ERROR)
    try:
        library.FUSE(
            operations, folder, foreground=True, nothreads=True, ro=True, nodev=True, nosuid=True, noexec=True,
            fsname=source.replace("\\", "\\\\").replace(",", "\\,"), subtype="cutaway", use_ino=True, kernel_cache=True,
            attr_timeout=REMEMBER_S, entry_timeout=REMEMBER_S, negative_timeout=REMEMBER_S,
            **({"allow_other": True, "default_permissions": True} if for_all else {}),
        )  # fmt: skip
    except RuntimeError as error:
        raise EngineError(f"{folder} cannot be mounted on", remedy="The line before this says why.") from error
