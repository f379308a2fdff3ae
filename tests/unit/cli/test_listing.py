"""The commands that list print what is there, in a form that neither pipes nor terminals suffer from."""

from __future__ import annotations

import json
import os

import pytest
from cutaway.cli.output import mode_text, print_json, print_table, printable, size_text, time_text

from .conftest import EVIL, Run


def test_ls_prints_names_as_they_are_into_a_pipe(run: Run) -> None:
    assert run("ls", "/images/hostile.img").output == b"link\n" + EVIL + b"\n"


def test_ls_ends_names_with_zeros_if_asked(run: Run) -> None:
    assert run("ls", "-0", "/images/hostile.img", "/").output == b"link\0" + EVIL + b"\0"


def test_ls_prints_json_that_gives_the_bytes_back(run: Run) -> None:
    names = json.loads(run("ls", "--json", "/images/hostile.img").output)
    assert [os.fsencode(name) for name in names] == [b"link", EVIL]


def test_find_prints_the_paths_of_what_has_a_text_in_its_name(run: Run, debian: str) -> None:
    assert sorted(run("find", debian, "SSHD_", "etc").output.splitlines()) == [b"/etc/ssh/sshd_config"]
    assert run("find", "-0", "/images/hostile.img", "*[R]ed*").output == b"/" + EVIL + b"\0"
    (found,) = json.loads(run("find", "--json", debian, "hostname", "/etc").output)
    assert (found["name"], found["stat"]["size"]) == ("/etc/hostname", 6)


def test_a_path_without_a_leading_slash_begins_at_the_root(run: Run, debian: str) -> None:
    assert run("ls", debian, "etc/ssh").output == b"ssh_config\nsshd_config\n"


def test_ll_shows_modes_owners_and_link_targets_escaped(run: Run) -> None:
    lines = run("ll", "/images/hostile.img").text.splitlines()
    assert lines[1].startswith("lrwxrwxrwx")
    assert lines[1].endswith("link -> to\\x0anowhere")
    assert lines[2].endswith("red\\x1b[31m\\xff")


def test_ll_prints_json(run: Run, debian: str) -> None:
    entries = json.loads(run("ll", debian, "/etc", "--json").output)
    assert {entry["name"]: entry["stat"]["size"] for entry in entries}["hostname"] == 6


def test_filesystems_lists_what_can_be_mounted_and_what_not(run: Run, debian: str) -> None:
    lines = run("filesystems", debian).text.splitlines()
    assert lines[0].split() == ["DEVICE", "TYPE", "LABEL", "UUID", "SIZE"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["/dev/sda1", "ext2"], ["/dev/sda2", "swap"], ["/dev/vg0/root", "ext4"], ["/dev/vg0/home", "xfs"],
    ]  # fmt: skip


def test_a_label_cannot_clear_the_screen(run: Run) -> None:
    assert b"\x1b" not in run("filesystems", "/images/hostile.img").output
    assert b"\x1b" not in run("info", "/images/hostile.img").output


def test_the_name_of_a_system_cannot_clear_the_screen(run: Run) -> None:
    output = run("info", "/images/hostile-system.img").text
    assert "Evil\\x1b[2J (unknown), host name ho\\x1b[31mst" in output
    assert "\x1b" not in output


def test_info_tells_the_system_and_its_mounts(run: Run, debian: str) -> None:
    text = run("info", debian).text
    assert "Debian GNU/Linux 12 (bookworm)" in text
    assert "/dev/vg0/root ext4" in text
    survey = json.loads(run("info", debian, "--json").output)
    assert survey["systems"][0]["hostname"] == "web01"


def test_software_tells_what_is_installed(run: Run, debian: str) -> None:
    assert "dash  0.5.12-2" in run("software", debian).text
    (system,) = json.loads(run("software", debian, "--json").output)
    assert system["system"] == "Debian GNU/Linux 12 (bookworm)"
    assert [item["name"] for item in system["software"]] == ["dash"]


def test_the_system_s_whole_tree_is_mounted(run: Run, debian: str) -> None:
    assert run("ls", debian, "/boot/grub").output == b"grub.cfg\n"
    assert run("ls", debian, "/home").output == b"ada\n"


