"""cat and get bring out the bytes that are in the image, or nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from cutaway.testing import FakeAppliance
from cutaway.testing.sample import PASSWD

from .conftest import Run


def test_cat_prints_the_file(run: Run, debian: str) -> None:
    done = run("cat", debian, "/etc/passwd")
    assert (done.code, done.output, done.errors) == (0, PASSWD, "")


def test_cat_of_a_folder_is_refused(run: Run, debian: str) -> None:
    done = run("cat", debian, "/etc")
    assert (done.code, done.output, done.errors) == (1, b"", "cutaway: /etc is a folder\n")


def test_checksums_are_printed_or_written(run: Run, debian: str, tmp_path: Path) -> None:
    digest = hashlib.sha256(PASSWD).hexdigest()
    done = run("checksum", debian, "/etc/passwd")
    assert (done.code, done.text, done.errors) == (0, f"{digest}  passwd\n", "")
    assert run("checksum", debian, "etc/passwd", "--type", "md5", "-o", "sums").text == ""
    assert (tmp_path / "sums").read_text() == f"{hashlib.md5(PASSWD, usedforsecurity=False).hexdigest()}  passwd\n"


def test_a_checksum_of_what_is_missing_is_an_error(run: Run, debian: str) -> None:
    done = run("checksum", debian, "/nowhere")
    assert (done.code, done.output) == (5, b"")
    assert "nowhere" in done.errors


def test_get_of_a_file_to_a_new_name(run: Run, debian: str, tmp_path: Path) -> None:
    assert run("get", debian, "/etc/passwd", "users").code == 0
    assert (tmp_path / "users").read_bytes() == PASSWD


def test_get_of_a_file_to_a_folder(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run("get", debian, "/etc/passwd", "out")
    assert (tmp_path / "out" / "passwd").read_bytes() == PASSWD
    assert done.errors.startswith("1 file, ")


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


def test_several_paths_go_into_a_folder(run: Run, debian: str, tmp_path: Path) -> None:
    done = run("get", debian, "/etc/ssh", "/etc/passwd", "/etc/hostname", ".")
    assert done.code == 0
    assert sorted(os.listdir(tmp_path)) == ["hostname", "passwd", "ssh"]


@pytest.mark.parametrize("name", ["some.tar", "some.tar.gz", "some.tgz"])
def test_a_name_that_tells_an_archive_gets_one(run: Run, debian: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("older")
    done = run("get", debian, "/etc/ssh", "/etc/passwd", name)
    assert (done.code, done.output) == (0, b"")
    with tarfile.open(tmp_path / name) as archive:
        assert {"passwd", "ssh/sshd_config"} <= set(archive.getnames())
    assert os.listdir(tmp_path) == [name]


def test_an_archive_follows_the_rule_if_one_is_given(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "some.zip").write_text("mine")
    assert run("get", "--conflict", "fail", debian, "/etc/ssh", "some.zip").code == 6
    assert run("get", "--conflict", "rename", debian, "/etc/ssh", "some.zip").code == 0
    assert zipfile.is_zipfile(tmp_path / "some (2).zip")
    assert (tmp_path / "some.zip").read_text() == "mine"


def test_an_archive_goes_to_standard_output(run: Run, debian: str) -> None:
    done = run("get", debian, "/etc/ssh", "/etc/passwd", "-", "--archive", "tar")
    with tarfile.open(fileobj=io.BytesIO(done.output)) as archive:
        assert {"passwd", "ssh/sshd_config"} <= set(archive.getnames())


def test_a_folder_named_like_an_archive_is_a_folder(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "some.zip").mkdir()
    assert run("get", debian, "/etc/passwd", "some.zip").code == 0
    assert (tmp_path / "some.zip/passwd").read_bytes() == PASSWD


def test_an_archive_in_the_image_is_copied_as_it_is(run: Run, tmp_path: Path) -> None:
    assert run("get", "--device", "/dev/sda1", "/images/archive.img", "/one.tar", "mine.tar").code == 0
    assert (tmp_path / "mine.tar").read_bytes() == b"as it is"
    assert run("get", "--device", "/dev/sda1", "/images/archive.img", "/one.tar", "mine.zip").code == 0
    assert zipfile.ZipFile(tmp_path / "mine.zip").read("one.tar") == b"as it is"


@pytest.mark.parametrize(
    ("arguments", "said"), [(("/etc",), "at least one path"), (("/etc/ssh", "/etc/passwd", "-"), "--archive")]
)
def test_what_makes_no_sense_is_refused(run: Run, debian: str, arguments: tuple[str, ...], said: str) -> None:
    done = run("get", debian, *arguments)
    assert done.code == 2
    assert said in done.errors


def test_a_missing_path_among_several_leaves_nothing(run: Run, debian: str, tmp_path: Path) -> None:
    assert run("get", debian, "/etc/ssh", "/etc/nowhere", "some.tar").code == 5
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("destination", [".", "some.tar"])
def test_what_could_not_be_read_is_named_and_has_a_code(
    run: Run, fake: FakeAppliance, debian: str, tmp_path: Path, destination: str
) -> None:
    fake.behaviour.unreadable.add(b"/etc/ssh/ssh_config")
    done = run("get", debian, "/etc/ssh", "/etc/passwd", destination)
    assert done.code == 7
    assert "cutaway: could not be read: /etc/ssh/ssh_config: Input/output error" in done.errors
    assert len(os.listdir(tmp_path)) == (2 if destination == "." else 1)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(run: Run, debian: str, tmp_path: Path) -> None:
    done = run("get", debian, "/srv/special", ".", "--dry-run")
    assert done.code == 0
    lines = done.text.splitlines()
    assert lines[0] == "/srv/special -> ./special"
    assert "3 special files left out:" in lines
    assert "  /srv/special/null: it is a character device" in lines
    assert lines[-1] == "nothing was written"
    assert os.listdir(tmp_path) == []


def test_a_dry_run_counts_one_thing_as_one(run: Run, debian: str) -> None:
    lines = run("get", debian, "/usr/bin/passwd", "/srv/special/null", ".", "--dry-run").text.splitlines()
    assert {"1 file loses set-user-ID or set-group-ID:", "1 special file left out:"} <= set(lines)


def test_a_dry_run_for_programs(run: Run, debian: str, tmp_path: Path) -> None:
    found = json.loads(run("get", debian, "/srv/special", ".", "-n", "--json").text)
    assert found["roots"][0]["outcome"] == "new"
    assert {note["kind"]: note["count"] for note in found["notes"]}["special left out"] == 3
    assert found["trouble"] == ""
    assert os.listdir(tmp_path) == []


def test_a_dry_run_of_a_single_file(run: Run, debian: str, tmp_path: Path) -> None:
    assert run("get", debian, "/etc/passwd", "users", "-n").text.startswith("/etc/passwd -> users\n1 file\n")
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


def test_a_dry_run_of_an_archive(run: Run, debian: str, tmp_path: Path) -> None:
    done = run("get", debian, "/etc/ssh", "/etc/passwd", "some.zip", "-n")
    assert done.code == 0
    assert done.text.splitlines()[:3] == ["in some.zip:", "/etc/ssh -> ssh", "/etc/passwd -> passwd"]
    found = json.loads(run("get", debian, "/etc/ssh", "-", "--archive", "tar", "-n", "--json").text)
    assert (found["roots"][0]["destination_path"], found["free"]) == ("ssh", None)
    assert os.listdir(tmp_path) == []


def test_an_archive_has_names_for_windows_and_a_report_for_programs(run: Run, debian: str, tmp_path: Path) -> None:
    report = json.loads(run("get", debian, "/srv/names", "some.zip", "--encode-names", "--json").text)
    assert report["renamed"]
    names = zipfile.ZipFile(tmp_path / "some.zip").namelist()
    assert not any(set(name) & set('<>:"\\|?*\n') for name in names)
    assert run("get", debian, "/etc/passwd", "-", "--json").code == 2
