"""copy_out against a guest that lies: nothing lands outside the folder, and what fails leaves nothing."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cutaway.errors import Cancelled, DestinationError, EngineError, ProtocolError
from cutaway.protocol.declaration import Call
from cutaway.records import ExportItem, Mount, Stat
from cutaway.transfer.call_runner import PageListener
from cutaway.transfer.data_sink import DataSink
from cutaway.transfer.job import ExtractOptions, ExtractReport, copy_out
from cutaway.transfer.policy import ExtractPolicy

FOLDER, FILE, LINK = stat.S_IFDIR | 0o755, stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777
Send = Callable[[DataSink, list[bytes]], Awaitable[list[ExportItem]]]


def entry(path: bytes, mode: int, target: bytes = b"", extents: list[int] | None = None, **facts: int) -> ExportItem:
    values = {"ino": abs(hash(path)), "nlink": 1, "size": 1, "blocks": 8, "mtime_ns": 0} | facts
    size, blocks, mtime_ns = values["size"], values["blocks"], values["mtime_ns"]
    status = Stat(1, values["ino"], mode, values["nlink"], 0, 0, 0, size, 4096, blocks, 0, mtime_ns, 0)
    return ExportItem(path, status, target, extents)


async def send_names(sink: DataSink, names: list[bytes]) -> list[ExportItem]:
    """Send each file with its own name as content."""
    for name in names:
        await sink.begin()
        sink.write(memoryview(name))
        sink.end()
    return []


class LyingRunner:
    """A guest in memory that says whatever it is given, of each name it is asked for: paths are relative to that."""

    def __init__(self, *entries: ExportItem, send: Send = send_names) -> None:
        self.entries = entries
        self.send = send
        self.directories: list[bytes] = []
        self.is_interrupted = False

    async def run(
        self,
        call: Call[..., Any],
        arguments: dict[str, Any],
        *,
        sink: DataSink | None = None,
        on_page: PageListener | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Any:
        await asyncio.sleep(0)
        if call.name == "lstatnslist":
            return [entry(b"", FOLDER).stat for _ in arguments["names"]]
        assert call.name == "export_tree"
        assert sink is not None
        assert on_page is not None
        self.directories.append(arguments["directory"])
        for name in arguments["names"]:
            listed = [replace(item, path=_below(name, item.path)) for item in self.entries]
            await (on_page(listed) or asyncio.sleep(0))
            streamed = [item.path for item in listed if stat.S_ISREG(item.stat.mode) and item.extents is None]
            if self.is_interrupted:
                raise Cancelled("interrupted")
            late = await self.send(sink, [path.removeprefix(name + b"/") for path in streamed])
            await (on_page([replace(item, path=_below(name, item.path)) for item in late]) or asyncio.sleep(0))
        sink.expect_no_more()
        await sink.settle()
        return []

    def interrupt(self) -> None:
        self.is_interrupted = True

    @property
    def is_unwanted(self) -> bool:
        return True

    async def has_died(self) -> bool:
        return False

    async def restart(self, mounts: Sequence[Mount]) -> None:
        raise AssertionError("nobody asked for another attempt")

    def current(self) -> AbstractContextManager[None]:
        return nullcontext()

    def check(self, what: str) -> None:
        return

    def beside(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()

    def image_files(self) -> list[str]:
        return []

    def serials(self) -> list[str]:
        return ["drive0"]

    async def plain_images(self) -> dict[str, int]:
        return {}

    async def open_reading(self) -> dict[str, socket.socket]:
        return {}

    async def close_reading(self) -> None:
        return


def _below(name: bytes, path: bytes) -> bytes:
    return b"/".join(part for part in (name, path) if part)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def run(runner: LyingRunner, out: Path, paths: Sequence[bytes] = (b"/tree",), **policy: Any) -> ExtractReport:
    return asyncio.run(
        copy_out(runner, list(paths), str(out), policy=ExtractPolicy(**policy), options=ExtractOptions())
    )


@pytest.mark.parametrize("rule", ["keep-safe", "keep", "skip"])
def test_nothing_is_written_through_a_link_or_outside(tmp_path: Path, out: Path, rule: str) -> None:
    (tmp_path / "victim").mkdir()
    hostile = [
        entry(b"", FOLDER), entry(b"x", LINK, str(tmp_path / "victim").encode()), entry(b"x", FOLDER),
        entry(b"x/f", FILE),
        entry(b"../f", FILE), entry(b"../victim/f", FILE), entry(os.fsencode(tmp_path / "victim/f"), FILE),
        entry(b"a", FOLDER), entry(b"a/../../victim/f", FILE), entry(b"..", FOLDER), entry(b"../victim", FOLDER),
        entry(b"a/good", FILE),
    ]  # fmt: skip
    run(LyingRunner(*hostile), out, symlinks=rule)
    assert os.listdir(tmp_path / "victim") == []
    assert sorted(os.listdir(out)) == ["tree"]
    assert sorted(os.listdir(tmp_path)) == ["out", "state", "victim"]
    assert (out / "tree/a/good").read_bytes() == b"a/good"


def test_the_name_of_the_root_is_made_harmless(out: Path) -> None:
    run(LyingRunner(entry(b"", FOLDER)), out, [b"/a/.."])
    assert os.listdir(out) == ["__"]


def test_a_file_that_cannot_be_read_is_reported_and_leaves_nothing(out: Path) -> None:
    async def send(sink: DataSink, names: list[bytes]) -> list[ExportItem]:
        await sink.begin()
        sink.write(memoryview(b"half"))
        sink.failed()
        await sink.begin()
        sink.end()
        return [ExportItem(b"bad", None, failure="Input/output error")]

    report = run(LyingRunner(entry(b"", FOLDER), entry(b"bad", FILE), entry(b"good", FILE), send=send), out)
    assert [(failure.path, failure.reason) for failure in report.failures] == [(b"/tree/bad", "Input/output error")]
    assert os.listdir(out / "tree") == ["good"]
    assert report.files == 1


def test_the_second_name_of_an_unreadable_file_is_reported_too(out: Path) -> None:
    async def send(sink: DataSink, names: list[bytes]) -> list[ExportItem]:
        for _ in names:
            await sink.begin()
            sink.failed()
        return []

    twins = (entry(b"a", FILE, ino=7, nlink=2), entry(b"b", FILE, ino=7, nlink=2))
    report = run(LyingRunner(entry(b"", FOLDER), *twins, send=send), out)
    assert [failure.path for failure in report.failures] == [b"/tree/a", b"/tree/b"]
    assert report.files == 0


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_files_than_asked_for_is_refused(out: Path, count: int) -> None:
    async def send(sink: DataSink, names: list[bytes]) -> list[ExportItem]:
        sink.expect_no_more()
        for _ in range(count):
            await sink.begin()
            sink.end()
        return []

    with pytest.raises(ProtocolError, match="files"):
        run(LyingRunner(entry(b"", FOLDER), entry(b"a", FILE), entry(b"b", FILE), send=send), out)
    assert os.listdir(out) == []


@pytest.mark.parametrize("entries", [(), (entry(b"a", FOLDER),), (entry(b"a/b", FILE),)])
def test_a_list_without_what_was_asked_for_is_refused(out: Path, entries: tuple[ExportItem, ...]) -> None:
    with pytest.raises(ProtocolError, match="does not list"):
        run(LyingRunner(*entries), out)
    assert os.listdir(out) == []


@pytest.mark.parametrize("extents", [[0], [0, 0, 0, 1], [0, 0, 0, -1], [7, 0, 0, 1, 0, 0, 0, 1]])
def test_extents_on_drives_that_nobody_offered_are_refused(out: Path, extents: list[int]) -> None:
    with pytest.raises(ProtocolError, match="extent"):
        run(LyingRunner(entry(b"", FOLDER), entry(b"f", FILE, extents=extents)), out)
    assert os.listdir(out) == []


@pytest.mark.parametrize("size", [1 << 63, (1 << 64) - 1])
def test_a_file_that_is_larger_than_any_does_not_count_as_copied(out: Path, size: int) -> None:
    with pytest.raises(EngineError):
        run(LyingRunner(entry(b"", FOLDER), entry(b"f", FILE, extents=[], size=size, blocks=0)), out)
    assert os.listdir(out) == []


@pytest.mark.parametrize("when", [-(1 << 63), (1 << 63) - 1, 1 << 64, -1])
def test_absurd_times_do_no_harm(out: Path, when: int) -> None:
    run(LyingRunner(entry(b"", FOLDER, mtime_ns=when), entry(b"f", FILE, mtime_ns=when)), out)
    assert (out / "tree/f").read_bytes() == b"f"


def test_folders_that_are_deep_and_long_work_and_are_cleaned_up(out: Path) -> None:
    paths = [b"/".join([b"n" * 200] * depth) for depth in range(1, 300)]
    deep = [entry(path, FOLDER) for path in paths]
    run(LyingRunner(entry(b"", FOLDER), *deep), out)
    assert os.listdir(out) == ["tree"]

    async def fail(sink: DataSink, names: list[bytes]) -> list[ExportItem]:
        raise ProtocolError("nonsense")

    with pytest.raises(ProtocolError):
        run(LyingRunner(entry(b"", FOLDER), *deep, entry(b"f", FILE), send=fail), out, [b"/other"])
    assert os.listdir(out) == ["tree"]


def test_a_name_that_the_host_does_not_take_loses_its_own_branch_only(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_mkdir, real_open = os.mkdir, os.open

    def refuse(name: object) -> None:
        if isinstance(name, bytes) and b":" in name:
            raise OSError(22, "Invalid argument")

    def mkdir(name: Any, *rest: Any, **options: Any) -> None:
        refuse(name)
        real_mkdir(name, *rest, **options)

    def open_(name: Any, *rest: Any, **options: Any) -> int:
        refuse(name)
        return real_open(name, *rest, **options)

    monkeypatch.setattr("cutaway.transfer.staging.os.mkdir", mkdir)
    monkeypatch.setattr("cutaway.transfer.staging.os.open", open_)
    entries = [entry(b"", FOLDER), entry(b"a:b", FOLDER), entry(b"a:b/f", FILE), entry(b"c:d", FILE), entry(b"e", FILE)]
    report = run(LyingRunner(*entries), out)
    assert sorted(failure.path for failure in report.failures) == [b"/tree/a:b", b"/tree/c:d"]
    assert os.listdir(out / "tree") == ["e"]


def test_several_roots_with_one_name_get_numbers(out: Path) -> None:
    report = run(LyingRunner(entry(b"", FOLDER)), out, [b"/a/x", b"/b/x"], conflict="replace")
    assert report.destination_paths == (str(out / "x"), str(out / "x (2)"))


def test_if_the_last_root_cannot_be_placed_none_is(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(LyingRunner):
        async def run(self, call: Call[..., Any], arguments: dict[str, Any], **options: Any) -> Any:
            if call.name == "export_tree":
                (out / "y").mkdir(exist_ok=True)
            return await super().run(call, arguments, **options)

    with pytest.raises(DestinationError):
        run(Late(entry(b"", FOLDER), entry(b"f", FILE)), out, [b"/x", b"/y"], conflict="fail")
    assert os.listdir(out) == ["y"]
