"""cutaway: the commands, their arguments and their help. What they do stands in the modules beside this one."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from cutaway import __version__
from cutaway.cli.opened import ImageOptions
from cutaway.cli.output import EXIT_FAILED, errors_as_sentences, print_json

#: Any of these tells Qt where to show a window.
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 usage, 3 image unusable, 4 appliance did not start, 5 no such path in the image, "
    "6 destination failed, 130 interrupted."
)
app = typer.Typer(
    name="cutaway", help="See inside any disk image, without mounting it and without trusting it.", epilog=EPILOG,
    no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
appliance_app = typer.Typer(help="Build and look at the appliance.", no_args_is_help=True)
template_app = typer.Typer(help="Make and discard the appliance's saved state.", no_args_is_help=True)
app.add_typer(appliance_app, name="appliance")
app.add_typer(template_app, name="template")


def _absolute(path: str) -> str:
    """Return a path in the image; one without a leading slash begins at its root too."""
    return path if path.startswith("/") else f"/{path}"


Image = Annotated[str, typer.Argument(help="The disk image: qcow2, raw, VMDK, VDI, VHD, VHDX, ISO …")]
GuestPath = Annotated[str, typer.Argument(help="A path in the image.", callback=_absolute)]
Zero = Annotated[bool, typer.Option("-0", "--zero", help="End names with NUL, for xargs -0.")]
GuestFile = Annotated[str, typer.Argument(help="A file in the image.", callback=_absolute)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Device = Annotated[str | None, typer.Option(help="The file system to look into, such as /dev/sda2.")]
Format = Annotated[str | None, typer.Option(help="The image's format, if it shall not be detected.")]
Backing = Annotated[
    list[str] | None, typer.Option("--allow-backing", help="A backing file outside the image's folder.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print the appliance's kernel log.")]
Write = Annotated[bool, typer.Option("--write", help="Yes, change the image.")]
Debug = Annotated[bool, typer.Option("--debug", hidden=True)]


class Rule(StrEnum):
    """What to do if something has the name already."""

    RENAME = "rename"
    REPLACE = "replace"
    SKIP = "skip"
    FAIL = "fail"


OnConflict = Annotated[Rule, typer.Option("--conflict", help="What to do with a name that is taken.")]


def _options(
    image: str, device: str | None, format_: str | None, backing: list[str] | None, verbose: bool
) -> ImageOptions:
    return ImageOptions(image, device, format_, frozenset(backing or ()), verbose)


@app.command()
def filesystems(
    image: Image, json: Json = False, format: Format = None, allow_backing: Backing = None, verbose: Verbose = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """List the file systems on an image."""
    from cutaway.cli import listing  # noqa: PLC0415 each command pays only for itself

    with errors_as_sentences(debug=debug):
        listing.filesystems(_options(image, None, format, allow_backing, verbose), as_json=json)


@app.command()
def ls(
    image: Image, path: GuestPath = "/", json: Json = False, zero: Zero = False,
    device: Device = None, format: Format = None, allow_backing: Backing = None, verbose: Verbose = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """List the names in a folder."""
    from cutaway.cli import listing  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        listing.ls(_options(image, device, format, allow_backing, verbose), path, as_json=json, zero=zero)


@app.command()
def ll(
    image: Image, path: GuestPath = "/", json: Json = False, device: Device = None, format: Format = None,
    allow_backing: Backing = None, verbose: Verbose = False, debug: Debug = False,
) -> None:  # fmt: skip
    """List a folder with modes, owners, sizes and times."""
    from cutaway.cli import listing  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        listing.ll(_options(image, device, format, allow_backing, verbose), path, as_json=json)


@app.command()
def cat(
    image: Image, path: GuestFile, device: Device = None, format: Format = None,
    allow_backing: Backing = None, verbose: Verbose = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Write a file to standard output."""
    from cutaway.cli import get as getting  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        getting.cat(_options(image, device, format, allow_backing, verbose), path)


