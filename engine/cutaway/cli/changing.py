"""The commands that change an image: put, copy, rm, mkdir, mv, chmod and chown, their arguments and their help."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cutaway.cli.arguments import Debug, Key, KeysFromStdin, OnConflict, Rule, Verbose, Write, absolute
from cutaway.cli.image_command import image_command, image_options
from cutaway.cli.opened import ImageOptions
from cutaway.cli.output import errors_as_sentences

Recursive = Annotated[
    bool, typer.Option("--recursive", "-R", help="Of folders all in them too; links are not followed.")
]
FromAdd = Annotated[list[str] | None, typer.Option(help="Another disk of the first image's machine; may be repeated.")]
ToAdd = Annotated[list[str] | None, typer.Option(help="Another disk of the second image's machine; may be repeated.")]


@image_command
def put(
    options: ImageOptions,
    paths: Annotated[list[str], typer.Argument(help="Files and folders of this machine, then a folder in the image.")],
    write: Write = False, conflict: OnConflict = Rule.RENAME,
    keep_owners: Annotated[bool, typer.Option("--keep-owners", help="Keep the numbers of owners and groups.")] = False,
) -> None:  # fmt: skip
    """Copy files and folders into the image. This changes the image: it needs --write."""
    from cutaway.cli import put as putting  # noqa: PLC0415 each command pays only for itself

    *local, directory = paths
    if not local:
        raise typer.BadParameter(
            "name at least one file of this machine, and a folder in the image", param_hint="PATHS"
        )
    _require(write)
    putting.put(options, local, absolute(directory), conflict=conflict.value, keep_owners=keep_owners)


def copy(
    places: Annotated[list[str], typer.Argument(help="IMAGE:PATH… of one image, then IMAGE:FOLDER of another.")],
    write: Write = False, conflict: OnConflict = Rule.RENAME,
    from_device: Annotated[str | None, typer.Option(help="The file system of the first image.")] = None,
    to_device: Annotated[str | None, typer.Option(help="The file system of the second image.")] = None,
    from_add: FromAdd = None, to_add: ToAdd = None,
    verbose: Verbose = False, key: Key = None, stdin_keys: KeysFromStdin = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Copy files and folders from one image into another. This changes the second image: it needs --write."""
    from cutaway.cli import put as putting  # noqa: PLC0415 each command pays only for itself

    *sources, target = [_place(text) for text in places]
    if len({image for image, _ in sources}) != 1:
        raise typer.BadParameter("name paths of one image, and a folder of another", param_hint="PLACES")
    _require(write)
    with errors_as_sentences(debug=debug):
        source = image_options(sources[0][0], from_device, from_add, verbose=verbose, key=key, stdin_keys=stdin_keys)
        taker = replace(source, image=target[0], device=to_device, further=tuple(to_add or ()))
        putting.copy(source, [path for _, path in sources], taker, target[1], conflict=conflict.value)


@image_command
def rm(
    options: ImageOptions,
    paths: Annotated[list[str], typer.Argument(help="Files in the image, and folders with --recursive.")],
    write: Write = False,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Remove folders with all in them.")] = False,
) -> None:  # fmt: skip
    """Remove files and folders from the image. This changes the image: it needs --write."""
    from cutaway.cli import edit  # noqa: PLC0415 each command pays only for itself

    _require(write)
    edit.remove(options, [absolute(path) for path in paths], recursive=recursive)


@image_command
def mkdir(
    options: ImageOptions,
    directories: Annotated[list[str], typer.Argument(help="New folders in the image.")],
    write: Write = False,
    parents: Annotated[bool, typer.Option("--parents", "-p", help="Make those above too; no error if there.")] = False,
) -> None:  # fmt: skip
    """Make folders in the image. This changes the image: it needs --write."""
    from cutaway.cli import edit  # noqa: PLC0415 each command pays only for itself

    _require(write)
    edit.make_folders(options, [absolute(path) for path in directories], parents=parents)


@image_command
def mv(
    options: ImageOptions,
    paths: Annotated[list[str], typer.Argument(help="Files and folders in the image, then a folder or a new name.")],
    write: Write = False,
    replace_files: Annotated[bool, typer.Option("--replace", help="Replace files whose names are taken.")] = False,
) -> None:  # fmt: skip
    """Move or rename files and folders in the image. This changes the image: it needs --write."""
    from cutaway.cli import edit  # noqa: PLC0415 each command pays only for itself

    *sources, target = [absolute(path) for path in paths]
    if not sources:
        raise typer.BadParameter("name what is to be moved, and where to", param_hint="PATHS")
    _require(write)
    edit.move(options, sources, target, replace=replace_files)


@image_command
def chmod(
    options: ImageOptions,
    mode: Annotated[str, typer.Argument(help="Permissions as for chmod(1): 644, or u+rwX,go-w.")],
    paths: Annotated[list[str], typer.Argument(help="Files and folders in the image; links are followed.")],
    write: Write = False, recursive: Recursive = False,
) -> None:  # fmt: skip
    """Change permissions in the image. This changes the image: it needs --write."""
    from cutaway.cli import access  # noqa: PLC0415 each command pays only for itself

    _require(write)
    access.change_permissions(options, mode, [absolute(path) for path in paths], recursive=recursive)


@image_command
def chown(
    options: ImageOptions,
    owner: Annotated[str, typer.Argument(help="USER, USER:GROUP or :GROUP, by numbers or names of the image.")],
    paths: Annotated[list[str], typer.Argument(help="Files and folders in the image; links are followed.")],
    write: Write = False, recursive: Recursive = False,
) -> None:  # fmt: skip
    """Change owners in the image. This changes the image: it needs --write."""
    from cutaway.cli import access  # noqa: PLC0415 each command pays only for itself

    _require(write)
    access.change_owners(options, owner, [absolute(path) for path in paths], recursive=recursive)


def _place(text: str) -> tuple[str, str]:
    """Split IMAGE:PATH, at the first colon that is followed by a slash."""
    image, colon, path = text.partition(":/")
    if not colon or not image:
        raise typer.BadParameter(f"{text} is not of the form IMAGE:/PATH", param_hint="PLACES")
    return image, f"/{path}"


def _require(write: bool) -> None:
    if not write:
        raise typer.BadParameter("this changes the image; say so with --write", param_hint="--write")
