"""Values are checked against their annotation on the way in; whatever is hostile ends in a ProtocolError."""

from __future__ import annotations

import dataclasses
import signal
import typing
from pathlib import PurePosixPath
from typing import Annotated, Any, Optional

import msgpack
import pytest
from cutaway import records
from cutaway.calls import CALLS
from cutaway.errors import ProtocolError
from cutaway.protocol.declaration import Argument, Kind
from cutaway.protocol.shapes import decode, encode, encode_argument, guest_path, secret
from cutaway.records import DirectoryEntry, Filesystem, FolderEntry, Mount, Stat
from hypothesis import given, settings
from hypothesis import strategies as st

#: The least and the most that fit into a field of a packed record.
FITTING = {"I": (0, 2**32 - 1), "Q": (0, 2**64 - 1), "q": (-(2**63), 2**63 - 1)}
RECORDS = [value for name in records.__all__ if dataclasses.is_dataclass(value := getattr(records, name))]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary() | st.text(),
    lambda inner: st.lists(inner, max_size=14) | st.dictionaries(st.binary() | st.text(), inner, max_size=3),
    max_leaves=20,
)


def strategy(annotation: Any) -> st.SearchStrategy[Any]:
    """Return the values that an annotation allows."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if dataclasses.is_dataclass(annotation):
        names = [field.name for field in dataclasses.fields(annotation)]
        if packed := getattr(annotation, "PACKED", None):
            letters = packed.format.removeprefix("<")
            return st.builds(annotation, *[st.integers(*FITTING[letter]) for letter in letters])
        hints = typing.get_type_hints(annotation)
        return st.builds(annotation, **{name: strategy(hints[name]) for name in names})
    if origin is list:
        return st.lists(strategy(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(strategy(arguments[0]), strategy(arguments[1]), max_size=2)
    if arguments:
        return st.one_of(*map(strategy, arguments))
    plain = {int: st.integers(-(2**63), 2**64 - 1), str: st.text(), bytes: st.binary(), bool: st.booleans()}
    return st.none() if annotation in {None, type(None)} else plain[annotation]


@pytest.mark.parametrize("record", RECORDS)
def test_each_record_survives_the_wire(record: type) -> None:
    @settings(max_examples=20)
    @given(strategy(record))
    def check(value: Any) -> None:
        wire = msgpack.unpackb(msgpack.packb(encode(value)), strict_map_key=False)
        assert decode(record, wire) == value

    check()


@pytest.mark.parametrize("name", CALLS)
def test_a_result_of_each_call_survives_the_wire(name: str) -> None:
    @settings(max_examples=10)
    @given(strategy(CALLS[name].result))
    def check(value: Any) -> None:
        assert decode(CALLS[name].result, msgpack.unpackb(msgpack.packb(encode(value)), strict_map_key=False)) == value

    check()


@given(st.sampled_from([call.result for call in CALLS.values()]), JUNK)
def test_junk_as_a_result_is_a_protocol_error_at_worst(annotation: Any, value: Any) -> None:
    try:
        decode(annotation, value)
    except ProtocolError:
        return


@given(st.sampled_from(RECORDS), st.lists(JUNK, max_size=14))
def test_junk_as_a_record_is_a_protocol_error_at_worst(record: type, value: list[Any]) -> None:
    try:
        found = decode(record, value)
    except ProtocolError:
        return
    assert isinstance(found, record)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, True),
        (int, 1.0),
        (bool, 1),
        (str, b"text"),
        (bytes, "text"),
        (None, 0),
        (list[int], [1, "2"]),
        (list[int], (1,)),
        (list[int], {}),
        (dict[str, int], []),
        (dict[str, int], {1: 1}),
        (dict[str, int], {"a": "b"}),
        (int | None, "1"),
        (Stat, [1, 2, 3]),
        (Stat, [0] * 13),
        (Stat, bytes(Stat.PACKED.size - 1)),
        (Stat, bytes(Stat.PACKED.size + 1)),
        (Stat, {"dev": 1}),
        (Mount, ["/dev/sda1"]),
        (Mount, ["/dev/sda1", "/text", "ext4", ""]),
        (list[DirectoryEntry], [[1, "r", b"a"], [1, "r"]]),
    ],
)
def test_a_wrong_type_is_a_protocol_error(annotation: Any, value: Any) -> None:
    with pytest.raises(ProtocolError):
        decode(annotation, value)


def test_fields_with_a_default_may_be_missing_from_an_older_daemon() -> None:
    assert decode(Mount, ["/dev/sda1", b"/"]) == Mount("/dev/sda1", b"/", "", "")


def test_annotated_and_optional_are_understood() -> None:
    assert decode(Annotated[int, "any"], 3) == 3
    assert decode(Optional[int], None) is None  # noqa: UP045 the old form is understood too


def test_records_in_records_are_decoded() -> None:
    stat = Stat(*range(13))
    assert decode(list[FolderEntry], [[b"a", Stat.PACKED.pack(*range(13)), b"", False]]) == [FolderEntry(b"a", stat)]


def test_numbers_of_a_hostile_file_system_that_do_not_fit_are_the_nearest_that_do() -> None:
    odd = Stat(-1, 2**70, 0, 0, 2**40, 0, 0, -(2**80), 0, 0, 2**64, -(2**64), 7)
    fitting = Stat(0, 2**64 - 1, 0, 0, 2**32 - 1, 0, 0, -(2**63), 0, 0, 2**63 - 1, -(2**63), 7)
    assert decode(Stat, encode(odd)) == fitting


def test_tuples_and_maps_are_encoded() -> None:
    assert encode(({"a": Filesystem("m", "t", "l", "u", 1)}, None)) == [{"a": ["m", "t", "l", "u", 1, ""]}, None]


@pytest.mark.parametrize("value", [object(), {1, 2}, Stat, PurePosixPath("/")])
def test_what_has_no_wire_form_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be sent"):
        encode(value)


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("/etc", b"/etc"),
        (b"/caf\xe9", b"/caf\xe9"),
        (b"/caf\xe9".decode("utf-8", "surrogateescape"), b"/caf\xe9"),
        (PurePosixPath("/a/b"), b"/a/b"),
        ("/ü", "/ü".encode()),
    ],
)
def test_a_path_becomes_bytes(path: Any, raw: bytes) -> None:
    assert guest_path(path) == raw


@pytest.mark.parametrize("path", ["", "etc", b"../etc", "/a\0b", PurePosixPath("a")])
def test_a_path_that_is_relative_or_holds_nul_is_refused(path: Any) -> None:
    with pytest.raises(ValueError, match="a path in the image"):
        guest_path(path)


@pytest.mark.parametrize("path", [None, 7, ["/"]])
def test_what_is_no_path_at_all_is_refused(path: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        guest_path(path)


def test_arguments_are_encoded_by_their_kind() -> None:
    path = Argument("path", str, Kind.GUEST_PATH, None)
    plain = Argument("names", list[bytes], Kind.PLAIN, None)
    assert encode_argument(path, "/etc") == b"/etc"
    assert encode_argument(plain, [b"a"]) == [b"a"]


@pytest.mark.parametrize(
    ("annotation", "value"), [(str, b"text"), (int, "1"), (int, True), (list[bytes], ["a"]), (bool, 1), (str, None)]
)
def test_an_argument_of_another_type_is_refused_before_it_is_sent(annotation: Any, value: Any) -> None:
    with pytest.raises(TypeError, match="text: expected"):
        encode_argument(Argument("text", annotation, Kind.PLAIN, None), value)


def test_kinds_of_plain_types_are_sent_as_these() -> None:
    sent = encode_argument(Argument("number", int, Kind.PLAIN, None), signal.SIGTERM)
    assert (sent, type(sent)) == (15, int)


@pytest.mark.parametrize(("key", "raw"), [("pässword\n", b"p\xc3\xa4ssword\n"), (b"\0\xff", b"\0\xff"), ("", b"")])
def test_a_key_is_sent_as_its_bytes(key: str | bytes, raw: bytes) -> None:
    argument = Argument("key", str | bytes, Kind.SECRET, "")
    assert encode_argument(argument, key) == secret(key) == raw


def test_a_key_of_another_type_is_refused_without_telling_it() -> None:
    with pytest.raises(TypeError, match="not int") as caught:
        secret(8472)  # type: ignore[arg-type]
    assert "8472" not in str(caught.value)
