"""What a killed extraction leaves is found and removed, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from cutaway.transfer.journal import JournalEntry, clean_leftovers, journal_folder, unfinished
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.staging import Staging


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def leftover(tmp_path: Path) -> Path:
    """A hidden folder with a note about it."""
    folder = tmp_path / ".tree.part-1-abc"
    (folder / "0").mkdir(parents=True)
    (folder / "0/file").touch()
    JournalEntry(str(folder))
    return folder


def change(**facts: object) -> None:
    (file,) = journal_folder().glob("*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | facts))


def test_what_a_dead_process_left_is_removed(leftover: Path) -> None:
    (leftover / "0").chmod(0)
    change(pid=2**22 + 1)
    assert clean_leftovers() == [str(leftover)]
    assert not leftover.exists()
    assert list(journal_folder().iterdir()) == []


def test_what_a_living_process_builds_stays(leftover: Path) -> None:
    assert clean_leftovers() == []
    assert leftover.exists()


def test_another_process_with_the_same_number_does_not_protect_it(leftover: Path) -> None:
    change(started=1)
    assert clean_leftovers() == [str(leftover)]


@pytest.mark.parametrize("now", ["gone", "another folder", "a link", "a file"])
def test_something_else_under_the_name_is_left_alone(leftover: Path, tmp_path: Path, now: str) -> None:
    change(pid=2**22 + 1)
    leftover.rename(tmp_path / "moved")
    match now:
        case "another folder":
            leftover.mkdir()
        case "a link":
            leftover.symlink_to("moved")
        case "a file":
            leftover.touch()
    assert clean_leftovers() == []
    assert os.path.lexists(leftover) == (now != "gone")
    assert (tmp_path / "moved/0/file").exists()
    assert list(journal_folder().iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_a_damaged_note_does_no_harm(leftover: Path, text: str) -> None:
    (file,) = journal_folder().glob("*.json")
    file.write_text(text)
    assert clean_leftovers() == []
    assert leftover.exists()


def test_without_a_journal_folder_there_is_nothing_to_clean() -> None:
    assert clean_leftovers() == []


def test_a_removed_staging_leaves_no_note(tmp_path: Path) -> None:
    staging = Staging(str(tmp_path), "tree", ExtractPolicy())
    assert len(list(journal_folder().iterdir())) == 1
    staging.make_folder(b"0")
    staging.remove()
    staging.remove()
    assert list(journal_folder().iterdir()) == []
    assert os.listdir(tmp_path) == ["state"]


def test_a_state_folder_that_cannot_be_written_does_not_hinder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("in the way")
    staging = Staging(str(tmp_path), "tree", ExtractPolicy())
    staging.remove()
    assert "no journal" in caplog.text
    shutil.rmtree(tmp_path)


def test_an_extraction_that_ends_while_notes_are_read_is_no_complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    note = JournalEntry(str(tmp_path))
    monkeypatch.setattr(Path, "read_text", lambda path: note.erase() or path.read_bytes().decode())
    assert unfinished() == []
    assert not caplog.records
