"""Looking for a text in the contents of files."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from contract.conftest import ROOT
from contract.test_cancellation import WITHIN_S, CancelWhenBusy
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.events import Progress
from cutaway.testing.nodes import File
from cutaway.testing.sample_oddities import HUGE_SIZE
from support import spec
from support.backends import Backend

BLOCK = 4096


@pytest.fixture(scope="module")
def own_handle(backend: Backend) -> Iterator[Handle]:
    """Give a handle of these tests' own: what they write stays, and others count what is there."""
    with backend.handle() as handle:
        handle.launch()
        yield handle


@pytest.fixture
def writable(own_handle: Handle) -> Iterator[Handle]:
    """Give that handle with the root file system mounted read-write, onto the overlay."""
    own_handle.mount(ROOT, "/")
    yield own_handle
    own_handle.umount_all()


def put(handle: Handle, folder: Path, path: str, content: bytes) -> None:
    """Put a file into the image."""
    file = folder / "content"
    file.write_bytes(content)
    handle.upload(file, path)


@cache
def texts() -> list[tuple[bytes, list[bytes]]]:
    """Return the lines of all files that are texts, as the sample's description has them."""
    found = []
    for path, node in spec.below(spec.TREES[b"/"]):
        content = node.content.read(0, min(node.size, 1 << 20)) if isinstance(node, File) else b""
        if b"\0" not in content:
            found.append((path, content.split(b"\n")))
    return found


@pytest.mark.parametrize("text", ["message 17", "PRETTY", "€", "hello", "nowhere to be found"])
def test_every_line_that_holds_a_text_is_found(mounted: Handle, text: str) -> None:
    sought = text.encode()
    wanted = {
        (path, number, line) for path, lines in texts() for number, line in enumerate(lines, 1) if sought in line
    }  # fmt: skip
    hits = mounted.search_contents("/", text)
    found = [(hit.path, hit.line, hit.text) for hit in hits if not hit.is_binary]
    assert set(found) == wanted
    assert len(found) == len(wanted)


def test_a_hit_says_where_it_is(mounted: Handle) -> None:
    (hit,) = mounted.search_contents("/srv/documents", "line 100")
    content = spec.content(b"/srv/documents/hundred.txt")
    assert hit.path == b"hundred.txt"
    assert content[hit.offset : hit.offset + hit.length] == b"line 100"
    assert (hit.line, hit.text, hit.is_binary) == (100, b"line 100", False)
    assert hit.stat == mounted.lstat("/srv/documents/hundred.txt")


def test_a_file_can_be_named_by_itself_and_through_a_link(mounted: Handle) -> None:
    for path in ("/etc/hostname", "/srv/links/absolute"):
        (hit,) = mounted.search_contents(path, "web")
        assert (hit.path, hit.offset, hit.line) == (b"", 0, 1)


def test_links_and_special_files_are_left_alone(mounted: Handle) -> None:
    assert mounted.search_contents("/srv/links", "web01") == []
    found = {hit.path for hit in mounted.search_contents("/srv/special", "e")}
    assert {b"noted.txt", b"secret", b"hard-link-a", b"hard-link-b"} <= found
    assert found.isdisjoint({b"fifo", b"null", b"sda"})


def test_case_counts_unless_it_shall_not(mounted: Handle) -> None:
    assert mounted.search_contents("/srv/documents", "GRÜSSE, 世界") == []
    assert mounted.search_contents("/srv/documents", "grÜße, 世界") == []
    found = mounted.search_contents("/srv/documents", "grÜße, 世界", ignore_case=True)
    assert [(hit.path, hit.length) for hit in found] == [(b"utf8.txt", len("Grüße, 世界".encode()))]
    assert len(mounted.search_contents("/etc", "PERMITROOT", ignore_case=True)) == 1


def test_accents_are_found_however_they_are_written(mounted: Handle) -> None:
    for text in ("Gr\u00fc\u00dfe", "Gru\u0308\u00dfe"):
        assert [hit.path for hit in mounted.search_contents("/srv/documents", text)] == [b"utf8.txt"]


