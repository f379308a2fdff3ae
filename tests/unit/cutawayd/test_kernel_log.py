"""The kernel's log on the control port: only at moments at which the host wants nothing, unless it has waited."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cutaway.calls import CALLS
from cutaway.protocol.messages import CallMessage, ErrorMessage, KernelMessage, decode_message
from cutawayd import dispatch, kernel_log
from cutawayd.kernel_log import KernelLog, line_of
from cutawayd.work import Work

CALL = CallMessage(1, 160, [])
RECORD = b"6,339,5140900,-;NET: Registered PF_INET6 protocol family\n SUBSYSTEM=net\n"
LINE = "[    5.140900] NET: Registered PF_INET6 protocol family"


@pytest.fixture
def kernel(host: Any) -> Iterator[socket.socket]:
    """Give what the kernel writes records to; like /dev/kmsg the other end gives one at each read."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.setblocking(False)
    host.port.follow(KernelLog(theirs.fileno()))
    yield ours
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (RECORD, LINE),
        (b"4,1,12000001,c;a warning\n", "[   12.000001] a warning"),
        (b"30,2,1,-;of a program, with facility 3\n", "[    0.000001] of a program, with facility 3"),
        (b"3,3,1,-;an error, which the console shows\n", None),
        (b"0,4,1,-;a panic\n", None),
        (b"6;", None),
        (b"", None),
        (b"x,y,z,-;text\n", None),
        (b"6,5,1,-;\xff\n", "[    0.000001] \ufffd"),
    ],
)
def test_a_record_is_a_line_unless_the_console_shows_it(record: bytes, line: str | None) -> None:
    assert line_of(record) == line


def test_what_is_said_while_the_host_wants_nothing_is_sent(host: Any, kernel: socket.socket) -> None:
    kernel.send(RECORD)
    kernel.send(b"6,340,6000000,-;and more\n")

    def call_when_it_has_come() -> None:
        select.select([host.socket], [], [], 20)
        host.send(CALL)

    threading.Thread(target=call_when_it_has_come).start()
    assert host.port.receive() == CALL
    assert host.received() == [KernelMessage(f"{LINE}\n[    6.000000] and more")]


def test_a_call_comes_first(host: Any, kernel: socket.socket) -> None:
    kernel.send(RECORD)
    host.send(CALL)
    assert host.port.receive() == CALL
    assert host.received() == []


def test_a_long_call_does_not_keep_it_back(host: Any, kernel: socket.socket) -> None:
    kernel.send(RECORD)
    assert not host.port.is_cancelled(7)
    assert host.received() == []
    time.sleep(kernel_log.PATIENCE_S)
    assert not host.port.is_cancelled(7)
    assert host.received() == [KernelMessage(LINE)]
    assert not host.port.is_cancelled(7)
    assert host.received() == []


@pytest.mark.parametrize("after_s", [0, 0.005], ids=["at once", "soon"])
def test_a_host_that_never_rests_hears_it_too(host: Any, kernel: socket.socket, after_s: float) -> None:
    kernel.send(RECORD)
    deadline, heard = time.monotonic() + 10 * kernel_log.PATIENCE_S, []
    while not heard and time.monotonic() < deadline:
        threading.Timer(after_s, host.send, [CALL]).start() if after_s else host.send(CALL)
        assert host.port.receive() == CALL
        heard = host.received()
    assert heard == [KernelMessage(LINE)]


def test_it_comes_before_an_error_which_it_may_explain(host: Any, kernel: socket.socket, work: Work) -> None:
    kernel.send(RECORD)
    answer = dispatch.carry_out(CallMessage(7, CALLS["lstat"].number, [b"/nowhere"]), work)
    assert isinstance(decode_message(answer[4:]), ErrorMessage)
    assert host.received() == [KernelMessage(LINE)]


def test_what_the_console_has_shown_is_not_sent(host: Any, kernel: socket.socket) -> None:
    kernel.send(b"3,3,1,-;an error\n")
    threading.Timer(0.3, host.send, [CALL]).start()
    assert host.port.receive() == CALL
    assert host.received() == []
