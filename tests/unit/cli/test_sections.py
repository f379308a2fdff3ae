"""The list of commands in the help: every command is in it once, under what a person wants to do."""

from __future__ import annotations

from itertools import chain

from cutaway.cli.main import app
from cutaway.cli.sections import SECTIONS
from typer.main import get_command
from typer.testing import CliRunner


def test_every_command_is_in_one_section() -> None:
    placed = list(chain.from_iterable(SECTIONS.values()))
    assert len(placed) == len(set(placed))
    assert set(placed) == set(get_command(app).commands)  # type: ignore[attr-defined]  # it is a group


def test_the_help_shows_all_of_them_in_their_sections() -> None:
    words = CliRunner().invoke(app, ["--help"]).output.split()
    assert words.index("Change") < words.index("put") < words.index("chown") < words.index("doctor")
