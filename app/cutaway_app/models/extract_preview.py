"""What an extraction would do, as sentences with examples below them: rows for a tree view. GUI thread; no widgets."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cutaway.transfer.preview import ExtractPreview, Kind, PreviewNote, PreviewRoot
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from cutaway_app import resources
from cutaway_app.figures import count_text, size_text
from cutaway_app.names import display_name, plain_tip

ModelIndex = QModelIndex | QPersistentModelIndex
_ICON = Qt.ItemDataRole.UserRole
#: One, many; icon.
_KINDS: dict[Kind, tuple[str, str, str]] = {
    "link left out": ("symbolic link is left out", "symbolic links are left out", "file-link"),
    "special left out": ("special file is left out", "special files are left out", "file-special"),
    "name left out": ("name is left out", "names are left out", "warning"),
    "renamed": ("entry gets another name", "entries get other names", "edit"),
    "rights dropped": (
        "program loses set-user-ID or set-group-ID", "programs lose set-user-ID or set-group-ID", "lock",
    ),
    "other left out": ("entry is left out", "entries are left out", "warning"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something to know, with examples."""

    text: str
    icon: str = ""
    examples: tuple[str, ...] = ()


def sentences(preview: ExtractPreview) -> list[Sentence]:
    """Return what a person should know, the most important first."""
    found = [Sentence(f"It would fail: {preview.trouble}.", "error")] if preview.trouble else []
    found += [Sentence(_counted(preview), "extract"), Sentence(_room(preview), "disk")]
    found += [_of_root(root) for root in preview.roots if root.outcome not in {"new", "refused"}]
    if preview.folds_case:
        found.append(Sentence("The folder takes names that differ only by case for one", "info"))
    found += [_of_note(note) for note in preview.notes]
    if len(found) == 2:
        found.append(Sentence("Everything is extracted as it is", "check"))
    return found


def _counted(preview: ExtractPreview) -> str:
    counts = [
        (preview.files, "file", "files"), (preview.folders, "folder", "folders"),
        (preview.second_names, "second name", "second names"), (preview.links, "link", "links"),
        (preview.specials, "special file", "special files"),
    ]  # fmt: skip
    return ", ".join(f"{count_text(count)} {one if count == 1 else many}" for count, one, many in counts if count) or (
        "Nothing"
    )


def _room(preview: ExtractPreview) -> str:
    sparse = f" ({size_text(preview.needed)} on the disk)" if preview.needed < preview.bytes else ""
    free = "" if preview.free is None else f"; {size_text(preview.free)} are free"
    return f"{size_text(preview.bytes)}{sparse}{free}"


def _of_root(root: PreviewRoot) -> Sentence:
    name = display_name(root.path.rpartition(b"/")[2]) or "The whole"
    target = display_name(os.fsencode(os.path.basename(root.destination_path)))
    words = {
        "renamed": f"{name} becomes {target}, since the name is taken",
        "replaces": f"{name} replaces the file of that name",
        "skipped": f"{name} is left out, since the name is taken",
    }  # fmt: skip
    return Sentence(words[root.outcome], "swap" if root.outcome == "replaces" else "copy")


def _of_note(note: PreviewNote) -> Sentence:
    one, many, icon = _KINDS[note.kind]
    examples = [f"{display_name(item.path)}: {item.reason}" for item in note.examples]
    if note.count > len(examples):
        examples.append(f"and {count_text(note.count - len(examples))} more")
    return Sentence(f"{count_text(note.count)} {one if note.count == 1 else many}", icon, tuple(examples))


class ExtractPreviewModel(QStandardItemModel):
    """Sentences, and their examples below them."""

    def show(self, shown: list[Sentence]) -> None:
        """Show these instead of what was there."""
        self.clear()
        for sentence in shown:
            item = _item(sentence.text)
            item.setData(sentence.icon, _ICON)
            for example in sentence.examples:
                item.appendRow(_item(example))
            self.appendRow(item)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what an item shows; icons in the colours of the theme that is shown now."""
        if role != Qt.ItemDataRole.DecorationRole:
            return super().data(index, role)
        name = super().data(index, _ICON)
        return resources.icon(str(name)) if name else None


def _item(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    item.setToolTip(plain_tip(text))
    return item