def test_text_of_two_bytes_a_letter_is_found(mounted: Handle) -> None:
    (hit,) = mounted.search_contents("/srv/documents", "Bit: äöü")
    content = spec.content(b"/srv/documents/utf16.txt")
    assert (hit.path, hit.is_binary, hit.line, hit.text) == (b"utf16.txt", True, 0, b"")
    assert content[hit.offset :].startswith("Bit".encode("utf-16-le"))


def test_of_what_is_no_text_only_the_first_place_is_told(mounted: Handle) -> None:
    (hit,) = mounted.search_contents("/srv/documents/binary.dat", "ABC")
    assert (hit.is_binary, hit.offset, hit.text) == (True, 65, b"")


def test_regular_expressions_are_those_of_grep(mounted: Handle) -> None:
    found = mounted.search_contents("/srv/documents/hundred.txt", "^line (1|2)0+$", regex=True)
    assert [hit.text for hit in found] == [b"line 10", b"line 20", b"line 100"]
    assert [hit.text for hit in mounted.search_contents("/srv/documents/utf8.txt", "Gr..e,", regex=True)] == [
        "Grüße, 世界 🌍".encode()
    ]  # fmt: skip
    assert mounted.search_contents("/srv/documents", "HELLO|WORLD", regex=True) == []
    assert len(mounted.search_contents("/srv/documents", "HELLO|WORLD", regex=True, ignore_case=True)) == 1
    assert mounted.search_contents("/srv/documents", "line 1(", regex=False) == []


def test_what_matches_nothing_at_all_is_no_hit(mounted: Handle) -> None:
    assert mounted.search_contents("/srv/documents/hundred.txt", "x*", regex=True) == []


@pytest.mark.parametrize(("text", "regex"), [("", False), ("a\nb", False), ("a\0b", False), ("a(b", True)])
def test_what_cannot_be_looked_for_is_refused(mounted: Handle, text: str, regex: bool) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.search_contents("/etc", text, regex=regex)
    assert caught.value.errno_name == "EINVAL"
    assert "regular expression" in str(caught.value) or not regex
    assert mounted.cat("/etc/hostname") == b"web01\n"


def test_what_is_no_file_is_refused(mounted: Handle) -> None:
    for path, errno_name in (("/srv/special/fifo", "EINVAL"), ("/nowhere", "ENOENT")):
        with pytest.raises(GuestError) as caught:
            mounted.search_contents(path, "x")
        assert caught.value.errno_name == errno_name


def test_of_each_file_one_hit_is_enough(mounted: Handle) -> None:
    every = mounted.search_contents("/var/log", "message")
    first = mounted.search_contents("/var/log", "message", first_only=True)
    assert len(first) == len({hit.path for hit in every}) > 100
    assert {hit.offset for hit in first} == {re.search(rb"message", spec.content(b"/var/log/syslog")).start()}  # type: ignore[union-attr]  # it is there


def test_holes_are_not_read_and_what_lies_behind_is_found(mounted: Handle) -> None:
    (begin,) = mounted.search_contents("/srv/special/disk.img", "begin")
    assert (begin.offset, begin.is_binary) == (0, True)
    (end,) = mounted.search_contents("/srv/special/disk.img", "end", first_only=True)
    assert (end.offset, end.is_binary) == (HUGE_SIZE - BLOCK, True)


def test_lines_without_an_end_are_found_and_cut(writable: Handle, tmp_path: Path) -> None:
    letters = b"abcdefghijklmnopqrstuvwxyz"
    content = letters * 400_000 + b"NEEDLE" + letters * 50
    put(writable, tmp_path, "/tmp/long", content)
    (hit,) = writable.search_contents("/tmp/long", "NEEDLE")
    assert (hit.offset, hit.line) == (len(letters) * 400_000, 1)
    assert b"NEEDLE" in hit.text
    assert len(hit.text) <= 1200


