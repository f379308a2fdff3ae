"""The bytes on the wire are those of the vectors, so that engine and daemon of one version understand each other."""

from __future__ import annotations

from typing import Any

import pytest
from cutaway.calls import CALLS
from cutaway.errors import ProtocolError
from cutaway.protocol import messages
from cutaway.protocol.framing import FrameReader, frame
from cutaway.protocol.messages import decode_message, encode_message
from cutaway.protocol.session import Session
from support.vectors import load, value


def name_of(vector: dict[str, Any]) -> str:
    return str(vector.get("what") or vector.get("kind") or vector.get("call"))


@pytest.mark.parametrize("vector", load("messages"), ids=name_of)
def test_a_message_is_encoded_as_in_the_vector(vector: dict[str, Any]) -> None:
    message = getattr(messages, vector["kind"])(*value(vector["fields"]))
    assert frame(encode_message(message)).hex() == vector["frame"]


@pytest.mark.parametrize("vector", load("messages"), ids=name_of)
def test_a_message_is_decoded_as_in_the_vector(vector: dict[str, Any]) -> None:
    (payload,) = FrameReader().feed(bytes.fromhex(vector["frame"]))
    assert decode_message(payload) == getattr(messages, vector["kind"])(*value(vector["fields"]))


@pytest.mark.parametrize("vector", load("calls"), ids=name_of)
def test_a_call_is_sent_as_in_the_vector(vector: dict[str, Any]) -> None:
    arguments = {name: value(argument) for name, argument in vector["arguments"].items()}
    assert Session().call(CALLS[vector["call"]], arguments).hex() == vector["frame"]


@pytest.mark.parametrize("vector", load("hostile"), ids=name_of)
def test_a_hostile_frame_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        Session().receive(bytes.fromhex(vector["frame"]))


def test_every_kind_of_message_has_a_vector() -> None:
    kinds = {type(message).__name__ for message in map(_message, load("messages"))}
    assert kinds == {kind.__name__ for kind in messages.Message.__args__}


def _message(vector: dict[str, Any]) -> Any:
    return decode_message(bytes.fromhex(vector["frame"])[4:])
