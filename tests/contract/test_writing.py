"""Calls that write into single files, and that look into them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError

MIB = 1 << 20


def refused(handle: Handle, call: str, *arguments: object) -> str:
    """Make a call that has to fail; return errno's name."""
    with pytest.raises(GuestError) as caught:
        getattr(handle, call)(*arguments)
    return caught.value.errno_name


def test_contents_are_written(notebook: Handle) -> None:
    path = "/work/file"
    notebook.write(path, b"long enough")
    notebook.write(path, b"new")
    notebook.write_append(path, b" end\xff")
    assert notebook.pwrite(path, b"N", 0) == 1
    assert notebook.cat(path) == b"New end\xff"
    notebook.truncate_size(path, 3)
    assert notebook.cat(path) == b"New"
    notebook.truncate_size(path, 5)
    assert notebook.cat(path) == b"New\0\0"
    notebook.pwrite(path, b"far", 8)
    assert notebook.cat(path) == b"New\0\0\0\0\0far"
    notebook.truncate(path)
    assert notebook.filesize(path) == 0


def test_what_is_written_goes_through_links(notebook: Handle) -> None:
    notebook.ln_s(b"/work/file", "/work/link")
    notebook.write("/work/link", b"1")
    assert notebook.is_symlink("/work/link")
    assert notebook.cat("/work/file") == b"1"


@pytest.mark.parametrize("call", ["truncate", "touch"])
def test_what_is_no_file_is_not_written(notebook: Handle, call: str) -> None:
    notebook.mkfifo(0o600, "/work/pipe")
    assert refused(notebook, call, "/work/pipe") == "EINVAL"
    assert refused(notebook, call, "/work") == "EISDIR"
    assert refused(notebook, call, "/work/nowhere/file") == "ENOENT"


def test_only_what_is_there_gets_a_part_written(notebook: Handle) -> None:
    assert refused(notebook, "pwrite", "/work/file", b"", 0) == "ENOENT"
    assert refused(notebook, "truncate_size", "/work/file", 0) == "ENOENT"
    notebook.write("/work/file", b"1")
    assert refused(notebook, "pwrite", "/work/file", b"", -1) == "EINVAL"
    assert refused(notebook, "truncate_size", "/work/file", -1) == "EINVAL"


def test_files_are_filled(notebook: Handle) -> None:
    notebook.fill(0x61, 3, "/work/a")
    notebook.fill_pattern(b"xyz", 7, "/work/b")
    notebook.fallocate64("/work/c", 100_000)
    notebook.fill(0, MIB + 1, "/work/d")
    assert (notebook.cat("/work/a"), notebook.cat("/work/b")) == (b"aaa", b"xyzxyzx")
    assert notebook.filesize("/work/c") == 100_000
    assert notebook.is_zero("/work/d")
    notebook.mkdir("/work/many")
    notebook.fill_dir("/work/many", 300)
    assert notebook.ls("/work/many")[::299] == [b"00000000", b"00000299"]
    assert refused(notebook, "fill", 256, 1, "/work/x") == refused(notebook, "fill_pattern", b"", 1, "/work/x")
    assert not notebook.exists("/work/x")


def test_parts_of_files_are_copied(notebook: Handle) -> None:
    notebook.write("/work/from", b"0123456789")
    notebook.write("/work/to", b"abcdef")
    notebook.copy_file_to_file("/work/from", "/work/to", srcoffset=2, destoffset=1, size=3)
    assert notebook.cat("/work/to") == b"a234ef"
    notebook.copy_file_to_file("/work/from", "/work/to", append=True, size=1)
    assert notebook.cat("/work/to") == b"a234ef0"
    notebook.copy_file_to_file("/work/from", "/work/new", sparse=True)
    assert notebook.equal("/work/from", "/work/new")
    assert refused(notebook, "copy_file_to_file", "/work/from", "/work/to", 5, 0, 6) == "EINVAL"