def test_a_named_device_is_mounted_alone(run: Run, debian: str) -> None:
    assert b"grub\n" in run("ls", debian, "--device", "/dev/sda1").output
    assert run("ls", "/images/two.img", "--device", "/dev/sda2").output == b"two\n"


def test_several_file_systems_without_a_system_are_named(run: Run) -> None:
    done = run("ls", "/images/two.img")
    assert (done.code, done.output) == (1, b"")
    assert "several file systems" in done.errors
    assert "try: Name one with --device: /dev/sda1, /dev/sda2" in done.errors


def test_an_image_without_file_system_says_so(run: Run) -> None:
    done = run("ls", "/images/nothing.img")
    assert done.code == 1
    assert "holds no file system" in done.errors


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äß", "plain äß"),
        (b"\xff", "\\xff"),
        ("a\nb\x1b", "a\\x0ab\\x1b"),
        ("\u202e", "\\u202e"),
        ("\x85", "\\x85"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_escaped(text: str | bytes, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4_200_000, "4.2 MB"), (10**18, "1000000.0 TB")]
)
def test_sizes_have_a_unit(size: int, text: str) -> None:
    assert size_text(size) == text


def test_modes_are_written_as_by_ls() -> None:
    assert mode_text(0o104755) == "-rwsr-xr-x"
    assert mode_text(0o041777) == "drwxrwxrwt"
    assert mode_text(0o120777)[0] == "l"


def test_a_hostile_time_is_a_number() -> None:
    assert time_text(10**30) == str(10**21)


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "SIZE"), [("long name", "1"), ("b", "1000")], frozenset({1}))
    assert capsys.readouterr().out == "A          SIZE\nlong name     1\nb          1000\n"


def test_json_holds_any_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({b"\xff": [b"a", None, (1, True)]})
    assert json.loads(capsys.readouterr().out) == {"\udcff": ["a", None, [1, True]]}


def test_grep_prints_path_line_and_text(run: Run, debian: str) -> None:
    assert run("grep", debian, "PermitRoot").output == b"/etc/ssh/sshd_config:1:PermitRootLogin no\n"
    assert run("grep", debian, "permitroot", "etc/ssh", "/srv").code == 8
    assert run("grep", "-i", debian, "permitroot", "etc/ssh", "/srv").code == 0
    assert run("grep", debian, "web", "/etc/hostname").output == b"/etc/hostname:1:web01\n"
    assert run("grep", "-E", debian, "^line (1|2)0$", "/srv/documents").output.count(b"\n") == 2


def test_grep_prints_nothing_of_what_is_no_text(run: Run, debian: str) -> None:
    found = run("grep", debian, "ABC", "/srv/documents/binary.dat")
    assert found.output == b"/srv/documents/binary.dat: binary file matches\n"


def test_grep_lists_files_once(run: Run, debian: str) -> None:
    assert run("grep", "-l", debian, "line", "/srv/documents/hundred.txt").output == b"/srv/documents/hundred.txt\n"
    assert run("grep", "-l0", "/images/hostile.img", "x").output == b"/" + EVIL + b"\0"


def test_grep_prints_json(run: Run, debian: str) -> None:
    (found,) = json.loads(run("grep", "--json", debian, "line 42", "/srv/documents").output)
    assert (found["path"], found["line"], found["text"]) == ("/srv/documents/hundred.txt", 42, "line 42")


def test_grep_says_that_there_is_more(run: Run, debian: str) -> None:
    some = run("grep", "--limit", "5", debian, "line", "/srv/documents/hundred.txt")
    assert some.output.count(b"\n") == 5
    assert "more than 5 hits" in some.errors
    every = run("grep", "--limit", "0", debian, "line", "/srv/documents/hundred.txt")
    assert (every.output.count(b"\n"), every.errors) == (100, "")


def test_grep_says_what_is_no_regular_expression(run: Run, debian: str) -> None:
    failed = run("grep", "-E", debian, "a(b", "/etc")
    assert failed.code == 1
    assert "no regular expression" in failed.errors


def test_grep_tells_of_paths_that_are_not_there(run: Run, debian: str) -> None:
    assert run("grep", debian, "x", "/nowhere").code == 5
