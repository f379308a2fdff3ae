"""What `get --dry-run` prints: what an extraction would do, and what became of it, for a person."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from cutaway.cli.output import count_text, printable, size_text
from cutaway.transfer.job import ExtractReport
from cutaway.transfer.preview import ExtractPreview, Kind, PreviewRoot

_OUTCOMES = {
    "new": "", "renamed": " (another has the name)", "replaces": ", in place of what is there",
    "skipped": " exists, and is left as it is", "refused": " exists: this ends the extraction",
}  # fmt: skip
#: What is said of one entry of a kind, and of several.
_KINDS: dict[Kind, tuple[str, str]] = {
    "link left out": ("symbolic link left out", "symbolic links left out"),
    "special left out": ("special file left out", "special files left out"),
    "name left out": ("name left out", "names left out"),
    "renamed": ("entry under another name", "entries under another name"),
    "rights dropped": ("file loses set-user-ID or set-group-ID", "files lose set-user-ID or set-group-ID"),
    "other left out": ("other left out", "others left out"),
}


def print_preview(found: ExtractPreview, archive: str = "") -> None:
    """Print what an extraction would do; what goes into an archive is told by its name there."""
    if archive:
        print(f"in {'an archive to standard output' if archive == '-' else printable(os.fsencode(archive))}:")
    for root in found.roots:
        target = printable(os.fsencode(root.destination_path))
        print(f"{printable(root.path)} -> {target}{_OUTCOMES[root.outcome]}")
    print(_counted(found))
    room = "" if found.free is None else f"; {size_text(found.free)} are free"
    print(f"{size_text(found.bytes)}, {size_text(found.needed)} on the disk{room}")
    if found.folds_case:
        print("the destination takes names that differ only by case for one")
    for note in found.notes:
        print(f"{note.count} {_KINDS[note.kind][note.count != 1]}:")
        for example in note.examples:
            print(f"  {printable(example.path)}: {printable(example.reason)}")
        if note.count > len(note.examples):
            print(f"  and {note.count - len(note.examples)} more")
    if found.trouble:
        print(f"it would fail: {printable(found.trouble)}")
    print("nothing was written")


def _counted(found: ExtractPreview) -> str:
    counts = [
        (found.files, "file"), (found.folders, "folder"), (found.second_names, "second name"),
        (found.links, "link"), (found.specials, "special file"),
    ]  # fmt: skip
    return ", ".join(count_text(count, what) for count, what in counts if count) or "nothing"


def for_single_file(found: ExtractPreview, target: str) -> ExtractPreview:
    """Return the preview of a file that goes to a new name of its own, instead of into a folder."""
    outcome = PreviewRoot(found.roots[0].path, target, "replaces" if os.path.lexists(target) else "new")
    return replace(found, roots=(outcome,), trouble="" if found.roots[0].outcome == "refused" else found.trouble)


def print_failures(report: ExtractReport) -> None:
    """Say on standard error what could not be read."""
    for one in report.failures:
        print(f"cutaway: could not be read: {printable(one.path)}: {printable(one.reason)}", file=sys.stderr)


def print_report(report: ExtractReport) -> None:
    """Say on standard error what became of an extraction."""
    say = [f"left out: {printable(one.path)}: {printable(one.reason)}" for one in report.skipped]
    say += [f"renamed: {printable(one.path)}: now {printable(one.name)}, since {one.reason}" for one in report.renamed]
    for lost in report.not_kept:
        first = printable(lost.examples[0]) if lost.examples else ""
        where = f"of {first}" if lost.count == 1 else f"of {lost.count} files, the first {first}"
        say.append(f"not kept: {printable(lost.what)} {where}: {printable(lost.reason)}")
    for line in say:
        print(f"cutaway: {line}", file=sys.stderr)
    print_failures(report)
    print(f"{count_text(report.files, 'file')}, {size_text(report.bytes)}", file=sys.stderr)
