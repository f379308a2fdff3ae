"""The command that lists what is installed."""

from __future__ import annotations

from cutaway.cli.opened import ImageOptions, launched
from cutaway.cli.output import print_json, print_table, printable
from cutaway.errors import EngineError
from cutaway.handle import Handle
from cutaway.records import Application, OperatingSystem


def software(options: ImageOptions, *, as_json: bool) -> None:
    """Print what is installed in each system of the image.

    Raises:
        EngineError: there is no system, or what is in one cannot be listed.
    """
    with launched(options) as handle:
        found = _found(handle)
        if not found:
            raise EngineError(
                f"{options.name} holds no system that is known", remedy="'cutaway info' tells what was found."
            )
        listed = [(system, handle.inspect_list_applications2(system.root)) for system in found]
    if as_json:
        print_json([{"root": system.root, "system": system.title, "software": items} for system, items in listed])
        return
    for system, items in listed:
        if len(listed) > 1:
            print(f"{printable(system.title)} on {system.root}")
        print_table(("NAME", "VERSION", "PUBLISHER", "SUMMARY"), [_row(item) for item in items], frozenset())


def _found(handle: Handle) -> list[OperatingSystem]:
    handle.inspect_os()
    return handle.inspect_systems()


def _row(item: Application) -> tuple[str, ...]:
    return tuple(printable(text) for text in (item.title, item.full_version, item.publisher, item.summary))
