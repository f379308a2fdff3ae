"""Where and how to extract: the choices reach the extraction and the next dialog; a look before shows what it does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.testing import FakeAppliance
from cutaway.transfer.policy import ExtractPolicy
from cutaway_app.bridge.bulk import Extraction
from cutaway_app.models.jobs import Job, JobState
from cutaway_app.widgets.extract_dialog import ExtractDialog
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QFileDialog, QLineEdit, QPushButton, QWidget

Play = Callable[[Scenario], None]
Key = Qt.Key


async def opened(on: Harness, folder: bytes, *names: bytes) -> ExtractDialog:
    """Select something and open the dialog."""
    await on.go(folder)
    on.select(*names)
    on.window.actions_["extract"].trigger()
    dialog = on.program.job_wiring.dialogs.dialog
    assert dialog is not None
    return dialog


def named(dialog: ExtractDialog, kind: type[QWidget], name: str) -> QWidget:
    return next(one for one in dialog.findChildren(kind) if one.accessibleName() == name)


def choose(dialog: ExtractDialog, name: str, value: str) -> None:
    box = named(dialog, QComboBox, name)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))


def check(dialog: ExtractDialog, name: str) -> None:
    box = named(dialog, QCheckBox, name)
    assert isinstance(box, QCheckBox)
    box.click()


async def extracted(on: Harness, dialog: ExtractDialog, folder: Path) -> Job:
    """Extract into a folder, and wait for the job's end."""
    line = dialog.findChild(QLineEdit)
    line.setText(os.fspath(folder))
    added = on.next(on.models.jobs.rowsInserted)
    dialog.extract_button.click()
    await added
    job = on.models.jobs.job(0)
    await on.until(lambda: job.is_over, job.changed)
    assert job.state is JobState.DONE, job.error
    return job


async def looked(on: Harness, act: Callable[[], object]) -> list[str]:
    """Do something, and return what the preview says after it."""
    ready = on.next(on.program.extraction_previews.ready, on.program.extraction_previews.failed)
    act()
    await ready
    dialog = on.program.job_wiring.dialogs.dialog
    assert dialog is not None
    return dialog.preview.said


