"""cutaway desktop: the program in the applications menu, and in "Open With" of file managers."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cutaway.cli.arguments import Debug
from cutaway.cli.output import errors_as_sentences
from cutaway.transfer.host_files import destination_error

desktop_app = typer.Typer(help="Put Cutaway into the applications menu, or take it out.", no_args_is_help=True)


@desktop_app.command("install")
def install(debug: Debug = False) -> None:
    """Show Cutaway in your applications menu, and in "Open With" for disk images."""
    from cutaway_app import desktop_entry  # noqa: PLC0415 not in the engine's layers

    _run(desktop_entry.install, debug)


@desktop_app.command("remove")
def remove(debug: Debug = False) -> None:
    """Take away what 'cutaway desktop install' wrote."""
    from cutaway_app import desktop_entry  # noqa: PLC0415 not in the engine's layers

    _run(desktop_entry.remove, debug)


def _run(work: Callable[[], list[str]], debug: bool) -> None:
    """Print what a work has written or removed."""
    with errors_as_sentences(debug=debug):
        try:
            paths = work()
        except OSError as error:
            raise destination_error(error.filename or "your data folder", error) from error
        for path in paths:
            print(path)
