"""The commands that show logs and databases: their arguments and their help. What they do stands in modules beside."""

from __future__ import annotations

from typing import Annotated

import typer

from cutaway.cli.arguments import GuestFile, Json, absolute
from cutaway.cli.image_command import image_command
from cutaway.cli.opened import ImageOptions

Where = Annotated[
    str, typer.Argument(help="A folder with journals, or a file of one.", callback=absolute)
]  # fmt: skip
Unit = Annotated[str, typer.Option("--unit", "-u", help="Only of this unit, or of programs of this name.")]
Priority = Annotated[
    str, typer.Option("--priority", "-p", help="Only as important as this, or more: 0 to 7, err, warning …")
]
Boot = Annotated[
    str, typer.Option("--boot", "-b", metavar="BOOT", help="Only of a boot: 0 the last, -1 the one before, or its ID.")
]  # fmt: skip
Boots = Annotated[bool, typer.Option("--list-boots", help="List the boots instead.")]
Grep = Annotated[str, typer.Option("--grep", "-g", metavar="TEXT", help="Only messages that hold this text.")]
TIME = "'2024-06-10', '2024-06-10 14:30:00', in this computer's time zone, or with '+00:00'."
Since = Annotated[str, typer.Option("--since", "-S", metavar="TIME", help=f"Only from a time on: {TIME}")]
Until = Annotated[str, typer.Option("--until", "-U", metavar="TIME", help="Only up to a time.")]
Lines = Annotated[int | None, typer.Option("--lines", "-n", min=1, help="Only so many, the newest.")]
Reverse = Annotated[bool, typer.Option("--reverse", "-r", help="The newest first.")]


@image_command
def journal(
    options: ImageOptions, path: Where = "/", unit: Unit = "", priority: Priority = "7", boot: Boot = "",
    grep: Grep = "", since: Since = "", until: Until = "", lines: Lines = None, reverse: Reverse = False,
    list_boots: Boots = False, json: Json = False,
) -> None:  # fmt: skip
    """Show the journal of the system (systemd's log), as journalctl does."""
    from cutaway.cli import journal as journals  # noqa: PLC0415 each command pays only for itself

    if list_boots:
        journals.boots(options, path, as_json=json)
        return
    wishes = journals.Wishes(path, unit, priority, boot, grep, since, until, lines, reverse)
    journals.journal(options, wishes, as_json=json)


Table = Annotated[str, typer.Argument(help="The table or view whose rows to print; without it what there is.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print rows as comma-separated values.")]
Rows = Annotated[int | None, typer.Option("--rows", "-n", min=1, help="Only so many rows, the first.")]


@image_command
def sqlite(
    options: ImageOptions, path: GuestFile, table: Table = "", rows: Rows = None, csv: Csv = False, json: Json = False
) -> None:
    """List the tables of a database of SQLite, or the rows of one."""
    from cutaway.cli import sqlite as databases  # noqa: PLC0415 each command pays only for itself

    databases.sqlite(options, path, table, lines=rows, as_json=json, as_csv=csv)
