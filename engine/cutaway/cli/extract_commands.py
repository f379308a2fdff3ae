"""The commands that bring content out, as typer sees them: what they do stands in `get`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cutaway.cli.arguments import Json, absolute
from cutaway.cli.image_command import image_command, whole_image_command
from cutaway.cli.opened import ImageOptions
from cutaway.cli.output import EXIT_INCOMPLETE
from cutaway.save_device import SaveFormat
from cutaway.transfer.archive_format import ArchiveFormat
from cutaway.transfer.checksum_types import ChecksumType
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.policy import Conflict, ExtractPolicy, Specials, Symlinks

#: How often an appliance that dies is started again before `get` gives up.
RESTARTS = 2
EXTRACTION = "Extraction of folders"


def _here(path: str) -> str:
    return os.path.abspath(path) if path else ""


@image_command
def get(
    options: ImageOptions,
    places: Annotated[list[str], typer.Argument(
        metavar="PATH", help="Files and folders in the image; then a folder, a new file or archive, or -.")],
    archive: Annotated[
        ArchiveFormat | None, typer.Option(help="Pack it, whatever DEST is called.", rich_help_panel=EXTRACTION)
    ] = None,
    conflict: Annotated[Conflict | None, typer.Option(
        help="If a name is taken: rename in folders, replace for a file or archive, unless told.",
        rich_help_panel=EXTRACTION)] = None,
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
    json: Json = False,
) -> None:  # fmt: skip
    """Copy files and whole folders out of the image.

    Several, or a folder, go into a folder that exists; or into an archive, if DEST ends in .tar, .tar.gz, .tgz or .zip,
    or if --archive is given. DEST "-" is standard output: for one file, or with --archive.
    """
    from cutaway.cli import get as getting  # noqa: PLC0415 each command pays only for itself

    *paths, destination = places
    if not paths:
        raise typer.BadParameter("name at least one path in the image, and where it shall go", param_hint="PATH")
    if destination == "-" and not dry_run:
        _check_standard_output(paths, archive, as_json=json)
    policy = ExtractPolicy(
        conflict=conflict or "rename", symlinks=symlinks, specials=specials,
        keep_owners=keep_owners, portable_names=portable_names, encode_names=encode_names, fold_case=fold_case,
    )  # fmt: skip
    wishes = ExtractOptions(
        restarts=RESTARTS, verify=verify, checksums=_here(checksums), manifest=_here(manifest),
    )  # fmt: skip
    wanted = getting.Wanted([absolute(path) for path in paths], destination, archive, has_rule=conflict is not None)
    if dry_run:
        getting.dry_run(options, wanted, policy, as_json=json)
    elif not getting.get(options, wanted, policy, wishes, as_json=json):
        raise typer.Exit(EXIT_INCOMPLETE)


def _check_standard_output(paths: list[str], archive: ArchiveFormat | None, *, as_json: bool) -> None:
    if archive is None and len(paths) > 1:
        raise typer.BadParameter("several paths go to standard output as an archive: say --archive tar", param_hint="-")
    if as_json:
        raise typer.BadParameter("standard output has either the content or the report as JSON", param_hint="--json")
    if archive is not None and sys.stdout.isatty():
        raise typer.BadParameter("an archive is nothing for a terminal: name a file, or a pipe", param_hint="-")


@image_command
def checksum(
    options: ImageOptions,
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files and folders in the image.")],
    kind: Annotated[ChecksumType, typer.Option("--type", "-t", help="What is computed.")] = "sha256",
    output: Annotated[str, typer.Option("--output", "-o", help="A new file for them, instead of printing.")] = "",
) -> None:  # fmt: skip
    """Print checksums of files and whole folders, as sha256sum and its kin check them (-c)."""
    from cutaway.cli import get as getting  # noqa: PLC0415 each command pays only for itself

    if not getting.checksum(options, [absolute(path) for path in paths], kind, _here(output)):
        raise typer.Exit(EXIT_INCOMPLETE)


@whole_image_command
def save(
    options: ImageOptions,
    device: Annotated[str, typer.Argument(help="What to save: /dev/sda, /dev/sda2, /dev/vg0/root …")],
    destination: Annotated[str, typer.Argument(help="The new image file.")],
    output_format: Annotated[SaveFormat, typer.Option("--output-format", "-O", help="Of the new image.")] = "raw",
) -> None:  # fmt: skip
    """Save a drive, a partition or a volume as an image file; what is empty takes no space."""
    from cutaway.cli import get as getting  # noqa: PLC0415 each command pays only for itself

    getting.save(options, device, destination, output_format)