def test_what_stands_where_a_long_line_is_cut_is_found_once(writable: Handle, tmp_path: Path) -> None:
    cut = 4 << 20
    content = bytearray(b"." * (3 * cut))
    content[cut - 3 : cut + 3] = content[2 * cut - 40_000 : 2 * cut - 39_994] = b"NEEDLE"
    put(writable, tmp_path, "/tmp/cut", bytes(content))
    found = writable.search_contents("/tmp/cut", "NEEDLE")
    assert [hit.offset for hit in found] == [cut - 3, 2 * cut - 40_000]


def test_files_between_files_of_every_size_keep_their_places(writable: Handle, tmp_path: Path) -> None:
    sizes = (1, 100, 65_535, 65_536, 65_537, 300_000, 1 << 20, (1 << 20) + 1)
    for size in sizes:
        put(writable, tmp_path, f"/tmp/size-{size:08}", b"x\n" * (size // 2) + b"a mark" * (size % 2) + b"b mark")
    found = {hit.path: hit for hit in writable.search_contents("/tmp", "b mark")}
    for size in sizes:
        hit = found[b"size-%08d" % size]
        assert hit.offset == size // 2 * 2 + 6 * (size % 2)
        assert hit.line == size // 2 + 1


def test_a_search_that_is_not_read_to_the_end_leaves_the_handle_ready(mounted: Handle) -> None:
    pages = mounted.pages(Handle.search_contents, "/", "e")
    assert next(pages)
    pages.close()
    assert mounted.cat("/etc/hostname") == b"web01\n"


def test_a_regular_expression_that_never_ends_can_be_cancelled(
    backend: Backend, writable: Handle, tmp_path: Path
) -> None:
    if not backend.is_real:
        pytest.skip("Python's own regular expressions cannot be stopped")
    put(writable, tmp_path, "/tmp/evil", b"b" + b"a" * 20_000 + b"\n")
    evil = r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b"
    took = CancelWhenBusy(writable, after_s=0.5).run(lambda: writable.search_contents("/tmp/evil", evil, regex=True))
    assert took < WITHIN_S
    assert writable.cat("/etc/hostname") == b"web01\n"


def test_progress_of_a_search(writable: Handle, tmp_path: Path) -> None:
    put(writable, tmp_path, "/tmp/large", bytes(range(1, 256)) * 60_000)
    told: list[Progress] = []
    writable.on(Progress, told.append)
    assert writable.search_contents("/tmp/large", "no such text") == []
    assert all(0 <= event.position <= event.total for event in told if event.total)
    assert [event.position for event in told] == sorted(event.position for event in told)
    assert told == [] or told[-1].position == told[-1].total


def test_grep_gives_the_lines_of_a_file(mounted: Handle) -> None:
    path = "/srv/documents/hundred.txt"
    assert mounted.grep("^line 9.$", path) == [b"line %d" % number for number in range(90, 100)]
    assert mounted.grep("line (1|2)0$", path) == []
    assert mounted.grep("line (1|2)0$", path, extended=True) == [b"line 10", b"line 20"]
    assert mounted.grep("LINE 9.$", path, insensitive=True) == mounted.grep("line 9.$", path)
    assert mounted.grep("line .", path, fixed=True) == []
    assert mounted.grep("three", "/srv/documents/no-newline.txt") == [b"three"]
    assert mounted.grep("-x", path) == []


def test_grep_looks_into_compressed_files(writable: Handle, tmp_path: Path) -> None:
    put(writable, tmp_path, "/tmp/x.gz", gzip.compress(b"one\ntwo\n"))
    assert writable.grep("two", "/tmp/x.gz") == []
    assert writable.grep("two", "/tmp/x.gz", compressed=True) == [b"two"]
    assert writable.grep("web", "/etc/hostname", compressed=True) == [b"web01"]


def test_grep_refuses_what_it_cannot_do(mounted: Handle) -> None:
    for regex, options in (("a\\(", {}), ("x", {"extended": True, "fixed": True})):
        with pytest.raises(GuestError):
            mounted.grep(regex, "/etc/hostname", **options)
