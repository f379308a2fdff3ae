"""The conversation: one call at a time, answers only to what was asked, hostile numbers bounded."""

from __future__ import annotations

from typing import Any

import pytest
from cutaway.calls import CALLS
from cutaway.errors import Cancelled, GuestError, NotFound, ProtocolError
from cutaway.protocol.framing import FrameReader, frame
from cutaway.protocol.messages import (
    CallMessage,
    CancelMessage,
    ErrorMessage,
    Hello,
    LogMessage,
    Message,
    Page,
    PhaseMessage,
    ProgressMessage,
    Reply,
    Wake,
    decode_message,
    encode_message,
)
from cutaway.protocol.session import Advanced, Failed, PageArrived, Returned, Session
from hypothesis import given
from hypothesis import strategies as st

LS, CAT, DOWNLOAD = CALLS["ls"], CALLS["cat"], CALLS["download"]


def wire(message: Message) -> bytes:
    return frame(encode_message(message))


def sent(data: bytes) -> list[Message]:
    return [decode_message(payload) for payload in FrameReader().feed(data)]


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def calling(session: Session) -> Session:
    session.call(LS, {"directory": "/"})
    return session


def test_a_call_is_sent_with_serial_number_and_arguments(session: Session) -> None:
    assert sent(session.call(LS, {"directory": "/etc"})) == [CallMessage(1, LS.number, [b"/etc"])]
    assert (session.running, session.serial) == (LS, 1)


def test_the_hosts_file_of_a_download_is_not_sent(session: Session) -> None:
    data = session.call(DOWNLOAD, {"remotefile": "/a", "filename": "/home/me/a"})
    assert sent(data) == [CallMessage(1, DOWNLOAD.number, [b"/a"])]


def test_a_second_call_at_the_same_time_is_a_fault_of_the_engine(calling: Session) -> None:
    with pytest.raises(RuntimeError, match="ls is still running"):
        calling.call(LS, {"directory": "/"})


def test_an_argument_that_cannot_be_sent_leaves_the_session_free(session: Session) -> None:
    with pytest.raises(ValueError, match="must begin"):
        session.call(LS, {"directory": "etc"})
    assert session.running is None
    assert session.serial == 0


def test_a_call_that_is_too_long_leaves_the_session_free(session: Session) -> None:
    with pytest.raises(ProtocolError):
        session.call(LS, {"directory": b"/" * (5 << 20)})
    assert session.running is None


def test_a_reply_is_decoded_and_ends_the_call(session: Session) -> None:
    session.call(CAT, {"path": "/a"})
    assert session.receive(wire(Reply(1, b"content"))) == [Returned(b"content")]
    assert session.running is None


def test_pages_come_before_the_reply(calling: Session) -> None:
    data = wire(Page(1, [b"a", b"b"])) + wire(Page(1, [b"c"])) + wire(Reply(1, []))
    sizes = [len(encode_message(page)) for page in (Page(1, [b"a", b"b"]), Page(1, [b"c"]))]
    assert calling.receive(data) == [
        PageArrived([b"a", b"b"], sizes[0]), PageArrived([b"c"], sizes[1]), Returned([]),
    ]  # fmt: skip


def test_a_page_for_a_call_that_has_none_is_a_protocol_error(session: Session) -> None:
    session.call(CAT, {"path": "/a"})
    with pytest.raises(ProtocolError, match="page for cat"):
        session.receive(wire(Page(1, [b"a"])))


def test_an_error_has_its_class_and_ends_the_call(calling: Session) -> None:
    (event,) = calling.receive(wire(ErrorMessage(1, "ENOENT", "/: gone", "ls")))
    assert isinstance(event, Failed)
    error = event.error
    assert isinstance(error, NotFound)
    assert (error.procedure, error.errno_name, error.message, error.tool) == ("ls", "ENOENT", "/: gone", "ls")
    assert calling.running is None


