"""The commands mount and unmount: their arguments and their help. What they do stands in `mount`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cutaway.cli.arguments import Debug
from cutaway.cli.image_command import image_command
from cutaway.cli.keys import with_unlocked
from cutaway.cli.opened import ImageOptions
from cutaway.cli.output import errors_as_sentences


@image_command
def mount(
    options: ImageOptions,
    folder: Annotated[str, typer.Argument(metavar="DIR", help="An empty folder to mount on.")],
    foreground: Annotated[bool, typer.Option("--foreground", "-f", help="Stay; Ctrl+C unmounts.")] = False,
    own: Annotated[bool, typer.Option("--own", help="Show everything as yours, not as the image's owners'.")] = False,
    links_inside: Annotated[
        bool, typer.Option("--links-inside", help="Let absolute links lead into DIR, not to this computer's root.")
    ] = False,
    allow_other: Annotated[
        bool, typer.Option("--allow-other", help="Let other users look too, as the files' modes allow.")
    ] = False,
    tree: Annotated[int | None, typer.Option(hidden=True)] = None,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,
    keys_fd: Annotated[int | None, typer.Option(hidden=True)] = None,
    keys_outside: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:  # fmt: skip
    """Show an image as a folder, read-only, until it is unmounted: for programs that need paths.

    It goes to the background as soon as DIR can be used; 'cutaway unmount DIR' ends it. You can read everything,
    whatever the files' modes say; other users nothing, without --allow-other. Programs in it do not run, and device
    nodes are only shown. Absolute links point into this computer, without --links-inside. After a kill -9 DIR is
    dead: mount on it again, or run 'fusermount3 -u DIR'.
    """
    from cutaway.cli import mount as mounting  # noqa: PLC0415 each command pays only for itself

    keys = options.keys if keys_fd is None else with_unlocked(options.keys, keys_fd, keys_outside)
    wishes = mounting.Wishes(foreground or until_eof, until_eof, own, links_inside, allow_other)
    mounting.mount(replace(options, tree=tree, keys=keys), folder, wishes)


def unmount(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder that an image is mounted on.")],
    debug: Debug = False,
) -> None:
    """End what 'cutaway mount' began."""
    from cutaway.cli import mount as mounting  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        mounting.unmount(folder)
