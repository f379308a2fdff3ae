"""No call ends the daemon: not garbage, not a crash of its own, not an answer that is too long."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cutaway.calls import CALLS
from cutaway.protocol.declaration import Data
from cutaway.protocol.framing import LENGTH, MESSAGE_MAX, Mark
from cutaway.protocol.messages import CallMessage, ErrorMessage, Reply, decode_message
from cutawayd import dispatch
from cutawayd.answers import TEXT_MAX
from cutawayd.ports import StreamBrokenError
from cutawayd.work import Cancelled, Work

ABORT = LENGTH.pack(Mark.ABORT)
GARBAGE: list[list[Any]] = [
    [], [None], [1, 2, 3, 4, 5, 6, 7, 8, 9], [b"relative"], ["/text"], [b"/nul\0"], [[[]]], [{1: 2}],
    [b"/no/a", b"/no/b"], ["/dev/../etc", "x", "y"], [-1, -1, -1],
]  # fmt: skip
#: What would do something to the machine of the tests, with no argument or with any text.
EFFECTIVE = {
    "drop_caches", "sync", "umount_all", "vg_activate_all", "debug_sleep", "dmesg", "findfs_uuid", "findfs_label",
    "findfs_partuuid", "findfs_partlabel", "swapon_label", "swapoff_label", "vguuid", "vgpvuuids", "vglvuuids",
}  # fmt: skip
HARMLESS = sorted(set(CALLS) - EFFECTIVE)


def carry_out(work: Work, name: str, *arguments: Any) -> Any:
    answer = dispatch.carry_out(CallMessage(7, CALLS[name].number, list(arguments)), work)
    return decode_message(answer[4:])


def waiting(reader: int) -> bytes:
    try:
        return os.read(reader, 1 << 16)
    except BlockingIOError:
        return b""


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Any]], None]:
    """Give a function that puts another function in a call's place."""
    return lambda name, function: monkeypatch.setattr(dispatch.PROCEDURES[CALLS[name].number], "function", function)


def test_every_call_has_a_function() -> None:
    assert {procedure.call.name for procedure in dispatch.PROCEDURES.values()} == set(CALLS)


@pytest.mark.parametrize("name", HARMLESS)
def test_garbage_is_answered_and_the_channels_stay_in_step(work: Work, data: tuple[int, int], name: str) -> None:
    wire = len(CALLS[name].wire_arguments)
    for arguments in GARBAGE:
        if len(arguments) == wire == 0:
            continue
        answer = carry_out(work, name, *arguments)
        assert isinstance(answer, ErrorMessage), (name, arguments)
        assert answer.serial == 7
        sends = CALLS[name].data in {Data.OUT, Data.OUT_MANY}
        assert waiting(data[0]) == (ABORT if sends else b"")


def test_a_number_that_no_call_has(work: Work) -> None:
    answer = decode_message(dispatch.carry_out(CallMessage(7, 9999, []), work)[4:])
    assert isinstance(answer, ErrorMessage)
    assert answer.errno_name == "ENOSYS"


@pytest.mark.parametrize(
    ("error", "name"),
    [(MemoryError(), "ENOMEM"), (RecursionError("deep"), "EIO"), (SystemExit(1), "EIO"), (KeyboardInterrupt(), "EIO"),
     (OSError(5, "Input/output error"), "EIO"), (Cancelled(), "CANCELLED"), (KeyError("x"), "EIO"),
     (ValueError("bad"), "EINVAL"), (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "EINVAL")],
)  # fmt: skip
def test_whatever_is_raised_is_an_answer(work: Work, replaced: Any, error: BaseException, name: str) -> None:
    def fail(_: Work) -> None:
        raise error

    replaced("ping_daemon", fail)
    answer = carry_out(work, "ping_daemon")
    assert isinstance(answer, ErrorMessage)
    assert (answer.serial, answer.errno_name) == (7, name)


def test_an_error_after_some_data_aborts_the_stream(work: Work, data: tuple[int, int], replaced: Any) -> None:
    def fail(work: Work, _: bytes) -> None:
        os.write(work.data, LENGTH.pack(3) + b"abc")
        raise OSError(5, "Input/output error")

    replaced("download", fail)
    assert isinstance(carry_out(work, "download", b"/file"), ErrorMessage)
    assert waiting(data[0]) == LENGTH.pack(3) + b"abc" + ABORT


def test_an_answer_that_is_too_long_is_an_error(work: Work, replaced: Any) -> None:
    replaced("dmesg", lambda _: "x" * MESSAGE_MAX)
    answer = carry_out(work, "dmesg")
    assert isinstance(answer, ErrorMessage)
    assert answer.errno_name == "EFBIG"


def test_a_broken_control_stream_is_no_error_of_the_call(work: Work, replaced: Any) -> None:
    def broken(_: Work) -> None:
        raise StreamBrokenError("garbage")

    replaced("ping_daemon", broken)
    with pytest.raises(StreamBrokenError):
        carry_out(work, "ping_daemon")


@pytest.mark.parametrize("name", ["stat", "cat", "ls", "readlink", "statvfs", "walk", "du", "filesize", "readdir"])
def test_an_error_names_the_path_that_was_asked_for(work: Work, name: str) -> None:
    answer = carry_out(work, name, b"/no\xff/such")
    assert isinstance(answer, ErrorMessage)
    assert (answer.errno_name, answer.message) == ("ENOENT", "/no\\xff/such: no such file or directory")


def test_an_error_does_not_show_the_daemon_s_own_paths(work: Work, tree: Path) -> None:
    (tree / "folder").mkdir()
    (tree / "folder/file").write_text("x")
    answer = carry_out(work, "mkdir", b"/folder/file")
    assert answer.message == "/folder/file: file exists"


def test_a_message_about_a_very_long_path_is_short(work: Work) -> None:
    answer = carry_out(work, "stat", b"/" + b"\xff" * (2 << 20))
    assert isinstance(answer, ErrorMessage)
    assert len(answer.message) <= TEXT_MAX


def test_a_result_is_a_reply(work: Work, tree: Path) -> None:
    (tree / "file").write_text("x")
    assert carry_out(work, "exists", b"/file") == Reply(7, value=True)
    assert carry_out(work, "lstatnslist", b"/", [b"file", b"none"]).value[1] is None


def test_no_call_has_two_functions() -> None:
    """The first would be taken, whichever family it stands in."""

    def homes_of(name: str) -> list[str]:
        found = ((family.__name__, getattr(family, name, None)) for family in dispatch.FAMILIES)
        return [home for home, function in found if getattr(function, "__module__", "") == home]

    homes = {name: homes_of(name) for name in CALLS}
    assert {name: found for name, found in homes.items() if len(found) != 1} == {}
