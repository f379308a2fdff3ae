"""Messages travel unchanged; whatever else comes is a ProtocolError and nothing worse."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import msgpack
import pytest
from cutaway.errors import ProtocolError
from cutaway.protocol.messages import Hello, LogMessage, Message, Page, Reply, decode_message, encode_message
from hypothesis import given
from hypothesis import strategies as st

KINDS = typing.get_args(Message)
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
FIELD = {
    "int": st.integers(-(2**63), 2**64 - 1),
    "str": TEXT,
    "bytes": st.binary(max_size=20),
    "Any": st.none() | st.booleans() | st.integers(0, 9) | st.binary(max_size=9) | st.lists(st.integers(0, 9)),
    "list[Any]": st.lists(st.none() | st.integers(0, 9) | st.binary(max_size=9), max_size=5),
    "list[str]": st.lists(TEXT, max_size=5),
}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 9) | TEXT, inner, max_size=3),
    max_leaves=12,
)


@st.composite
def messages(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(KINDS))
    return kind(*[draw(FIELD[str(field.type)]) for field in dataclasses.fields(kind)])


@given(messages())
def test_a_message_comes_back_as_it_was(message: Any) -> None:
    assert decode_message(encode_message(message)) == message


def test_undecodable_text_survives() -> None:
    message = LogMessage("error", b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert decode_message(encode_message(message)) == message


def test_kinds_have_numbers_of_their_own() -> None:
    numbers = [kind.kind for kind in KINDS]
    assert len(set(numbers)) == len(numbers)


@given(st.binary(max_size=200))
def test_random_bytes_are_a_message_or_a_protocol_error(payload: bytes) -> None:
    try:
        message = decode_message(payload)
    except ProtocolError:
        return
    assert isinstance(message, KINDS)


@given(JUNK)
def test_well_formed_junk_is_a_message_or_a_protocol_error(value: Any) -> None:
    try:
        message = decode_message(msgpack.packb(value))
    except ProtocolError:
        return
    assert isinstance(message, KINDS)


@given(st.sampled_from(KINDS), st.lists(JUNK, max_size=5))
def test_known_kinds_with_junk_fields_are_messages_or_protocol_errors(kind: Any, fields: list[Any]) -> None:
    try:
        message = decode_message(msgpack.packb([kind.kind, *fields]))
    except ProtocolError:
        return
    assert isinstance(message, kind)


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        7,
        {},
        "text",
        [99],
        [Hello.kind],
        [Hello.kind, 1, "hash", "kernel", [], "one too many"],
        [Hello.kind, "one", "hash", "kernel", []],
        [[1], 2, 3],
        [Reply.kind, None, None],
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
        decode_message(msgpack.packb([Page.kind, flag, []]))


def test_features_of_a_hello_are_texts() -> None:
    with pytest.raises(ProtocolError):
        decode_message(msgpack.packb([Hello.kind, 1, "hash", "kernel", [1, b"two"]]))
