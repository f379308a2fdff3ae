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
    path = "/desk/file"
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
    notebook.ln_s(b"/desk/file", "/desk/link")
    notebook.write("/desk/link", b"1")
    assert notebook.is_symlink("/desk/link")
    assert notebook.cat("/desk/file") == b"1"


@pytest.mark.parametrize("call", ["truncate", "touch"])
def test_what_is_no_file_is_not_written(notebook: Handle, call: str) -> None:
    notebook.mkfifo(0o600, "/desk/pipe")
    assert refused(notebook, call, "/desk/pipe") == "EINVAL"
    assert refused(notebook, call, "/desk") == "EISDIR"
    assert refused(notebook, call, "/desk/nowhere/file") == "ENOENT"


def test_only_what_is_there_gets_a_part_written(notebook: Handle) -> None:
    assert refused(notebook, "pwrite", "/desk/file", b"", 0) == "ENOENT"
    assert refused(notebook, "truncate_size", "/desk/file", 0) == "ENOENT"
    notebook.write("/desk/file", b"1")
    assert refused(notebook, "pwrite", "/desk/file", b"", -1) == "EINVAL"
    assert refused(notebook, "truncate_size", "/desk/file", -1) == "EINVAL"


def test_files_are_filled(notebook: Handle) -> None:
    notebook.fill(0x61, 3, "/desk/a")
    notebook.fill_pattern(b"xyz", 7, "/desk/b")
    notebook.fallocate64("/desk/c", 100_000)
    notebook.fill(0, MIB + 1, "/desk/d")
    assert (notebook.cat("/desk/a"), notebook.cat("/desk/b")) == (b"aaa", b"xyzxyzx")
    assert notebook.filesize("/desk/c") == 100_000
    assert notebook.is_zero("/desk/d")
    notebook.mkdir("/desk/many")
    notebook.fill_dir("/desk/many", 300)
    assert notebook.ls("/desk/many")[::299] == [b"00000000", b"00000299"]
    assert refused(notebook, "fill", 256, 1, "/desk/x") == refused(notebook, "fill_pattern", b"", 1, "/desk/x")
    assert not notebook.exists("/desk/x")


def test_room_is_reserved_where_the_kernel_cannot(notebook: Handle) -> None:
    notebook.umount_all()
    notebook.mount("/dev/sdb", "/")
    notebook.fallocate64("/file", MIB)
    assert notebook.is_zero("/file")
    assert notebook.filesize("/file") == MIB
    notebook.rm("/file")


@pytest.mark.parametrize("call", [("fill", 0x61, -1), ("fill_pattern", b"xyz", -1), ("fallocate64",)])
def test_a_length_that_cannot_be_costs_no_content(notebook: Handle, call: tuple[str, *tuple[object, ...]]) -> None:
    notebook.write("/desk/file", b"kept")
    name, *arguments = call
    arguments += ["/desk/file", -1] if name == "fallocate64" else ["/desk/file"]
    assert refused(notebook, name, *arguments) == "EINVAL"
    assert notebook.cat("/desk/file") == b"kept"


def test_parts_of_files_are_copied(notebook: Handle) -> None:
    notebook.write("/desk/from", b"0123456789")
    notebook.write("/desk/to", b"abcdef")
    notebook.copy_file_to_file("/desk/from", "/desk/to", srcoffset=2, destoffset=1, size=3)
    assert notebook.cat("/desk/to") == b"\x00234"
    notebook.copy_file_to_file("/desk/from", "/desk/to", append=True, size=1)
    assert notebook.cat("/desk/to") == b"\x002340"
    notebook.copy_file_to_file("/desk/from", "/desk/new", sparse=True)
    assert notebook.equal("/desk/from", "/desk/new")


@pytest.mark.parametrize("options", [{"srcoffset": 5, "size": 6}, {"size": -1}, {"destoffset": 1, "append": True}])
def test_what_cannot_be_copied_costs_nothing(notebook: Handle, options: dict[str, int]) -> None:
    notebook.write("/desk/from", b"0123456789")
    notebook.write("/desk/to", b"kept")
    for target in ("/desk/to", "/desk/new", "/desk/from"):
        with pytest.raises(GuestError) as caught:
            notebook.copy_file_to_file("/desk/from", target, **options)
        assert caught.value.errno_name == "EINVAL"
    assert refused(notebook, "copy_file_to_file", "/desk/from", "/desk/from") == "EINVAL"
    assert notebook.cat("/desk/to") == b"kept"
    assert notebook.cat("/desk/from") == b"0123456789"
    assert not notebook.exists("/desk/new")