def test_an_unknown_errno_is_a_plain_guest_error(calling: Session) -> None:
    (event,) = calling.receive(wire(ErrorMessage(1, "EWHATEVER", "", "")))
    assert isinstance(event, Failed)
    assert type(event.error) is GuestError


def test_a_cancelled_call_is_cancelled(calling: Session) -> None:
    assert sent(calling.cancel()) == [CancelMessage(1)]
    (event,) = calling.receive(wire(ErrorMessage(1, "CANCELLED", "", "")))
    assert isinstance(event, Failed)
    assert isinstance(event.error, Cancelled)


def test_cancel_without_a_call_sends_nothing(session: Session) -> None:
    assert session.cancel() == b""


def test_wake_has_randomness_and_time() -> None:
    assert sent(Session.wake(b"e" * 64, 7)) == [Wake(b"e" * 64, 7)]


@pytest.mark.parametrize(
    "message", [Hello(1, "hash", "6.1", ["core"]), LogMessage("info", "text"), PhaseMessage("ready")]
)
def test_greetings_logs_and_phases_come_at_any_time(session: Session, message: Message) -> None:
    assert session.receive(wire(message)) == [message]
    session.call(LS, {"directory": "/"})
    assert session.receive(wire(message)) == [message]


@pytest.mark.parametrize(
    ("position", "total", "expected"),
    [(3, 10, (3, 10)), (11, 10, (10, 10)), (-1, 10, (0, 10)), (5, 0, (5, 0)), (-5, -9, (0, 0)), (7, -1, (7, 0))],
)
def test_progress_is_kept_within_bounds(calling: Session, position: int, total: int, expected: tuple[int, int]) -> None:
    assert calling.receive(wire(ProgressMessage(1, position, total))) == [Advanced("ls", 1, *expected)]


def test_late_progress_is_ignored(calling: Session) -> None:
    assert calling.receive(wire(ProgressMessage(0, 1, 2))) == []
    calling.receive(wire(Reply(1, [])))
    assert calling.receive(wire(ProgressMessage(1, 1, 2))) == []


@pytest.mark.parametrize("answer", [Reply(2, []), Page(2, []), ErrorMessage(2, "EIO", "", "")])
def test_an_answer_to_another_call_is_a_protocol_error(calling: Session, answer: Message) -> None:
    with pytest.raises(ProtocolError, match="call 2"):
        calling.receive(wire(answer))


@pytest.mark.parametrize("answer", [Reply(0, []), Page(0, []), ErrorMessage(0, "EIO", "", "")])
def test_an_answer_without_a_call_is_a_protocol_error(session: Session, answer: Message) -> None:
    with pytest.raises(ProtocolError, match="not running"):
        session.receive(wire(answer))


@pytest.mark.parametrize("message", [Wake(b"", 0), CallMessage(1, 1, []), CancelMessage(1)])
def test_what_only_the_host_says_is_a_protocol_error_from_the_guest(session: Session, message: Message) -> None:
    with pytest.raises(ProtocolError, match=type(message).__name__):
        session.receive(wire(message))


@pytest.mark.parametrize("value", [None, "text", [1], 7])
def test_a_reply_of_the_wrong_type_is_a_protocol_error(calling: Session, value: Any) -> None:
    with pytest.raises(ProtocolError):
        calling.receive(wire(Reply(1, value)))


def test_events_come_in_the_order_of_the_stream_however_it_is_cut(calling: Session) -> None:
    data = wire(Page(1, [b"a"])) + wire(ProgressMessage(1, 1, 2)) + wire(LogMessage("info", "x")) + wire(Reply(1, []))
    events = [event for byte in data for event in calling.receive(bytes([byte]))]
    assert [type(event) for event in events] == [PageArrived, Advanced, LogMessage, Returned]


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_whatever_a_hostile_guest_sends_is_an_event_or_a_protocol_error(payloads: list[bytes]) -> None:
    session = Session()
    session.call(LS, {"directory": "/"})
    for payload in payloads:
        try:
            session.receive(frame(payload))
        except ProtocolError:
            return
