"""The ports of a drag answer at once, only with a real folder, and only once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cutaway.transfer.journal import clean_leftovers
from cutaway_app.drag import DragOffer, start_drag
from cutaway_app.drag.lazy_ark import PATH_TYPE, SERVICE_TYPE
from cutaway_app.drag.lazy_xds import MIME_TYPE, XdsPort, folder_of_address
from cutaway_app.drag.staging import StagingFolder, staged_mime
from cutaway_app.drag.start import LazyDrag, LazyMimeData
from cutaway_app.drag.watch import DragWatch
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QCursor, QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


class Property:
    """The property of the drag's window, which appears late."""

    def __init__(self, late: int = 2) -> None:
        self.late = late
        self.value = b""
        self.is_attached = False

    def attach(self, name: bytes) -> bool:
        self.late -= 1
        if self.late < 0:
            self.value, self.is_attached = name, True
        return self.is_attached

    def read(self) -> bytes:
        return self.value

    def detach(self) -> None:
        self.is_attached = False


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def _port(parent: QObject, prop: Property, dropped: list[str]) -> XdsPort:
    return XdsPort(parent, dropped.append, prop)


def test_the_name_is_put_on_the_window_as_soon_as_it_exists(qtbot: QtBot, parent: QWidget) -> None:
    prop = Property(late=3)
    _port(parent, prop, []).begin()
    qtbot.waitUntil(lambda: prop.is_attached)
    assert prop.value.startswith(b".cutaway-drop-")


def test_hovering_is_answered_with_nothing(parent: QWidget) -> None:
    prop, dropped = Property(late=0), []
    port = _port(parent, prop, dropped)
    prop.attach(b".cutaway-drop-1")
    assert port.answer() is None
    prop.value = b""
    assert port.answer() is None
    assert dropped == []


@pytest.mark.parametrize("suffix", [b"", b"\0"], ids=["plain", "libfm's NUL"])
def test_a_drop_tells_the_folder(parent: QWidget, tmp_path: Path, suffix: bytes) -> None:
    prop, dropped = Property(), []
    folder = tmp_path / "with space"
    folder.mkdir()
    prop.value = (folder / ".cutaway-drop-1").as_uri().encode() + suffix
    assert _port(parent, prop, dropped).answer() == b"S"
    assert dropped == [str(folder)]


@pytest.mark.parametrize(
    "address", [b"file:///nowhere/at/all/x", b"file://elsewhere.example/tmp/x", b"file:x", b"file://%00/x"]
)
def test_a_folder_that_is_none_is_refused_and_never_with_f(parent: QWidget, address: bytes) -> None:
    prop, dropped = Property(), []
    prop.value = address
    assert _port(parent, prop, dropped).answer() == b"E"
    assert dropped == []


def test_addresses_are_bytes_after_all() -> None:
    assert folder_of_address(b"file:///tmp/caf%E9/x") == os.fsdecode(b"/tmp/caf\xe9")
    assert folder_of_address(b"file://localhost/tmp/x") == "/tmp"
    assert folder_of_address("file:///tmp/é".encode()) is None


def test_only_the_first_drop_counts_and_comes_later(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> None:
    dropped: list[str] = []
    drag = LazyDrag(parent, dropped.append)
    drag._on_dropped(str(tmp_path))
    drag._on_dropped("/other")
    assert dropped == [], "the target was made to wait"
    qtbot.waitUntil(lambda: dropped == [str(tmp_path)])
    drag.end()


def test_a_lazy_drag_offers_no_list_of_files(parent: QWidget) -> None:
    seen: list[list[str]] = []

    def execute(drag: QDrag) -> Qt.DropAction:
        mime = drag.mimeData()
        assert isinstance(mime, LazyMimeData)
        seen.append(mime.formats())
        assert drag.pixmap().width() > 16
        return Qt.DropAction.IgnoreAction

    start_drag(parent, DragOffer([b"a", b"caf\xe9"], lambda _: None), execute=execute)
    assert set(seen[0]) <= {SERVICE_TYPE, PATH_TYPE, MIME_TYPE}


def test_a_staged_drag_offers_only_files(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    seen: list[list[str]] = []

    def execute(drag: QDrag) -> Qt.DropAction:
        assert [url.toLocalFile() for url in drag.mimeData().urls()] == [str(path)]
        seen.append(drag.mimeData().formats())
        return Qt.DropAction.CopyAction

    start_drag(parent, DragOffer([b"x"], lambda _: None, [str(path)]), execute=execute)
    assert seen == [["text/uri-list"]]


def test_staging_folders_are_private_and_go_away(tmp_path: Path) -> None:
    staging = StagingFolder(str(tmp_path))
    one, two = staging.new_batch(), staging.new_batch()
    assert one != two
    assert os.stat(staging.path).st_mode & 0o777 == 0o700
    assert staged_mime([one]).hasUrls()
    staging.remove()
    staging.remove()
    assert not any(tmp_path.iterdir())


def test_what_a_killed_program_has_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    kept = StagingFolder(str(tmp_path))
    code = "import os, sys; from cutaway_app.drag.staging import StagingFolder; "
    code += "print(StagingFolder(sys.argv[1]).new_batch(), flush=True); os._exit(9)"
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    left = os.path.dirname(done.stdout.strip())
    assert os.path.isdir(left), done.stderr
    assert clean_leftovers() == [left]
    assert not os.path.exists(left)
    assert os.path.isdir(kept.path), "that of a running program stays"
    kept.remove()


@pytest.mark.parametrize("is_inside", [True, False])
def test_a_drag_that_ends_in_our_own_window_was_refused_by_nobody(
    qtbot: QtBot, parent: QWidget, is_inside: bool
) -> None:
    parent.setGeometry(100, 100, 200, 200)
    parent.show()
    QCursor.setPos(QPoint(150, 150) if is_inside else QPoint(600, 500))
    watch = DragWatch(parent)
    watch.begin()
    assert watch.end() is not is_inside


def test_a_drag_that_was_given_up_was_refused_by_nobody(qtbot: QtBot, parent: QWidget) -> None:
    parent.show()
    QCursor.setPos(QPoint(790, 590))
    watch = DragWatch(parent)
    watch.begin()
    qtbot.wait(1)
    QTest.keyClick(parent, Qt.Key.Key_Escape)
    assert not watch.end()
