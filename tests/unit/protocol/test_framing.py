"""Messages are found in a stream however it is cut, and no length word makes the reader wait for ever."""

from __future__ import annotations

import struct

import pytest
from cutaway.errors import ProtocolError
from cutaway.protocol.framing import DATA_MAX, MESSAGE_MAX, FrameReader, Mark, frame
from hypothesis import given
from hypothesis import strategies as st


def test_frame_is_length_word_and_payload() -> None:
    assert frame(b"abc") == b"\0\0\0\3abc"


def test_frame_of_the_longest_message_is_allowed() -> None:
    assert len(frame(bytes(MESSAGE_MAX))) == MESSAGE_MAX + 4


def test_frame_of_a_longer_message_is_refused() -> None:
    with pytest.raises(ProtocolError, match="longer than"):
        frame(bytes(MESSAGE_MAX + 1))


@given(st.lists(st.binary(max_size=40), max_size=8), st.data())
def test_messages_survive_any_cut_of_the_stream(messages: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frame(message) for message in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = FrameReader()
    found: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += reader.feed(stream[start:end])
    assert found == messages


def test_an_incomplete_message_is_kept_for_later() -> None:
    reader = FrameReader()
    assert reader.feed(b"\0\0") == []
    assert reader.feed(b"\0\2a") == []
    assert reader.feed(b"b\0") == [b"ab"]


@pytest.mark.parametrize("length", [MESSAGE_MAX + 1, *(mark for mark in Mark if mark)])
def test_a_length_word_that_is_too_big_is_refused_at_once(length: int) -> None:
    with pytest.raises(ProtocolError, match="longer than"):
        FrameReader().feed(struct.pack(">I", length))


def test_marks_of_the_data_channel_are_no_lengths() -> None:
    assert all(mark == 0 or mark > DATA_MAX for mark in Mark)
