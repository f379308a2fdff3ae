"""`cutaway sqlite`: tables, rows, JSON and CSV."""

from __future__ import annotations

import json

from .conftest import Run

IMAGE, FILE = "/images/base.img", "/base.sqlite"


def test_tables_are_listed(run: Run) -> None:
    lines = run("sqlite", IMAGE, FILE).text.splitlines()
    assert lines[1].split() == ["numbers", "table", "450", "n,", "square"]
    assert lines[3].split() == ["tall", "view", "name"]


def test_rows_are_printed_harmlessly(run: Run) -> None:
    done = run("sqlite", IMAGE, FILE, "people")
    assert b"\x1b" not in done.output
    assert done.text.splitlines()[1].split() == ["1", "Ada", "1.65", "<3", "B>", "NULL"]
    assert len(run("sqlite", IMAGE, FILE, "numbers").text.splitlines()) == 451
    assert len(run("sqlite", IMAGE, FILE, "numbers", "-n", "3").text.splitlines()) == 4


def test_json_and_csv_have_whole_values(run: Run) -> None:
    first, second = json.loads(run("sqlite", IMAGE, FILE, "people", "--json").text)
    assert first == {"id": 1, "name": "Ada", "height": 1.65, "picture": "00ff10", "note": None}
    assert second["note"] == "a\x1b[31m\nb"
    lines = run("sqlite", IMAGE, FILE, "people", "--csv").text.splitlines()
    assert lines[:2] == ["id,name,height,picture,note", "1,Ada,1.65,00ff10,"]
    assert lines[2].startswith("2,'=1+1,-0.5,,")


def test_what_is_not_there_is_told(run: Run) -> None:
    assert run("sqlite", IMAGE, FILE, "nobody").code == 5
    assert "no database of SQLite" in run("sqlite", "/images/archive.img", "/one.tar").errors
