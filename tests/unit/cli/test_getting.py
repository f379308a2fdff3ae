"""cat and get bring out the bytes that are in the image, or nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cutaway.testing.sample import PASSWD

from .conftest import Run


def test_cat_prints_the_file(run: Run, debian: str) -> None:
    done = run("cat", debian, "/etc/passwd")
    assert (done.code, done.output, done.errors) == (0, PASSWD, "")


def test_cat_of_a_folder_is_refused(run: Run, debian: str) -> None:
    done = run("cat", debian, "/etc")
    assert (done.code, done.output, done.errors) == (1, b"", "cutaway: /etc is a folder\n")


def test_get_of_a_file_to_a_new_name(run: Run, debian: str, tmp_path: Path) -> None:
    assert run("get", debian, "/etc/passwd", "users").code == 0
    assert (tmp_path / "users").read_bytes() == PASSWD


def test_get_of_a_file_to_a_folder(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run("get", debian, "/etc/passwd", "out")
    assert (tmp_path / "out" / "passwd").read_bytes() == PASSWD
    assert done.errors.startswith("1 files, ")


def test_get_of_a_folder_brings_the_tree(run: Run, debian: str, tmp_path: Path) -> None:
    assert run("get", debian, "/etc/ssh", ".").code == 0
    assert sorted(os.listdir(tmp_path / "ssh")) == ["ssh_config", "sshd_config"]
    assert os.listdir(tmp_path) == ["ssh"]


def test_get_to_standard_output(run: Run, debian: str) -> None:
    assert run("get", debian, "/etc/passwd", "-").output == PASSWD


def test_get_tells_what_was_left_out(run: Run, debian: str) -> None:
    done = run("get", debian, "/srv/special", ".")
    assert done.code == 0
    assert "cutaway: left out: " in done.errors


def test_get_of_a_folder_that_cannot_be_made_says_where(run: Run, debian: str, tmp_path: Path) -> None:
    done = run("get", debian, "/etc/ssh", "missing/folder")
    assert done.code == 6
    assert "missing/folder" in done.errors
    assert os.listdir(tmp_path) == []


def test_a_full_disk_has_its_own_code(run: Run, debian: str) -> None:
    done = run("get", debian, "/etc/passwd", "/dev/full")
    assert done.code == 6
    assert done.errors.splitlines() == [
        "cutaway: /dev/full cannot be written: No space left on device",
        "  try: Free some space, or choose another disk.",
    ]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(run: Run, debian: str, tmp_path: Path) -> None:
    done = run("get", debian, "/srv/special", ".", "--dry-run")
    assert done.code == 0
    lines = done.text.splitlines()
    assert lines[0] == "/srv/special -> ./special"
    assert "3 special files left out:" in lines
    assert "  /srv/special/null: it is a character device" in lines
    assert lines[-1] == "nothing was written"
    assert os.listdir(tmp_path) == []


def test_a_dry_run_for_programs(run: Run, debian: str, tmp_path: Path) -> None:
    found = json.loads(run("get", debian, "/srv/special", ".", "-n", "--json").text)
    assert found["roots"][0]["outcome"] == "new"
    assert {note["kind"]: note["count"] for note in found["notes"]}["special left out"] == 3
    assert found["trouble"] == ""
    assert os.listdir(tmp_path) == []


def test_a_dry_run_of_a_single_file(run: Run, debian: str, tmp_path: Path) -> None:
    assert run("get", debian, "/etc/passwd", "users", "-n").text.startswith("/etc/passwd -> users\n1 files\n")
    (tmp_path / "users").write_bytes(b"mine")
    assert "in place of what is there" in run("get", debian, "/etc/passwd", "users", "-n").text
    assert (tmp_path / "users").read_bytes() == b"mine"


def test_a_dry_run_that_would_fail_says_so(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "ssh").mkdir()
    done = run("get", debian, "/etc/ssh", ".", "-n", "--conflict", "fail")
    assert done.code == 0
    assert "it would fail: " in done.text


def test_a_report_for_programs(run: Run, debian: str) -> None:
    report = json.loads(run("get", debian, "/etc/ssh", ".", "--json").text)
    assert report["files"] == 2
    assert report["destination_paths"] == ["./ssh"]


def test_names_are_written_for_windows_if_wished(run: Run, debian: str, tmp_path: Path) -> None:
    done = run("get", debian, "/srv/names", ".", "--encode-names")
    assert done.code == 0
    assert "cutaway: renamed: " in done.errors
    assert not any(set(name) & set(b'<>:"\\|?*\n') for name in os.listdir(os.fsencode(tmp_path / "names")))
