"""A call in progress: cancellation, progress, pages; and programs that are killed with it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from cutaway.protocol.framing import FrameReader, frame
from cutaway.protocol.messages import (
    CallMessage,
    CancelMessage,
    Message,
    Page,
    ProgressMessage,
    decode_message,
    encode_message,
)
from cutawayd import children
from cutawayd import work as work_module
from cutawayd.guest import Guest
from cutawayd.ports import ControlPort
from cutawayd.work import Cancelled, Work


class Host:
    """The other end of the control port."""

    def __init__(self) -> None:
        self.socket, guest = socket.socketpair()
        guest.setblocking(False)
        self._guest = guest
        self.port = ControlPort(guest.fileno())
        self.reader = FrameReader()

    def send(self, message: Message) -> None:
        self.socket.sendall(frame(encode_message(message)))

    def received(self) -> list[Message]:
        self.socket.setblocking(False)
        try:
            data = self.socket.recv(1 << 22)
        except BlockingIOError:
            return []
        return [decode_message(payload) for payload in self.reader.feed(data)]

    def close(self) -> None:
        self.socket.close()
        self._guest.close()


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


def work_of(host: Host, serial: int = 7) -> Work:
    return Work(host.port, serial, -1, Guest())


def spin(work: Work, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work.check()


def test_a_cancel_is_noticed(host: Host) -> None:
    host.send(CancelMessage(7))
    with pytest.raises(Cancelled):
        spin(work_of(host), 2)


def test_a_cancel_of_another_call_means_nothing(host: Host) -> None:
    host.send(CancelMessage(6))
    host.send(CallMessage(8, 160, []))
    spin(work_of(host), 0.1)
    assert host.port.receive() == CallMessage(8, 160, []), "a call that came meanwhile was lost"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the time that the daemon believes it is, in seconds, to be set."""
    now = [7.0]
    monkeypatch.setattr(work_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_progress_is_bounded_and_ends_at_its_total(host: Host, clock: list[float]) -> None:
    work = work_of(host)
    for passed_ms in range(701):
        clock[0] = 7.0 + passed_ms / 1000
        work.progress(passed_ms, 10_000)
    work.finish_progress()
    sent = [message for message in host.received() if isinstance(message, ProgressMessage)]
    assert 200 <= sent[0].position <= 201, "the first is not after 0.2 s"
    assert len(sent) in {6, 7}, "there are not ten a second"
    assert all(0 <= message.position <= message.total for message in sent)
    assert (sent[-1].position, sent[-1].total) == (10_000, 10_000)


def test_a_quick_call_sends_no_progress(host: Host, clock: list[float]) -> None:
    work = work_of(host)
    clock[0] += 0.19
    work.progress(1, 2)
    work.finish_progress()
    assert host.received() == []


def test_pages_begin_small(host: Host) -> None:
    receiver: list[Message] = []
    stop = threading.Event()

    def drain() -> None:
        while not stop.is_set():
            receiver.extend(host.received())
            stop.wait(0.001)
        receiver.extend(host.received())

    thread = threading.Thread(target=drain)
    thread.start()
    work_of(host).send_pages(iter(range(10_000)))
    stop.set()
    thread.join()
    sizes = [len(message.items) for message in receiver if isinstance(message, Page)]
    assert sizes[0] <= 200
    assert sum(sizes) == 10_000
    assert max(sizes) <= 4096


def test_a_program_is_killed_with_its_call(host: Host) -> None:
    host.send(CancelMessage(7))
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        children.run(work_of(host), ["sh", "-c", "sleep 100 & wait"])
    assert time.monotonic() - begun < 5


def test_what_a_program_says_is_the_error(host: Host) -> None:
    with pytest.raises(children.ToolError, match="no such thing") as caught:
        children.run(work_of(host), ["sh", "-c", "echo no such thing >&2; exit 3"])
    assert caught.value.tool == "sh"


def test_a_program_reads_its_script(host: Host) -> None:
    assert children.run(work_of(host), ["cat"], script=b"words") == b"words"


def test_too_much_output_is_refused(host: Host) -> None:
    with pytest.raises(children.ToolError, match="too long"):
        children.run(work_of(host), ["head", "-c", str(children.OUTPUT_MAX + 10), "/dev/zero"])


def test_no_descriptor_is_left_open(host: Host) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        children.run(work_of(host), ["true"])
    assert len(os.listdir("/proc/self/fd")) <= before
