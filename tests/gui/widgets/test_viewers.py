"""Viewers show what is there, within limits, whatever a file pretends to be."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest
from cutaway.errors import GuestError
from cutaway.records import ExtendedAttribute
from cutaway_app.viewers import picture, text_guess
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.highlighting import find_spans
from cutaway_app.viewers.picture import PictureViewer
from cutaway_app.viewers.registry import REGISTRY, Viewer, best_viewer
from cutaway_app.viewers.text import TextViewer
from cutaway_app.viewers.text_work import MAX_LINE, prepare
from cutaway_app.widgets.preview_pane import PreviewPane
from gui.stall import ATTEMPTS, StallMeter
from gui.widgets.conftest import Run
from gui.widgets.values import content, status, until
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot


def png(width: int = 8, height: int = 6) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    array = QByteArray()
    buffer = QBuffer(array)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(array.data())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(1000)))


@pytest.mark.parametrize(
    ("name", "head", "viewer"),
    [
        (b"a.txt", b"hello\n", "text"),
        (b"utf16.txt", "hello world\n".encode("utf-16"), "text"),
        (b"utf16-without-mark.txt", "hello world, how are you\n".encode("utf-16-le"), "text"),
        (b"program", b"\x7fELF\x02\x01\x01\0" + bytes(64), "hex"),
        (b"a.png", png(), "picture"),
        (b"text-called.png", b"no picture at all\n", "text"),
        (b"drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text"),
        (b"empty", b"", "details"),
    ],
)
def test_the_most_specific_viewer_is_chosen_by_content(name: bytes, head: bytes, viewer: str) -> None:
    assert best_viewer(content(name, head)) == viewer


def test_every_viewer_keeps_the_contract(qtbot: QtBot) -> None:
    for entry in REGISTRY:
        widget = entry.make()
        qtbot.addWidget(widget)
        assert isinstance(widget, Viewer)
        assert widget.accessibleName()


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("naïve".encode(), "naïve", "utf-8"),
        ("naïve".encode("utf-8-sig"), "naïve", "utf-8"),
        ("naïve".encode("utf-16"), "naïve", "utf-16"),
        ("naïve".encode("utf-32"), "naïve", "utf-32"),
    ],
)
def test_encodings_are_recognised(data: bytes, text: str, encoding: str) -> None:
    decoded = text_guess.decode(data, is_complete=True)
    assert (decoded.text, decoded.encoding) == (text, encoding)


def test_a_letter_cut_in_half_is_no_reason_to_doubt_utf8() -> None:
    half = "é".encode()[:1]
    assert text_guess.decode(b"caf" + half, is_complete=False).encoding == "utf-8"
    assert text_guess.decode(b"caf" + half, is_complete=True).encoding != "utf-8"


def test_control_characters_are_shown_and_long_lines_broken() -> None:
    prepared = prepare(b"a\x1bb\x00c\r\n" + b"x" * (3 * MAX_LINE), is_complete=True)
    assert prepared.text.startswith("a\u241bb\u2400c\n")
    turned = prepare("\u202eexe.\u2066\u05d0 \u200f".encode(), is_complete=True)
    assert turned.text == "\u2426exe.\u2426\u05d0 \u200f"
    assert prepared.has_broken_lines
    assert max(len(line) for line in prepared.text.split("\n")) == MAX_LINE


def test_tokens_are_found_by_line_in_qts_units() -> None:
    spans = find_spans("x.py", 'x = "😀"; y = 1\nclass A: pass\n')
    assert sum(length for _, length, name in spans[0] if name == "string") == 4
    assert (14, 1, "number") in spans[0]
    assert (0, 5, "keyword") in spans[1]
    assert find_spans("unknown.zzz", "plain") == []


def test_text_arrives_whole_coloured_and_without_a_stall(qtbot: QtBot, run: Run, stall_meter: StallMeter) -> None:
    viewer = TextViewer()
    qtbot.addWidget(viewer)
    viewer.resize(500, 400)
    viewer.show()
    data = b"def f(x):\n    return 'y'  # z\n" * 30_000

    async def scenario() -> None:
        for _ in range(ATTEMPTS):
            stall_meter.reset()
            viewer.show_content(content(b"x.py", data[: 1 << 20], total_size=len(data) + 5))
            await until(lambda: not viewer._rest and viewer.view.document().blockCount() > 2)
            await until(lambda: viewer._task is not None and viewer._task.done() and not viewer._highlighter.is_busy)
            if stall_meter.worst_ms <= 100:
                break

    run(scenario())
    assert stall_meter.worst_ms <= 100
    assert viewer.view.toPlainText() == data[: 1 << 20].decode()
    assert viewer.note.startswith("UTF-8 · first ")
    first = viewer.view.document().firstBlock().layout().formats()
    assert any(span.start == 0 and span.length == 3 for span in first)


def test_a_text_that_is_left_does_not_arrive_late(qtbot: QtBot, run: Run) -> None:
    viewer = TextViewer()
    qtbot.addWidget(viewer)

    async def scenario() -> None:
        viewer.show_content(content(b"old", b"old"))
        viewer.show_content(content(b"new", b"new"))
        await until(viewer.view.toPlainText)
        assert viewer.view.toPlainText() == "new"

    run(scenario())


def _shown(run: Run, viewer: PictureViewer, head: bytes, **more: object) -> None:
    done: list[bool] = []
    viewer.shown.connect(lambda: done.append(True))

    async def scenario() -> None:
        viewer.show_content(content(b"x.png", head, **more))
        await until(lambda: done)

    run(scenario())


def test_a_picture_is_shown_with_its_facts(qtbot: QtBot, run: Run) -> None:
    viewer = PictureViewer()
    qtbot.addWidget(viewer)
    viewer.show()
    _shown(run, viewer, png(30, 20))
    assert viewer.has_picture
    assert viewer.facts.startswith("30 x 20 · PNG")


def test_the_rest_of_a_large_picture_is_read(qtbot: QtBot, run: Run) -> None:
    viewer = PictureViewer()
    qtbot.addWidget(viewer)
    data = png(300, 200)

    async def read(offset: int, count: int) -> bytes:
        return data[offset : offset + count]

    _shown(run, viewer, data[:64], total_size=len(data), read=read)
    assert viewer.has_picture


@pytest.mark.qt_log_ignore("QImageIOHandler", "QImageReader", "libpng", "JPEG", "propagateSizeHints")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(bomb(60_000, 60_000), "too many pixels", id="pixels"),
        pytest.param(bomb(7_900, 7_900), "too large", id="memory"),
        pytest.param(png()[:60], "damaged", id="cut"),
        pytest.param(b"\xff\xd8\xff" + bytes(40), "damaged", id="nonsense"),
    ],
)
def test_a_hostile_picture_is_refused_in_words(qtbot: QtBot, run: Run, data: bytes, reason: str) -> None:
    viewer = PictureViewer()
    qtbot.addWidget(viewer)
    viewer.show()
    _shown(run, viewer, data)
    assert not viewer.has_picture
    assert viewer._problem.isVisible()
    assert reason in viewer._problem.accessibleName()


def test_a_picture_of_huge_size_is_not_even_read(qtbot: QtBot, run: Run) -> None:
    viewer = PictureViewer()
    qtbot.addWidget(viewer)

    async def read(offset: int, count: int) -> bytes:
        raise AssertionError("must not be read")

    _shown(run, viewer, png(), total_size=picture.MAX_FILE_BYTES + 1, read=read)
    assert not viewer.has_picture


def test_details_are_exact(qtbot: QtBot) -> None:
    viewer = DetailsViewer()
    qtbot.addWidget(viewer)
    xattrs = [ExtendedAttribute(b"security.selinux", b"system_u\0"), ExtendedAttribute(b"user.raw", b"\xff")]
    viewer.show_content(content(b"caf\xe9", b"x" * 1500, stat=status(0o104755, 1500), xattrs=xattrs))
    facts = dict(viewer.facts)
    assert facts["Name"] == "caf\\xe9"
    assert facts["Name in bytes"] == "63 61 66 e9"
    assert "1,500 bytes" in facts["Size"]
    assert facts["Mode"] == "-rwsr-xr-x (4755)"
    assert ".000000007" in facts["Modified"]
    assert facts["security.selinux"] == "system_u"
    assert facts["user.raw"] == "\\xff"


def test_a_time_beyond_all_calendars_is_shown(qtbot: QtBot) -> None:
    viewer = DetailsViewer()
    qtbot.addWidget(viewer)
    beyond = replace(status(), mtime_ns=2**63 - 1, atime_ns=-(2**63))
    viewer.show_content(content(b"x", b"", stat=beyond))
    assert len(viewer.facts) > 8


def _saved(image_format: str) -> bytes:
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    for place in range(64 * 64):
        image.setPixelColor(place % 64, place // 64, QColor(place * 37 % 256, place * 91 % 256, place // 64 * 4))
    array = QByteArray()
    buffer = QBuffer(array)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, image_format)
    return bytes(array.data())


@pytest.mark.qt_log_ignore("JPEG")
@pytest.mark.parametrize("image_format", ["jpeg", "bmp"])
def test_a_picture_that_is_cut_off_says_so(image_format: str) -> None:
    data = _saved(image_format)
    assert "incomplete" not in picture.decode(data, image_format).facts
    half = picture.decode(data[: len(data) // 2], image_format)
    assert half.image is not None
    assert half.facts.endswith("incomplete")


@pytest.mark.qt_log_ignore("libpng", "propagateSizeHints")
@pytest.mark.parametrize("kind", ["damaged", "unreadable"])
def test_a_picture_that_cannot_be_shown_says_why_and_offers_its_bytes(qtbot: QtBot, run: Run, kind: str) -> None:
    async def broken(_offset: int, _count: int) -> bytes:
        raise GuestError("a bad block", procedure="pread", errno_name="EIO")

    async def scenario() -> None:
        pane = PreviewPane()
        qtbot.addWidget(pane)
        pane.show()
        data = _saved("png")
        if kind == "damaged":
            pane.show_content(content(b"a.png", data[: len(data) // 2]))
        else:
            pane.show_content(content(b"a.png", data[:64], total_size=len(data), read=broken))
        viewer = pane.viewer("picture")
        assert isinstance(viewer, PictureViewer)
        await until(lambda: viewer.problem)
        assert ("damaged" if kind == "damaged" else "bad block") in viewer.problem
        pane.take_focus()
        focused = pane.focusWidget()
        assert isinstance(focused, QPushButton), "the way on cannot be reached by keyboard"
        qtbot.keyClick(focused, Qt.Key.Key_Space)
        assert pane.current_viewer == "hex"
        assert not viewer.problem
        pane.clear()

    run(scenario())