@app.command()
def get(
    image: Image, path: Annotated[str, typer.Argument(help="A file or folder in the image.", callback=_absolute)],
    destination: Annotated[str, typer.Argument(help="A folder, a new file's name, or - for standard output.")],
    device: Device = None, format: Format = None, allow_backing: Backing = None, verbose: Verbose = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Copy a file or a whole folder out of the image."""
    from cutaway.cli import get as getting  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        getting.get(_options(image, device, format, allow_backing, verbose), path, destination)


@app.command()
def put(
    image: Image,
    paths: Annotated[list[str], typer.Argument(help="Files and folders of this machine, then a folder in the image.")],
    write: Write = False, conflict: OnConflict = Rule.RENAME,
    keep_owners: Annotated[bool, typer.Option("--keep-owners", help="Keep the numbers of owners and groups.")] = False,
    device: Device = None, format: Format = None, allow_backing: Backing = None, verbose: Verbose = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Copy files and folders into the image. This changes the image: it needs --write."""
    from cutaway.cli import put as putting  # noqa: PLC0415

    *local, directory = paths
    if not local:
        raise typer.BadParameter(
            "name at least one file of this machine, and a folder in the image", param_hint="PATHS"
        )
    _require(write)
    with errors_as_sentences(debug=debug):
        putting.put(
            _options(image, device, format, allow_backing, verbose), local, _absolute(directory),
            conflict=conflict.value, keep_owners=keep_owners,
        )  # fmt: skip


@app.command()
def copy(
    places: Annotated[list[str], typer.Argument(help="IMAGE:PATH… of one image, then IMAGE:FOLDER of another.")],
    write: Write = False, conflict: OnConflict = Rule.RENAME,
    from_device: Annotated[str | None, typer.Option(help="The file system of the first image.")] = None,
    to_device: Annotated[str | None, typer.Option(help="The file system of the second image.")] = None,
    verbose: Verbose = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Copy files and folders from one image into another. This changes the second image: it needs --write."""
    from cutaway.cli import put as putting  # noqa: PLC0415

    *sources, target = [_place(text) for text in places]
    if len({image for image, _ in sources}) != 1:
        raise typer.BadParameter("name paths of one image, and a folder of another", param_hint="PLACES")
    _require(write)
    with errors_as_sentences(debug=debug):
        putting.copy(
            _options(sources[0][0], from_device, None, None, verbose), [path for _, path in sources],
            _options(target[0], to_device, None, None, verbose), target[1], conflict=conflict.value,
        )  # fmt: skip


def _place(text: str) -> tuple[str, str]:
    """Split IMAGE:PATH, at the first colon that is followed by a slash."""
    image, colon, path = text.partition(":/")
    if not colon or not image:
        raise typer.BadParameter(f"{text} is not of the form IMAGE:/PATH", param_hint="PLACES")
    return image, f"/{path}"


def _require(write: bool) -> None:
    if not write:
        raise typer.BadParameter("this changes the image; say so with --write", param_hint="--write")


@app.command()
def info(
    image: Image, json: Json = False, format: Format = None, allow_backing: Backing = None, verbose: Verbose = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Show systems, drives, partitions, volumes and file systems."""
    from cutaway.cli import listing  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        listing.info(_options(image, None, format, allow_backing, verbose), as_json=json)


@app.command()
def doctor(json: Json = False, debug: Debug = False) -> None:
    """Check this machine, and say what to do."""
    from cutaway.cli import doctor as doctors  # noqa: PLC0415

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
    from cutaway.cli import doctor as doctors  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        for line in doctors.selftest():
            print(line, flush=True)
        print("it works")


@app.command()
def setup(debug: Debug = False) -> None:
    """Make what is missing: appliance, template, sample image."""
    from cutaway.cli import prepare  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        prepare.setup()


@app.command()
def sample(debug: Debug = False) -> None:
    """Print the path of a sample image, made now if need be."""
    from cutaway.cli import prepare  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        print(prepare.sample())


@appliance_app.command("build")
def appliance_build(debug: Debug = False) -> None:
    """Build the appliance from Debian packages."""
    from cutaway.cli import prepare  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        prepare.appliance_build()


@appliance_app.command("info")
def appliance_info(debug: Debug = False) -> None:
    """Show what the appliance is made of."""
    from cutaway.cli import prepare  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        print(prepare.appliance_info())


@template_app.command("make")
def template_make(debug: Debug = False) -> None:
    """Make the template, if there is none that fits."""
    from cutaway.cli import prepare  # noqa: PLC0415

    with errors_as_sentences(debug=debug):
        prepare.template_make()


@template_app.command("discard")
def template_discard() -> None:
    """Discard all templates; the next start makes a new one."""
    from cutaway.cli import prepare  # noqa: PLC0415

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
    known |= {group.name or "" for group in app.registered_groups} | {"-h", "--help", "--version"}
    if not arguments:
        return ["gui"]
    first = arguments[0]
    is_mistyped = first.replace("-", "").isalpha() and not first.startswith("-") and not os.path.exists(first)
    return arguments if first in known or is_mistyped else ["gui", *arguments]


if __name__ == "__main__":
    main()
