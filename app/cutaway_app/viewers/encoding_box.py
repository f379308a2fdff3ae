"""The choice of an encoding for text: the one that it seems to have, or one that the person knows. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

#: Python's name, and what a person calls it. The first is the guess.
ENCODINGS = (
    ("", "Automatic"), ("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-be", "UTF-16, big end first"),
    ("cp1252", "Western (Windows-1252)"), ("latin-1", "Western (Latin-1)"), ("cp437", "DOS (437)"),
    ("cp850", "DOS (850)"), ("cp1250", "Central European (1250)"), ("cp1251", "Cyrillic (1251)"),
    ("koi8-r", "Cyrillic (KOI8-R)"), ("cp1253", "Greek (1253)"), ("cp1254", "Turkish (1254)"),
    ("cp1255", "Hebrew (1255)"), ("cp1256", "Arabic (1256)"), ("shift_jis", "Japanese (Shift JIS)"),
    ("euc_jp", "Japanese (EUC)"), ("gb18030", "Chinese (GB 18030)"), ("big5", "Chinese (Big5)"),
    ("euc_kr", "Korean (EUC)"),
)  # fmt: skip


class EncodingBox(QComboBox):
    """The choice; it stays for the next file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Encoding")
        self.setToolTip("In which encoding the text is shown")
        for name, word in ENCODINGS:
            self.addItem(word, name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)

    @property
    def chosen(self) -> str:
        """Python's name of the encoding; "" for the guess."""
        return str(self.currentData() or "")