def test_a_file_of_the_host_is_written_somewhere(notebook: Handle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"host")
    notebook.write("/desk/file", b"0123456789")
    notebook.upload_offset(tmp_path / "file", "/desk/file", 3)
    assert notebook.cat("/desk/file") == b"012host789"
    notebook.upload_offset(tmp_path / "file", "/desk/new", 2)
    assert notebook.cat("/desk/new") == b"\0\0host"


def test_contents_are_compared_counted_and_shown(notebook: Handle) -> None:
    notebook.write("/desk/a", b"one two\nthree  \n" + bytes(40) + b"end")
    notebook.write("/desk/b", b"one two\nthree  \n" + bytes(40) + b"enD")
    assert notebook.equal("/desk/a", "/desk/a")
    assert not notebook.equal("/desk/a", "/desk/b")
    assert not notebook.is_zero("/desk/a")
    assert (notebook.wc_l("/desk/a"), notebook.wc_w("/desk/a"), notebook.wc_c("/desk/a")) == (2, 4, 59)
    assert notebook.hexdump("/desk/a").splitlines() == [
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
    notebook.write("/desk/file", b"\1\2abc\0\3\4\5" + text.encode(name) + b"\1\1\1\1\1")
    assert notebook.strings_e(encoding, "/desk/file") == ([text.encode()] if len(text) > 3 else [])
    assert refused(notebook, "strings_e", "x", "/desk/file") == "EINVAL"


def test_a_text_that_lies_across_two_reads_is_found_whole(notebook: Handle) -> None:
    notebook.fill(1, MIB - 5, "/desk/file")
    notebook.write_append("/desk/file", b"across the border\1")
    assert notebook.strings("/desk/file") == [b"across the border"]
    assert notebook.wc_w("/desk/file") == 3


def test_patterns_are_expanded(notebook: Handle) -> None:
    for path in ("a1/x.txt", "a2/y.txt", "b/x.txt", ".hidden/x.txt"):
        notebook.mkdir_p(f"/desk/{path.rpartition('/')[0]}")
        notebook.write(f"/desk/{path}", b"")
    assert notebook.glob_expand("/desk/a*/*.txt") == [b"/desk/a1/x.txt", b"/desk/a2/y.txt"]
    assert notebook.glob_expand("/desk/*/x.txt") == [b"/desk/a1/x.txt", b"/desk/b/x.txt"]
    assert notebook.glob_expand("/desk/[ab]?") == [b"/desk/a1/", b"/desk/a2/"]
    assert notebook.glob_expand("/desk/{b,a2}", directoryslash=False) == [b"/desk/a2", b"/desk/b"]
    assert notebook.glob_expand("/desk/*/nothing") == []
    assert notebook.glob_expand("/desk/[^a]*") == notebook.glob_expand("/desk/[!a]*") == [b"/desk/b/"]
    notebook.write("/desk/b/*{q}", b"")
    assert notebook.glob_expand("/desk/b/\\*\\{q}") == [b"/desk/b/*{q}"]
    assert notebook.glob_expand("/desk/\\b/x.t[\\x]t") == [b"/desk/b/x.txt"]


def test_a_path_is_found_whose_case_is_not_known(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/Windows/System32")
    notebook.mkdir("/desk/same")
    notebook.mkdir("/desk/SAME")
    assert notebook.case_sensitive_path("/DESK//windows/system32/") == b"/desk/Windows/System32"
    assert notebook.case_sensitive_path("/desk/windows/New") == b"/desk/Windows/New"
    assert notebook.case_sensitive_path("/desk/same") == b"/desk/same"
    assert refused(notebook, "case_sensitive_path", "/desk/Same") == "EINVAL"
    assert refused(notebook, "case_sensitive_path", "/desk/nothing/x") == "ENOENT"
    assert refused(notebook, "case_sensitive_path", "/desk/../desk") == "EINVAL"
