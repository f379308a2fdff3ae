"""A tiny program to drag out of: a table of names; what is dropped is written by a job into the told folder.

Run on a desktop of its own by the tests beside it: `drag_source.py LOG [FILE…]`. Each line of LOG is an event. With
files it is these that are dragged, as they lie there.
"""

from __future__ import annotations

import os
import signal
import sys

from cutaway_app import theme
from cutaway_app.drag import DragOffer, start_drag
from cutaway_app.widgets.file_table import FileTable
from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication

#: What is written for each name, beside a folder.
CONTENT = {b"big.bin": bytes(range(256)) * 40_000, b"caf\xe9.txt": b"latin-1\n", b"folder/inside.txt": b"inside\n"}
TITLE = "cutaway-drag-source"


def main() -> None:
    log = open(sys.argv[1], "a", buffering=1)  # noqa: SIM115 open until the program ends
    app = QApplication([])
    theme.apply(app, "light")
    model = QStandardItemModel()
    for name in ("big.bin", "café.txt", "folder"):
        model.appendRow([QStandardItem(name)])
    table = FileTable()
    table.setModel(model)
    table.setWindowTitle(TITLE)
    table.selectAll()

    def write(folder: str) -> None:
        log.write(f"dropped {folder}\n")
        for name, data in CONTENT.items():
            path = os.path.join(os.fsencode(folder), name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        log.write("written\n")

    def refused() -> None:
        log.write("refused\n")

    def drag() -> None:
        rows = table.selected_rows()
        log.write(f"drag {len(rows)}\n")
        start_drag(table, DragOffer([b"big.bin", b"caf\xe9.txt", b"folder"], write, sys.argv[2:] or None, refused))
        log.write("drag ended\n")

    table.drag_requested.connect(drag, Qt.ConnectionType.DirectConnection)
    table.resize(280, 300)
    table.show()
    _quit_on_sigterm(app)
    app.exec()


def _quit_on_sigterm(app: QApplication) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGTERM, lambda *_: app.quit())
    notifier = QSocketNotifier(reading, QSocketNotifier.Type.Read, app)
    notifier.activated.connect(lambda: os.read(reading, 1))


if __name__ == "__main__":
    main()
