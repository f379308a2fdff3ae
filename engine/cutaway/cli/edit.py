"""The commands that change what is in an image without bringing anything in: rm, mkdir, mv."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import printable
from cutaway.cli.steps import counted_steps
from cutaway.errors import EngineError, NotFound


def remove(options: ImageOptions, paths: Sequence[str], *, recursive: bool) -> None:
    """Remove files, and folders if it is wished; nothing is removed unless all are there."""
    with mounted(options, write=True) as handle:
        for path in paths:
            if handle.lstat(path).is_dir and not recursive:
                raise EngineError(f"{printable(path)} is a folder", remedy="Say --recursive to remove all in it.")
        with counted_steps(handle, "rm_rf"):
            for path in paths:
                handle.rm_rf(path)
        handle.shutdown()


def make_folders(options: ImageOptions, paths: Sequence[str], *, parents: bool) -> None:
    """Make folders, with those above them if it is wished."""
    with mounted(options, write=True) as handle:
        for path in paths:
            handle.mkdir_p(path) if parents else handle.mkdir(path)
        handle.shutdown()


def move(options: ImageOptions, paths: Sequence[str], target: str, *, replace: bool) -> None:
    """Move files and folders into a folder, or one to another name."""
    with mounted(options, write=True) as handle:
        into = handle.is_dir(target, followsymlinks=True)
        if len(paths) > 1 and not into:
            raise EngineError(f"{printable(target)} is no folder", remedy="Several things can only be moved into one.")
        places = [f"{target.rstrip('/')}/{path.rstrip('/').rpartition('/')[2]}" if into else target for path in paths]
        for path in paths:
            handle.lstat(path)
        for place in places:
            with suppress(NotFound):
                handle.lstat(place)
                if not replace:
                    raise EngineError(f"{printable(place)} exists in the image", remedy="Say --replace to replace it.")
        for path, place in zip(paths, places, strict=True):
            handle.mv(path, place)
            print(printable(place))
        handle.shutdown()
