"""The commands that list what is in an image: their arguments and their help. What they do stands in `listing`."""

from __future__ import annotations

from cutaway.cli.arguments import Debug, GuestFile, GuestPath, Image, Json, Sought, Zero
from cutaway.cli.image_command import image_command, whole_image_command
from cutaway.cli.opened import ImageOptions
from cutaway.cli.output import errors_as_sentences


@whole_image_command
def filesystems(options: ImageOptions, json: Json = False) -> None:
    """List the file systems on an image."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    listing.filesystems(options, as_json=json)


@image_command
def ls(options: ImageOptions, path: GuestPath = "/", json: Json = False, zero: Zero = False) -> None:
    """List the names in a folder."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    listing.ls(options, path, as_json=json, zero=zero)


@image_command
def find(options: ImageOptions, text: Sought, path: GuestPath = "/", json: Json = False, zero: Zero = False) -> None:
    """Find files and folders by name, anywhere below a folder."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    listing.find(options, text, path, as_json=json, zero=zero)


@image_command
def ll(options: ImageOptions, path: GuestPath = "/", json: Json = False) -> None:
    """List a folder with modes, owners, sizes and times."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    listing.ll(options, path, as_json=json)


@image_command
def cat(options: ImageOptions, path: GuestFile) -> None:
    """Write a file to standard output."""
    from cutaway.cli import get as getting  # noqa: PLC0415 each command pays only for itself

    getting.cat(options, path)


@whole_image_command
def info(options: ImageOptions, json: Json = False) -> None:
    """Show systems, drives, partitions, volumes and file systems."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    listing.info(options, as_json=json)


@whole_image_command
def software(options: ImageOptions, json: Json = False) -> None:
    """List what is installed in the systems on the image."""
    from cutaway.cli import software as listing  # noqa: PLC0415 each command pays only for itself

    listing.software(options, as_json=json)


@image_command
def streams(options: ImageOptions, path: GuestPath = "/", json: Json = False) -> None:
    """List the alternate data streams (NTFS) of a file, or of a folder and all that is in it."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    listing.streams(options, path, as_json=json)


def snapshots(image: Image, json: Json = False, debug: Debug = False) -> None:
    """List the points in time that an image keeps (qcow2): --snapshot shows one."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        listing.snapshots(image, as_json=json)
