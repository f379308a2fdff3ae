"""Absolute symbolic links made relative, so that they lead to the same place inside the mounted folder. Pure."""

from __future__ import annotations


def inside(path: bytes, target: bytes) -> bytes:
    """Return what a link at `path` has to say to mean the image's root where it says "/"; relative ones as they are.

    It is a help for those who follow links, not a fence: a link may still climb out of the folder by "..".
    """
    if not target.startswith(b"/"):
        return target
    return b"../" * (path.count(b"/") - 1) + (target.lstrip(b"/") or b".")
