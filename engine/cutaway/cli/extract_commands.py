"""The commands that bring content out, as typer sees them: what they do stands in `get`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cutaway.cli.arguments import Allow, Debug, Device, Format, Image, Json, Verbose, absolute, image_options
from cutaway.cli.output import errors_as_sentences
from cutaway.save_device import SaveFormat
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.policy import Conflict, ExtractPolicy, Specials, Symlinks

#: How often an appliance that dies is started again before `get` gives up.
RESTARTS = 2
EXTRACTION = "Extraction of folders"


def _here(path: str) -> str:
    return os.path.abspath(path) if path else ""


def get(
    image: Image, path: Annotated[str, typer.Argument(help="A file or folder in the image.", callback=absolute)],
    destination: Annotated[str, typer.Argument(help="A folder, a new file's name, or - for standard output.")],
    conflict: Annotated[Conflict, typer.Option(help="If the name is taken.", rich_help_panel=EXTRACTION)] = "rename",
    symlinks: Annotated[Symlinks, typer.Option(help="Symbolic links.", rich_help_panel=EXTRACTION)] = "keep-safe",
    specials: Annotated[
        Specials, typer.Option(help="Devices, pipes and sockets.", rich_help_panel=EXTRACTION)] = "skip",
    keep_owners: Annotated[bool, typer.Option(help="Keep owners (root only).", rich_help_panel=EXTRACTION)] = False,
    portable_names: Annotated[
        bool, typer.Option(help="Leave out names that Windows does not allow.", rich_help_panel=EXTRACTION)] = False,
    encode_names: Annotated[
        bool, typer.Option(help="Write what Windows does not allow as %XX instead.", rich_help_panel=EXTRACTION),
    ] = False,
    fold_case: Annotated[
        bool, typer.Option(help="Number names that differ only by case.", rich_help_panel=EXTRACTION)] = False,
    verify: Annotated[
        bool, typer.Option(help="Compare files with what the appliance reads.", rich_help_panel=EXTRACTION)] = False,
    checksums: Annotated[
        str, typer.Option(help="A new file for SHA-256 sums, as sha256sum -c reads.", rich_help_panel=EXTRACTION)] = "",
    manifest: Annotated[
        str, typer.Option(help="A new file for all that was found, a JSON object a line.", rich_help_panel=EXTRACTION),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be done, and write nothing.")] = False,
    json: Json = False, device: Device = None, format: Format = None, allow: Allow = None, verbose: Verbose = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Copy a file or a whole folder out of the image."""
    from cutaway.cli import get as getting  # noqa: PLC0415 each command pays only for itself

    policy = ExtractPolicy(
        conflict=conflict, symlinks=symlinks, specials=specials,
        keep_owners=keep_owners, portable_names=portable_names, encode_names=encode_names, fold_case=fold_case,
    )  # fmt: skip
    wishes = ExtractOptions(
        restarts=RESTARTS, verify=verify, checksums=_here(checksums), manifest=_here(manifest),
    )  # fmt: skip
    with errors_as_sentences(debug=debug):
        options = image_options(image, device, format, allow, verbose)
        if dry_run:
            getting.dry_run(options, path, destination, policy, as_json=json)
        else:
            getting.get(options, path, destination, policy, wishes, as_json=json)


def save(
    image: Image, device: Annotated[str, typer.Argument(help="What to save: /dev/sda, /dev/sda2, /dev/vg0/root …")],
    destination: Annotated[str, typer.Argument(help="The new image file.")],
    output_format: Annotated[SaveFormat, typer.Option("--output-format", "-O", help="Of the new image.")] = "raw",
    format: Format = None, allow: Allow = None, verbose: Verbose = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Save a drive, a partition or a volume as an image file; what is empty takes no space."""
    from cutaway.cli import get as getting  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        options = image_options(image, None, format, allow, verbose)
        getting.save(options, device, destination, output_format)
