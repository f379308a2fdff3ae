"""Messages travel unchanged; whatever else comes is a ProtocolError and nothing worse."""

from __future__ import annotations

import typing
from typing import Any

import msgpack
import pytest
from cutaway.errors import ProtocolError
from cutaway.protocol.messages import KINDS, LogMessage, Message, decode_message, encode_message
from hypothesis import given
from hypothesis import strategies as st

CLASSES = typing.get_args(Message)
HELLO, REPLY, PAGE = 1, 3, 5
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
FIELD = {
    "<class 'int'>": st.integers(-(2**63), 2**64 - 1),
    "<class 'str'>": TEXT,
    "<class 'bytes'>": st.binary(max_size=20),
    "typing.Any": st.none() | st.booleans() | st.integers(0, 9) | st.binary(max_size=9) | st.lists(st.integers(0, 9)),
    "list[typing.Any]": st.lists(st.none() | st.integers(0, 9) | st.binary(max_size=9), max_size=5),
    "list[str]": st.lists(TEXT, max_size=5),
}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 9) | TEXT, inner, max_size=3),
    max_leaves=12,
)


@st.composite
def messages(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(CLASSES))
    return kind(*[draw(FIELD[str(hint)]) for hint in typing.get_type_hints(kind).values()])


@given(messages())
def test_a_message_comes_back_as_it_was(message: Any) -> None:
    assert decode_message(encode_message(message)) == message


def test_undecodable_text_survives() -> None:
    message = LogMessage("error", b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert decode_message(encode_message(message)) == message


def test_every_kind_has_a_number_of_its_own() -> None:
    assert sorted(kind.__name__ for kind in KINDS.values()) == sorted(kind.__name__ for kind in CLASSES)


@given(st.binary(max_size=200))
def test_random_bytes_are_a_message_or_a_protocol_error(payload: bytes) -> None:
    try:
        message = decode_message(payload)
    except ProtocolError:
        return
    assert isinstance(message, CLASSES)


@given(JUNK)
def test_well_formed_junk_is_a_message_or_a_protocol_error(value: Any) -> None:
    try:
        message = decode_message(msgpack.packb(value))
    except ProtocolError:
        return
    assert isinstance(message, CLASSES)


@given(st.sampled_from(sorted(KINDS)), st.lists(JUNK, max_size=5))
def test_known_kinds_with_junk_fields_are_messages_or_protocol_errors(kind: int, fields: list[Any]) -> None:
    try:
        message = decode_message(msgpack.packb([kind, *fields]))
    except ProtocolError:
        return
    assert isinstance(message, KINDS[kind])


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        7,
        {},
        "text",
        [99],
        [HELLO],
        [HELLO, 1, "hash", "kernel", [], "one too many"],
        [HELLO, "one", "hash", "kernel", []],
        [[1], 2, 3],
        [REPLY, None, None],
    ],
)  # fmt: skip
def test_what_is_no_message_is_a_protocol_error(value: Any) -> None:
    with pytest.raises(ProtocolError):
        decode_message(msgpack.packb(value))


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x93\x01", b"\xdd\xff\xff\xff\xff", b"\x90\x90"])
def test_bytes_that_are_no_msgpack_are_a_protocol_error(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_message(payload)


def test_nesting_without_end_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        decode_message(b"\x91" * 100_000)


@pytest.mark.parametrize("flag", [True, False])
def test_a_truth_value_is_no_number(flag: bool) -> None:
    with pytest.raises(ProtocolError):
        decode_message(msgpack.packb([PAGE, flag, []]))


def test_features_of_a_hello_are_texts() -> None:
    with pytest.raises(ProtocolError):
        decode_message(msgpack.packb([HELLO, 1, "hash", "kernel", [1, b"two"]]))
