"""cutaway decompress: makes an image of one that is compressed, so that it can be looked into."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cutaway.cli.arguments import Debug
from cutaway.cli.output import errors_as_sentences, printable


def decompress(
    image: Annotated[str, typer.Argument(help="The compressed image: .xz, .gz, .zst, .bz2 or .lz4.")],
    destination: Annotated[
        str | None, typer.Argument(help="The new image file; beside the other, without its last suffix, unless told.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there.")] = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Make an image of one that is compressed, and print its name; what is zero takes no space."""
    from cutaway.cli.get import progress_bar  # noqa: PLC0415 each command pays only for itself
    from cutaway.decompression import Decompression, decompressed_name  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug), progress_bar() as show:
        target = _target(destination, decompressed_name(image))
        work = Decompression(
            image,
            target,
            conflict="replace" if force else "rename",
            on_progress=lambda done, all_: show(done, all_, ""),
        )
        made = work.run()
    print(printable(made))


def _target(destination: str | None, name: str) -> str:
    """Return the new file: what was named, or a file in the folder that was named, or one beside the image."""
    if destination is None:
        return name
    return os.path.join(destination, os.path.basename(name)) if os.path.isdir(destination) else destination
