"""A declaration is a method on the handle, an awaitable on the other, and a description on the class."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from cutaway.calls import CALLS, AllCalls
from cutaway.protocol.declaration import (
    Call,
    Data,
    GuestPath,
    HostInput,
    HostOutput,
    Kind,
    call,
    declared_calls,
)


class Family:
    @call(number=2, since="0.2", feature="extra", progress=True, cancellable=True, data=Data.OUT)
    def fetch(self, path: GuestPath, target: HostOutput, count: int = 7) -> bytes:
        """Fetch something."""

    @call(number=1, paged=True)
    def names(self, source: HostInput) -> list[bytes]:
        """List something."""


class Blocking(Family):
    def invoke(self, call: Call[..., Any], arguments: dict[str, Any]) -> Any:
        return call.name, arguments


class Awaiting(Family):
    def invoke_async(self, call: Call[..., Any], arguments: dict[str, Any]) -> Awaitable[Any]:
        async def work() -> Any:
            return call.name, arguments

        return work()


def test_on_the_class_it_is_the_declaration() -> None:
    declaration = Family.fetch
    assert isinstance(declaration, Call)
    assert repr(declaration) == "<call fetch>"
    assert (declaration.number, declaration.since, declaration.feature) == (2, "0.2", "extra")
    assert (declaration.progress, declaration.cancellable, declaration.paged) == (True, True, False)
    assert declaration.data is Data.OUT
    assert declaration.result is bytes
    assert declaration.__doc__ == "Fetch something."


def test_on_a_blocking_caller_it_is_a_method() -> None:
    method = Blocking().fetch
    assert method("/a", target="b") == ("fetch", {"path": "/a", "target": "b", "count": 7})
    assert (method.__name__, method.__doc__) == ("fetch", "Fetch something.")


def test_on_an_awaiting_caller_it_is_an_awaitable() -> None:
    async def run() -> Any:
        return await Awaiting().fetch("/a", "b", count=1)

    assert asyncio.run(run()) == ("fetch", {"path": "/a", "target": "b", "count": 1})


@pytest.mark.parametrize("arguments", [(), ("/a", "b", 1, 2)])
def test_wrong_arguments_are_a_type_error_before_anything_is_sent(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        Blocking().fetch(*arguments)


def test_arguments_have_kind_type_and_default() -> None:
    path, target, count = Family.fetch.arguments
    assert (path.kind, target.kind, count.kind) == (Kind.GUEST_PATH, Kind.HOST_OUTPUT, Kind.PLAIN)
    assert (path.is_required, count.is_required, count.default) == (True, False, 7)
    assert count.annotation is int


def test_only_the_hosts_output_stays_on_the_host() -> None:
    assert [item.name for item in Family.fetch.wire_arguments] == ["path", "count"]
    assert [item.name for item in Family.names.wire_arguments] == ["source"]


def test_declared_calls_come_by_number() -> None:
    assert list(declared_calls(Family)) == ["names", "fetch"]


def test_every_call_has_a_number_of_its_own() -> None:
    numbers = [declaration.number for declaration in CALLS.values()]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_described_and_typed(name: str) -> None:
    declaration = CALLS[name]
    assert declaration.__doc__
    assert declaration.__doc__.strip()[0].isupper()
    assert declaration.__doc__.strip().endswith((".", ")", "…"))
    assert declaration.arguments is not None
    assert getattr(AllCalls, name) is declaration


@pytest.mark.parametrize("name", [name for name, item in CALLS.items() if item.paged])
def test_paged_calls_return_lists(name: str) -> None:
    assert getattr(CALLS[name].result, "__origin__", None) is list


@pytest.mark.parametrize("name", [name for name, item in CALLS.items() if item.progress])
def test_calls_with_progress_can_be_cancelled(name: str) -> None:
    assert CALLS[name].cancellable


@pytest.mark.parametrize("name", [name for name, item in CALLS.items() if item.data in {Data.OUT, Data.OUT_MANY}])
def test_calls_that_send_data_have_one_host_output(name: str) -> None:
    assert [item.kind for item in CALLS[name].arguments].count(Kind.HOST_OUTPUT) == 1