def test_a_file_of_the_host_is_written_somewhere(notebook: Handle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"host")
    notebook.write("/work/file", b"0123456789")
    notebook.upload_offset(tmp_path / "file", "/work/file", 3)
    assert notebook.cat("/work/file") == b"012host789"
    notebook.upload_offset(tmp_path / "file", "/work/new", 2)
    assert notebook.cat("/work/new") == b"\0\0host"


def test_contents_are_compared_counted_and_shown(notebook: Handle) -> None:
    notebook.write("/work/a", b"one two\nthree  \n" + bytes(40) + b"end")
    notebook.write("/work/b", b"one two\nthree  \n" + bytes(40) + b"enD")
    assert notebook.equal("/work/a", "/work/a")
    assert not notebook.equal("/work/a", "/work/b")
    assert not notebook.is_zero("/work/a")
    assert (notebook.wc_l("/work/a"), notebook.wc_w("/work/a"), notebook.wc_c("/work/a")) == (2, 4, 59)
    assert notebook.hexdump("/work/a").splitlines() == [
        "00000000  6f 6e 65 20 74 77 6f 0a  74 68 72 65 65 20 20 0a  |one two.three  .|",
        "00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|",
        "*",
        "00000030  00 00 00 00 00 00 00 00  65 6e 64                 |........end|",
        "0000003b",
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("s", "plain text"), ("S", "plain text"), ("b", "plain text"), ("l", "a"), ("B", "wide"), ("L", "wide")],
)
def test_texts_are_found_in_anything(notebook: Handle, encoding: str, text: str) -> None:
    name = {"b": "utf-16-be", "l": "utf-16-le", "B": "utf-32-be", "L": "utf-32-le"}.get(encoding, "ascii")
    notebook.write("/work/file", b"\1\2abc\0\3\4\5" + text.encode(name) + b"\1\1\1\1\1")
    assert notebook.strings_e(encoding, "/work/file") == ([text.encode()] if len(text) > 3 else [])
    assert refused(notebook, "strings_e", "x", "/work/file") == "EINVAL"


def test_a_text_that_lies_across_two_reads_is_found_whole(notebook: Handle) -> None:
    notebook.fill(1, MIB - 5, "/work/file")
    notebook.write_append("/work/file", b"across the border\1")
    assert notebook.strings("/work/file") == [b"across the border"]
    assert notebook.wc_w("/work/file") == 3


def test_patterns_are_expanded(notebook: Handle) -> None:
    for path in ("a1/x.txt", "a2/y.txt", "b/x.txt", ".hidden/x.txt"):
        notebook.mkdir_p(f"/work/{path.rpartition('/')[0]}")
        notebook.write(f"/work/{path}", b"")
    assert notebook.glob_expand("/work/a*/*.txt") == [b"/work/a1/x.txt", b"/work/a2/y.txt"]
    assert notebook.glob_expand("/work/*/x.txt") == [b"/work/a1/x.txt", b"/work/b/x.txt"]
    assert notebook.glob_expand("/work/[ab]?") == [b"/work/a1/", b"/work/a2/"]
    assert notebook.glob_expand("/work/{b,a2}", directoryslash=False) == [b"/work/a2", b"/work/b"]
    assert notebook.glob_expand("/work/*/nothing") == []


def test_a_path_is_found_whose_case_is_not_known(notebook: Handle) -> None:
    notebook.mkdir_p("/work/Windows/System32")
    notebook.mkdir("/work/same")
    notebook.mkdir("/work/SAME")
    assert notebook.case_sensitive_path("/WORK//windows/system32/") == b"/work/Windows/System32"
    assert notebook.case_sensitive_path("/work/windows/New") == b"/work/Windows/New"
    assert notebook.case_sensitive_path("/work/same") == b"/work/same"
    assert refused(notebook, "case_sensitive_path", "/work/Same") == "EINVAL"
    assert refused(notebook, "case_sensitive_path", "/work/nothing/x") == "ENOENT"
    assert refused(notebook, "case_sensitive_path", "/work/../work") == "EINVAL"
