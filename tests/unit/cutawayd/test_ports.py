"""The control port: what is half-read from a host that is gone is forgotten, garbage ends everything."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from cutaway.protocol.framing import frame
from cutaway.protocol.messages import CallMessage, CancelMessage, LogMessage, Reply, Wake, encode_message
from cutawayd.ports import StreamBrokenError

WAKE = Wake(bytes(64), 1)


def test_messages_come_in_order_however_they_are_cut(host: Any) -> None:
    data = b"".join(frame(encode_message(CallMessage(serial, 160, []))) for serial in range(3))
    sender = threading.Thread(target=lambda: [host.send_bytes(data[at : at + 1]) for at in range(len(data))])
    sender.start()
    assert [host.port.receive().serial for _ in range(3)] == [0, 1, 2]
    sender.join()


def test_a_wake_forgets_what_an_earlier_host_said(host: Any) -> None:
    host.send(CallMessage(1, 160, []))
    host.send(WAKE)
    assert host.port.receive() == WAKE
    host.send(CallMessage(2, 160, []))
    assert host.port.receive() == CallMessage(2, 160, [])


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", frame(b"\x90"), frame(b"\x91\x63")])
def test_garbage_breaks_the_stream(host: Any, data: bytes) -> None:
    host.send_bytes(data)
    with pytest.raises(StreamBrokenError):
        host.port.receive()


def test_garbage_during_a_call_breaks_the_stream_too(host: Any) -> None:
    host.send_bytes(b"\xff\xff\xff\xff")
    with pytest.raises(StreamBrokenError):
        host.port.is_cancelled(1)


@pytest.mark.parametrize("message", [Reply(1, None), LogMessage("info", "text")])
def test_a_message_that_only_a_guest_sends_breaks_the_stream(host: Any, message: Any) -> None:
    host.send(message)
    with pytest.raises(StreamBrokenError):
        host.port.receive()


def test_cancels_of_other_calls_mean_nothing_and_calls_wait(host: Any) -> None:
    host.send(CancelMessage(6))
    host.send(CallMessage(8, 160, []))
    assert not host.port.is_cancelled(7)
    host.send(CancelMessage(7))
    assert host.port.is_cancelled(7)
    assert not host.port.is_cancelled(7)
    assert host.port.receive() == CallMessage(8, 160, [])


def test_a_long_message_waits_for_its_reader(host: Any) -> None:
    received: list[Any] = []

    def read() -> None:
        while not received:
            received.extend(host.received())

    reader = threading.Thread(target=read)
    reader.start()
    host.port.send(Reply(1, bytes(3 << 20)))
    reader.join()
    assert received == [Reply(1, bytes(3 << 20))]
