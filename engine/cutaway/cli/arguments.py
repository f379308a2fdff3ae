"""Arguments and options that several commands have, with their help."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


def absolute(path: str) -> str:
    """Return a path in the image; one without a leading slash begins at its root too."""
    return path if path.startswith("/") else f"/{path}"


Image = Annotated[str, typer.Argument(help="The disk image: qcow2, raw, VMDK, OVA, VDI, VHD, VHDX, ISO …")]
GuestPath = Annotated[str, typer.Argument(help="A path in the image.", callback=absolute)]
Sought = Annotated[str, typer.Argument(help="A text that names hold, or a pattern for them such as '*.conf'.")]
Zero = Annotated[bool, typer.Option("-0", "--zero", help="End names with NUL, for xargs -0.")]
GuestFile = Annotated[str, typer.Argument(help="A file in the image.", callback=absolute)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Device = Annotated[str | None, typer.Option(help="The file system to look into, such as /dev/sda2.")]
Format = Annotated[str | None, typer.Option(help="The image's format, if it shall not be detected.")]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", help="Use this file all the same: a backing file elsewhere, an incomplete image."),
]
Snapshot = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Look at a point in time that the image keeps; 'cutaway snapshots' lists them."),
]
Streams = Annotated[
    bool, typer.Option("--streams", help="Show alternate data streams of NTFS: FILE:STREAM names one."),
]  # fmt: skip
Add = Annotated[
    list[str] | None,
    typer.Option("--add", "-a", metavar="IMAGE", help="A further disk of the same machine; may be given again."),
]
Inside = Annotated[
    list[str] | None,
    typer.Option(
        "--inside", metavar="[DEVICE:]PATH",
        help="Look into an image that is a file, or a volume, in the image; once more for one in that.",
    ),
]  # fmt: skip
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print the appliance's kernel log.")]
Key = Annotated[
    list[str] | None,
    typer.Option(
        "--key", metavar="SELECTOR:file:PATH",
        help="Unlock an encrypted volume (a device, a UUID, or all). SELECTOR:key:TEXT shows the key to everybody who "
        "can list processes. Without it a terminal is asked.",
    ),
]  # fmt: skip
KeysFromStdin = Annotated[
    bool, typer.Option("--keys-from-stdin", help="Read passphrases from standard input, one a line; each is tried."),
]  # fmt: skip
Write = Annotated[bool, typer.Option("--write", help="Yes, change the image.")]
Debug = Annotated[bool, typer.Option("--debug", hidden=True)]


class Rule(StrEnum):
    """What to do if something has the name already."""

    RENAME = "rename"
    REPLACE = "replace"
    SKIP = "skip"
    FAIL = "fail"


OnConflict = Annotated[Rule, typer.Option("--conflict", help="What to do with a name that is taken.")]
