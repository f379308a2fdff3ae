"""The list of commands in the help, by what a person wants to do."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

#: Title → commands, in the order in which they are shown.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Look into an image": (
        "gui", "info", "filesystems", "ls", "ll", "cat", "find", "grep", "software", "journal", "sqlite", "streams",
        "snapshots",
    ),
    "Take something out": ("get", "checksum", "save", "decompress", "mount", "unmount"),
    "Change an image": ("put", "copy", "rm", "mkdir", "mv", "chmod", "chown"),
    "This machine": ("doctor", "selftest", "setup", "sample", "appliance", "template", "desktop"),
}  # fmt: skip
SHORT_LIMIT = 64


class Sections(TyperGroup):
    """A group of commands that are listed in sections."""

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # click's own
        """Write the sections; a command that is in none of them is not forgotten."""
        known = {name for names in SECTIONS.values() for name in names}
        rest = tuple(name for name in self.list_commands(ctx) if name not in known)
        for title, names in {**SECTIONS, "More": rest}.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, found.get_short_help_str(SHORT_LIMIT)) for name, found in commands if found is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows, col_max=14)
