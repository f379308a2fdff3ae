"""The calls are a promise: none is removed, renumbered or changed incompatibly. The promise stands in a file.

A new call is added to the file at the end, by hand; an argument with a default may be added at the end of a call.
"""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import Any

from cutaway.calls import CALLS
from cutaway.protocol.declaration import Argument, Call, Kind

PROMISE = Path(__file__).with_name("public_calls.txt")


def type_name(annotation: Any) -> str:
    if typing.get_args(annotation) or not isinstance(annotation, type):
        return re.sub(r"typing\.|cutaway\.records\.\w+\.|pathlib\.", "", str(annotation))
    return annotation.__name__


def argument_text(argument: Argument) -> str:
    kind = type_name(argument.annotation) if argument.kind is Kind.PLAIN else argument.kind.value.replace(" ", "-")
    default = "" if argument.default is inspect.Parameter.empty else f" = {argument.default!r}"
    return f"{argument.name}: {kind}{default}"


def describe(call: Call[..., Any]) -> str:
    arguments = ", ".join(map(argument_text, call.arguments))
    flags = [name for name in ("progress", "cancellable", "paged") if getattr(call, name)]
    tail = " ".join([f"since={call.since}", f"feature={call.feature}", f"data={call.data.name}", *flags])
    return f"{call.number} {call.name}({arguments}) -> {type_name(call.result)} [{tail}]"


def promised() -> list[str]:
    return [line for line in PROMISE.read_text().splitlines() if line and not line.startswith("#")]


def test_no_promised_call_has_changed() -> None:
    now = {describe(call) for call in CALLS.values()}
    assert [line for line in promised() if line not in now] == []


def test_every_call_is_promised() -> None:
    lines = set(promised())
    assert [describe(call) for call in CALLS.values() if describe(call) not in lines] == []


def test_no_number_is_promised_twice() -> None:
    numbers = [line.split()[0] for line in promised()]
    assert sorted(numbers) == sorted(set(numbers))
