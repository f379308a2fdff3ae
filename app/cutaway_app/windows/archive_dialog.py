"""Lets the person choose the new archive: its name, whose end tells the format. GUI thread; waits for nobody."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from cutaway.transfer.job import ArchiveFormat, format_of
from PySide6.QtWidgets import QFileDialog, QWidget

from cutaway_app.bridge.bulk import Extraction
from cutaway_app.names import display_name, image_name

#: What a format is called, and how its names end; the first is what a new name gets.
FILTERS: dict[ArchiveFormat, tuple[str, tuple[str, ...]]] = {
    "tar.gz": ("Compressed tar archive", (".tar.gz", ".tgz")),
    "tar": ("Tar archive", (".tar",)),
    "zip": ("Zip archive", (".zip",)),
}
ENDS = frozenset({".tar", ".gz", ".tgz", ".zip"})


def ask_for_archive(
    parent: QWidget, work: Extraction, folder: str, chosen: Callable[[str, bool], object]
) -> QFileDialog:
    """Open the dialog.

    Args:
        parent: The window.
        work: What shall be in the archive.
        folder: Where to begin.
        chosen: Called with the archive's path, and whether the person has agreed that what is there is replaced.
    """
    dialog = QFileDialog(parent, "Extract as archive", folder)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_filter(kind) for kind in FILTERS])
    dialog.setDefaultSuffix("tar.gz")
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Extract")
    dialog.filterSelected.connect(functools.partial(_follow_filter, dialog))
    dialog.selectFile(suggested_name(work) + ".tar.gz")
    dialog.fileSelected.connect(lambda path: _tell(dialog, path, chosen))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def suggested_name(work: Extraction) -> str:
    """Return a name without its end: that of the only thing, or of the folder that holds all, or the image's."""
    whole = os.path.commonpath(work.paths) if len(work.paths) > 1 else work.paths[0]
    name = display_name(whole.rpartition(b"/")[2]).replace("\\", "_")
    return name or os.path.splitext(image_name(work.image))[0] or "image"


def _tell(dialog: QFileDialog, path: str, chosen: Callable[[str, bool], object]) -> None:
    if format_of(path) is None:  # the dialog has asked about another name
        chosen(path + FILTERS[_kind_of(dialog.selectedNameFilter())][1][0], False)  # noqa: FBT003 its only meaning
    else:
        chosen(path, True)  # noqa: FBT003 its only meaning


def _filter(kind: ArchiveFormat) -> str:
    words, suffixes = FILTERS[kind]
    return f"{words} ({' '.join('*' + suffix for suffix in suffixes)})"


def _kind_of(shown: str) -> ArchiveFormat:
    return next((kind for kind in FILTERS if _filter(kind) == shown), "tar.gz")


def _follow_filter(dialog: QFileDialog, shown: str) -> None:
    """Let the new file's name tell the format that was chosen."""
    suffix = FILTERS[_kind_of(shown)][1][0]
    dialog.setDefaultSuffix(suffix.removeprefix("."))
    for path in dialog.selectedFiles()[:1]:
        dialog.selectFile(_bare(os.path.basename(path)) + suffix)


def _bare(name: str) -> str:
    """Return a name without all that tells a format; Qt has changed only the last part of it already."""
    stem, end = os.path.splitext(name)
    return _bare(stem) if stem and end.lower() in ENDS else name
