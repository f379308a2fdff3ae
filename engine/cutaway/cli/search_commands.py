"""The command that looks into contents: its arguments and its help. What it does stands in `grep.py`."""

from __future__ import annotations

from typing import Annotated

import typer

from cutaway.cli.arguments import Json, Zero, absolute
from cutaway.cli.image_command import image_command
from cutaway.cli.opened import ImageOptions

LIMIT = 10_000
Sought = Annotated[str, typer.Argument(help="The text that lines shall hold.")]
Paths = Annotated[list[str] | None, typer.Argument(help="Folders and files to look into; all without any.")]
Ignore = Annotated[bool, typer.Option("--ignore-case", "-i", help="Take capital and small letters for the same.")]
Names = Annotated[bool, typer.Option("--files-with-matches", "-l", help="Print the paths of the files only.")]
Regex = Annotated[bool, typer.Option("--extended-regexp", "-E", help="The text is a regular expression, see regex(7).")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="End after so many hits; 0: never.")]


@image_command
def grep(
    options: ImageOptions, text: Sought, paths: Paths = None, ignore_case: Ignore = False, names: Names = False,
    regex: Regex = False, limit: Limit = LIMIT, json: Json = False, zero: Zero = False,
) -> None:  # fmt: skip
    """Find lines by a text in them, in all files below a folder."""
    from cutaway.cli import grep as grepping  # noqa: PLC0415 each command pays only for itself

    wanted = grepping.Wanted(
        text, [absolute(path) for path in paths or ["/"]], regex=regex, ignore_case=ignore_case, names_only=names,
        limit=limit,
    )  # fmt: skip
    grepping.grep(options, wanted, as_json=json, zero=zero)
