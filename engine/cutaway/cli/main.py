"""cutaway: the commands, their arguments and their help. What they do stands in the modules beside this one."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cutaway import __version__
from cutaway.cli import changing, listing_commands, log_commands
from cutaway.cli.arguments import Debug, Json
from cutaway.cli.decompress import decompress
from cutaway.cli.desktop_commands import desktop_app
from cutaway.cli.extract_commands import checksum, get, save
from cutaway.cli.mount_commands import mount, unmount
from cutaway.cli.output import EXIT_FAILED, errors_as_sentences, print_json
from cutaway.cli.search_commands import grep
from cutaway.cli.sections import Sections

#: Any of these tells Qt where to show a window.
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
#: What stands before a command, or without any.
OPTIONS = {"-h", "--help", "--version", "--install-completion", "--show-completion"}
EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 usage, 3 image unusable, 4 appliance did not start, 5 no such path in the image, "
    "6 destination failed, 7 done but for what could not be read, 8 nothing found (grep), 130 interrupted."
)
app = typer.Typer(
    name="cutaway", cls=Sections, epilog=EPILOG,
    help="See inside any disk image, without mounting it and without trusting it.",
    no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
appliance_app = typer.Typer(help="Build and look at the appliance.", no_args_is_help=True)
template_app = typer.Typer(help="Make and discard the appliance's saved state.", no_args_is_help=True)
app.add_typer(appliance_app, name="appliance")
app.add_typer(template_app, name="template")
app.add_typer(desktop_app, name="desktop")


app.command()(listing_commands.filesystems)
app.command()(listing_commands.ls)
app.command()(listing_commands.find)
app.command()(listing_commands.ll)
app.command()(listing_commands.cat)
app.command()(grep)
app.command()(get)
app.command()(checksum)
app.command()(save)
app.command()(decompress)
app.command()(mount)
app.command()(unmount)
app.command()(changing.put)
app.command()(changing.copy)
app.command()(changing.rm)
app.command()(changing.mkdir)
app.command()(changing.mv)
app.command()(changing.chmod)
app.command()(changing.chown)
app.command()(listing_commands.info)
app.command()(listing_commands.snapshots)
app.command()(listing_commands.streams)
app.command()(listing_commands.software)
app.command()(log_commands.journal)
app.command()(log_commands.sqlite)


@app.command()
def doctor(json: Json = False, debug: Debug = False) -> None:
    """Check this machine, and say what to do."""
    from cutaway.cli import doctor as doctors  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        findings = list(doctors.examine())
    if json:
        print_json(findings)
    else:
        for finding in findings:
            print(f"{finding.state:<5} {finding.name}: {finding.text}")
            if finding.remedy and finding.state != "ok":
                print(f"      try: {finding.remedy}")
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def selftest(debug: Debug = False) -> None:
    """Start an appliance and prove that it works."""
    from cutaway.cli import doctor as doctors  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        for line in doctors.selftest():
            print(line, flush=True)
        print("it works")


@app.command()
def setup(debug: Debug = False) -> None:
    """Make what is missing: appliance, template, sample image."""
    from cutaway.cli import prepare  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        prepare.setup()


@app.command()
def sample(debug: Debug = False) -> None:
    """Print the path of a sample image, made now if need be."""
    from cutaway.cli import prepare  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        print(prepare.sample())


@appliance_app.command("build")
def appliance_build(debug: Debug = False) -> None:
    """Build the appliance from Debian packages."""
    from cutaway.cli import prepare  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        prepare.appliance_build()


@appliance_app.command("info")
def appliance_info(debug: Debug = False) -> None:
    """Show what the appliance is made of."""
    from cutaway.cli import prepare  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        print(prepare.appliance_info())


@template_app.command("make")
def template_make(debug: Debug = False) -> None:
    """Make the template, if there is none that fits."""
    from cutaway.cli import prepare  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        prepare.template_make()


@template_app.command("discard")
def template_discard() -> None:
    """Discard all templates; the next start makes a new one."""
    from cutaway.cli import prepare  # noqa: PLC0415 each command pays only for itself

    prepare.template_discard()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def gui(context: typer.Context) -> None:
    """Open the window: cutaway [gui] [IMAGE…]."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in DISPLAYS):
        remedy = "Run it in a graphical session; 'cutaway ls', 'cat' and 'get' need none."
        print(f"cutaway: there is no display for the window\n  try: {remedy}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILED)
    try:
        from cutaway_app.application import main as run_window  # noqa: PLC0415 only this command needs Qt
    except ImportError as error:
        print(f"cutaway: the window cannot be opened: {error}\n  try: pip install 'cutaway[gui]'", file=sys.stderr)
        raise typer.Exit(EXIT_FAILED) from error
    raise typer.Exit(run_window(context.args))


def _print_version(asked: bool) -> None:
    if asked:
        print(f"cutaway {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line; without a command it opens the window on what is named."""
    sys.argv[1:] = with_command(sys.argv[1:])
    app()


def with_command(arguments: list[str]) -> list[str]:
    """Return the arguments with a command before them: `gui`, where only images or nothing is named.

    A word that is neither a command nor a file stays as it is, for typer to say so.
    """
    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    known |= {group.name or "" for group in app.registered_groups} | OPTIONS
    if not arguments:
        return ["gui"]
    first = arguments[0]
    is_mistyped = first.replace("-", "").isalpha() and not first.startswith("-") and not os.path.exists(first)
    return arguments if first in known or is_mistyped else ["gui", *arguments]


if __name__ == "__main__":
    main()