def test_what_is_chosen_is_done_and_remembered(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/srv", b"names", b"links")
        dialog.options_button.click()
        choose(dialog, "Symbolic links", "skip")
        choose(dialog, "Names", "encoded")
        choose(dialog, "If a name is taken", "replace")
        check(dialog, "Compare with the image afterwards")
        check(dialog, "Write a list of all that is found")
        check(dialog, "Times")
        job = await extracted(on, dialog, tmp_path)
        assert not list((tmp_path / "links").iterdir())
        assert (tmp_path / "names" / "quote%22and'quote").exists()
        assert "under another name" in job.note
        assert "Windows does not allow its name" in job.details
        manifest = tmp_path / "links and 1 more.manifest.jsonl"
        assert len([json.loads(line) for line in manifest.read_text().splitlines()]) > 20
        assert on.window.actions_["conflict_replace"].isChecked()
        again = await opened(on, b"/srv", b"names")
        assert again.folder == os.fspath(tmp_path)
        assert again.options_button.isChecked()
        expected = ExtractPolicy(conflict="replace", symlinks="skip", encode_names=True, keep_times=False)
        assert again.options.choices.policy == expected
        assert again.options.choices.verify
        assert again.options.choices.manifest
        again.reject()

    play(scenario)


def test_a_look_shows_what_will_happen_and_follows_the_choices(play: Play, tmp_path: Path) -> None:
    (tmp_path / "special").mkdir()

    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/srv", b"special")
        dialog.findChild(QLineEdit).setText(os.fspath(tmp_path))
        said = await looked(on, dialog.preview_button.click)
        assert said[0].startswith("5 files, ")
        assert "3 special files are left out" in said
        assert "special becomes special (2), since the name is taken" in said
        said = await looked(on, lambda: choose(dialog, "Special files", "all"))
        assert "3 special files are left out" not in said
        said = await looked(on, lambda: choose(dialog, "If a name is taken", "skip"))
        assert "special is left out, since the name is taken" in said
        said = await looked(on, lambda: choose(dialog, "If a name is taken", "replace"))
        assert said[0].startswith("It would fail: ")
        said = await looked(on, lambda: dialog.findChild(QLineEdit).setText(os.fspath(tmp_path / "nowhere")))
        assert "nowhere" in said[0]
        assert os.listdir(tmp_path / "special") == []
        dialog.preview_button.click()
        assert not dialog.preview.isVisible()
        dialog.reject()
        assert on.models.jobs.rowCount() == 0

    play(scenario)


def test_a_look_at_an_edited_image_sees_the_changes(play: Play, tmp_path: Path) -> None:
    source = tmp_path / "new"
    source.write_bytes(b"new")

    async def scenario(on: Harness) -> None:
        session = await on.open()
        await on.go(b"/etc/ssh")
        on.window.actions_["edit"].trigger()
        await on.until(lambda: session.is_edited, session.changed)
        arrived = on.next(on.program.edits.arrived)
        on.program.edit_wiring.put(on.place, [os.fspath(source)])
        await arrived
        dialog = await opened(on, b"/etc", b"ssh")
        dialog.findChild(QLineEdit).setText(os.fspath(tmp_path))
        said = await looked(on, dialog.preview_button.click)
        assert said[0].startswith("3 files, ")
        dialog.reject()
        on.program.edits.give_up(session)

    play(scenario)


def test_closing_the_dialog_ends_a_look_that_takes_long(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.behaviour.hang_in |= {"walk"}

    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/srv", b"names")
        dialog.findChild(QLineEdit).setText(os.fspath(tmp_path))
        dialog.preview_button.click()
        assert dialog.preview.said == ["Looking…"]
        dialog.reject()
        fake.behaviour.hang_in -= {"walk"}
        await on.go(b"/etc")
        assert "hostname" in on.names

    play(scenario)


@pytest.mark.parametrize(("folder", "words"), [("nowhere", "no such folder"), ("", "Choose a folder")])
def test_a_folder_that_is_not_there_is_said_before(play: Play, tmp_path: Path, folder: str, words: str) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/etc", b"hostname")
        line = dialog.findChild(QLineEdit)
        line.setText(os.fspath(tmp_path / folder) if folder else "")
        dialog.extract_button.click()
        assert not dialog.extract_button.isEnabled()
        await on.until(dialog.extract_button.isEnabled, on.program.job_wiring.dialogs.complained)
        assert words in dialog.error
        assert dialog.isVisible()
        line.setText(os.fspath(tmp_path))
        assert dialog.error == ""
        await extracted(on, dialog, tmp_path)
        assert (tmp_path / "hostname").read_bytes() == b"web01\n"

    play(scenario)


def test_a_folder_that_is_not_there_is_made_if_the_person_wants(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/etc", b"hostname")
        line = dialog.findChild(QLineEdit)
        line.setText(os.fspath(tmp_path / "new/deep"))
        dialog.extract_button.click()
        await on.until(dialog.extract_button.isEnabled, on.program.job_wiring.dialogs.complained)
        assert dialog.extract_button.text() == "Make Folder and Extract"
        line.setText(os.fspath(tmp_path / "new/deeper"))
        assert dialog.extract_button.text() == "&Extract"
        dialog.extract_button.click()
        await on.until(dialog.extract_button.isEnabled, on.program.job_wiring.dialogs.complained)
        assert not (tmp_path / "new").exists()
        await extracted(on, dialog, tmp_path / "new/deeper")
        assert (tmp_path / "new/deeper/hostname").read_bytes() == b"web01\n"

    play(scenario)


def test_a_drag_is_extracted_as_was_chosen_last(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        dialog = await opened(on, b"/srv", b"links")
        choose(dialog, "Symbolic links", "keep")
        await extracted(on, dialog, tmp_path)
        (tmp_path / "drag").mkdir()
        job = on.program.job_wiring.extract(
            Extraction(session.machine, session.trees[0], (b"/srv/links",), ""), os.fspath(tmp_path / "drag")
        )
        await on.until(lambda: job.is_over, job.changed)
        assert os.readlink(tmp_path / "drag/links/absolute") == "/etc/hostname"

    play(scenario)


def test_the_folder_can_be_chosen(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/etc", b"hostname")
        button = named(dialog, QPushButton, "Choose the folder")
        assert isinstance(button, QAbstractButton)
        button.click()
        chooser = dialog.findChild(QFileDialog)
        chooser.fileSelected.emit(os.fspath(tmp_path))
        chooser.reject()
        assert dialog.folder == os.fspath(tmp_path)
        dialog.reject()

    play(scenario)


def test_everything_can_be_reached_by_key_and_has_a_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        dialog = await opened(on, b"/etc", b"hostname")
        dialog.options_button.setChecked(True)
        seen: list[QWidget] = []
        while (widget := dialog.focusWidget()) not in seen:
            assert widget is not None
            seen.append(widget)
            assert widget.accessibleName(), widget
            QTest.keyClick(widget, Key.Key_Tab)
        boxes = [*dialog.findChildren(QComboBox), *dialog.findChildren(QCheckBox)]
        assert len(boxes) == 10
        assert set(boxes) < set(seen)
        assert dialog.extract_button in seen
        texts = [one.text() for one in dialog.findChildren(QAbstractButton) if one.isVisible()]
        keys = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(keys) == len(set(keys)), f"two buttons have one key: {sorted(keys)}"
        QTest.keyClick(dialog, Key.Key_Escape)
        assert on.program.job_wiring.dialogs.dialog is None

    play(scenario)
