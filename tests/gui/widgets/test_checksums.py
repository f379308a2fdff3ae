"""Checksums: those of the whole file, compared with what the person has; stopped when the file is left."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import pytest
from cutaway.errors import GuestError
from cutaway_app.viewers.checksum_text import WORDS, read_sum
from cutaway_app.viewers.checksums import KINDS, ChecksumPanel, verdict
from cutaway_app.viewers.details import DetailsViewer
from gui.widgets.conftest import Run
from gui.widgets.values import content, status, until
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

DATA = bytes(range(256)) * 20_000


async def read(offset: int, count: int) -> bytes:
    return DATA[offset : offset + count]


def panel_of(qtbot: QtBot, viewer: DetailsViewer) -> ChecksumPanel:
    qtbot.addWidget(viewer)
    viewer.show()
    assert viewer.checksums is not None
    return viewer.checksums


@pytest.mark.parametrize("size", [0, 1000, len(DATA)])
def test_they_are_those_of_the_whole_file(qtbot: QtBot, run: Run, size: int) -> None:
    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", DATA[:1000][:size], total_size=size, read=read))
        panel = panel_of(qtbot, viewer)
        panel.button.setFocus()
        qtbot.keyClick(panel.button, Qt.Key.Key_Space)
        await until(lambda: panel.sums)
        assert panel.sums == {kind: hashlib.new(kind, DATA[:size]).hexdigest() for kind in KINDS}
        panel.compare_edit.setText(panel.sums["sha1"].upper())
        assert panel.said == "It matches: SHA-1"
        panel.compare_edit.setText("0" * 40)
        assert panel.said == "It does not match: SHA-1"
        panel.compare_edit.clear()
        assert panel.said == ""

    run(scenario())


SUMS = {kind: hashlib.new(kind, DATA).hexdigest() for kind in WORDS}
NAMELESS = ("{sum}", "{SUM}", "{sum}  file (1).iso", "{sum} *dir/file (1).iso")
NAMED = (
    "{KIND} (file (1).iso) = {sum}", "{KIND}(file (1).iso)= {sum}", "{kind}:{sum}", "  {WORD}: {SUM} ", "{kind}={sum}",
    "{kind}:{sum}  file (1).iso",
)  # fmt: skip
CASES = [(kind, form) for kind in WORDS for form in (*NAMED, *NAMELESS)]


@pytest.mark.parametrize(("kind", "form"), CASES)
def test_a_sum_is_understood_however_it_is_written(kind: str, form: str) -> None:
    text = form.format(
        kind=kind.replace("_", "-"), KIND=kind.upper().replace("_", "-"), WORD=WORDS[kind], sum=SUMS[kind],
        SUM=SUMS[kind].upper(),
    )  # fmt: skip
    assert verdict(SUMS, read_sum(text), "file (1).iso") == f"It matches: {WORDS[kind]}"
    wrong = text.replace(SUMS[kind], SUMS[kind][::-1]).replace(SUMS[kind].upper(), SUMS[kind][::-1])
    assert verdict(SUMS, read_sum(wrong), "file (1).iso").startswith("It does not match: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"SHA2-256(x)= {SUMS['sha256']}", "It matches: SHA-256"),
        (":".join(SUMS["sha1"][at : at + 2] for at in range(0, 40, 2)), "It matches: SHA-1"),
        (" ".join(SUMS["sha256"][at : at + 8] for at in range(0, 64, 8)), "It matches: SHA-256"),
        (f"sha512-{base64.b64encode(bytes.fromhex(SUMS['sha512'])).decode()}", "It matches: SHA-512"),
        (f"{SUMS['md5']}  -", "It matches: MD5"),
        (f"{SUMS['md5']}  other.iso", "It matches: MD5; the line is about other.iso"),
        (f"{'0' * 64}  {SUMS['sha256']}",
         f"It does not match: SHA-256 or SHA3-256; the line is about {SUMS['sha256']}"),
        (f"sha256:{SUMS['sha256'][:-1]}", "This is no whole SHA-256: it has 64 digits"),
        (f"sha256:{SUMS['sha1']}", "This is no whole SHA-256: it has 64 digits"),
        (f"SHA512/256 (x) = {SUMS['sha256']}", "SHA512/256 is not known here"),
        ("abc", "No checksum that is known has 3 digits"), ("what", "This is no checksum"), ("", ""),
    ],
)  # fmt: skip
def test_it_is_said_which_algorithm_it_was_or_what_is_wrong(text: str, said: str) -> None:
    assert verdict(SUMS, read_sum(text), "x") == said


def test_a_sum_to_compare_is_enough_to_begin_and_of_a_rare_kind_too(qtbot: QtBot, run: Run) -> None:
    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", DATA[:1000], total_size=len(DATA), read=read))
        panel = panel_of(qtbot, viewer)
        panel.compare_edit.setText(f"SHA256 (x) = {SUMS['sha256']}")
        await until(lambda: panel.sums)
        assert panel.said == "It matches: SHA-256"
        panel.compare_edit.setText(f"sha384:{SUMS['sha384']}")
        await until(lambda: "sha384" in panel.sums)
        assert panel.said == "It matches: SHA-384"
        shown = [line.text() for line in panel.findChildren(QLineEdit) if line.isReadOnly()]
        assert shown == [SUMS[kind] for kind in ("sha256", "sha1", "md5", "sha512", "sha384")]

    run(scenario())


def test_a_sum_that_does_not_say_what_it_is_of_is_tried(qtbot: QtBot, run: Run) -> None:
    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", DATA[:1000], total_size=len(DATA), read=read))
        panel = panel_of(qtbot, viewer)
        panel.button.click()
        await until(lambda: panel.sums)
        panel.compare_edit.setText(f"{SUMS['sha256']}  x")
        assert panel.said == "It matches: SHA-256"  # and nothing else is tried any more
        assert "sha3_256" not in panel.sums
        panel.compare_edit.setText(f"{SUMS['sha3_256']}  x")
        await until(lambda: panel.said == "It matches: SHA3-256")
        panel.compare_edit.setText("0" * 96)
        await until(lambda: panel.said == "It does not match: SHA-384 or SHA3-384")

    run(scenario())


def test_a_sum_that_is_pasted_while_others_are_made_is_compared_then(qtbot: QtBot, run: Run) -> None:
    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", DATA[:1000], total_size=len(DATA), read=read))
        panel = panel_of(qtbot, viewer)
        panel.button.click()
        panel.compare_edit.setText(SUMS["sha224"])
        await until(lambda: panel.said == "It matches: SHA-224")

    run(scenario())


def test_a_part_that_cannot_be_read_is_told(qtbot: QtBot, run: Run) -> None:
    async def broken(_offset: int, _count: int) -> bytes:
        raise GuestError("a bad block", procedure="pread", errno_name="EIO")

    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", b"head", total_size=10_000, read=broken))
        panel = panel_of(qtbot, viewer)
        panel.button.click()
        await until(lambda: "bad block" in panel.said)
        assert panel.button.text() == "Compute", "it can be tried again"

    run(scenario())


def test_nothing_is_read_any_more_when_the_file_is_left(qtbot: QtBot, run: Run) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def endless(_offset: int, _count: int) -> bytes:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        return b""

    viewer = DetailsViewer()

    async def scenario() -> None:
        viewer.show_content(content(b"x", b"head", total_size=10_000, read=endless))
        panel_of(qtbot, viewer).button.click()
        await begun.wait()
        viewer.clear()
        await gone.wait()

    run(scenario())


def test_a_folder_has_none(qtbot: QtBot) -> None:
    viewer = DetailsViewer()
    qtbot.addWidget(viewer)
    viewer.show_content(content(b"etc", b"", stat=status(0o040755)))
    assert viewer.checksums is None
