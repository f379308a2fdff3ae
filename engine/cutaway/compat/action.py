"""What every method of the compatible handle has in common: closed handles, events, traces, RuntimeError.

Runs in the caller's thread. Knows no call by name.
"""

from __future__ import annotations

import errno
import functools
import inspect
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast

from cutaway.errors import Cancelled, EngineError, GuestError, StateError

F = TypeVar("F", bound=Callable[..., Any])
#: Names of arguments that no trace tells, as libguestfs has it.
SECRETS = frozenset({"key", "newkey"})
#: What libguestfs says of a call that needs the appliance.
NOT_LAUNCHED = "call launch before using this function\n(in guestfish, don't forget to use the 'run' command)"


class Teller(Protocol):
    """What an action needs of its handle."""

    def _check_not_closed(self) -> None: ...
    def _entered(self, name: str) -> None: ...
    def _traced(self, text: str) -> None: ...
    def _is_tracing(self) -> bool: ...


def action(function: F) -> F:
    """Make a method an action of libguestfs: it enters, traces, and fails by RuntimeError alone.

    Wrong arguments raise TypeError, as everywhere in Python; a closed handle raises ClosedHandle.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def method(self: Teller, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(self, *args, **kwargs)
        self._check_not_closed()
        self._entered(function.__name__)
        was_tracing = self._is_tracing()
        if was_tracing:
            self._traced(_call_text(function.__name__, bound))
        outcome = "-1 (error)"
        try:
            with failures(function.__name__):
                bound.apply_defaults()
                result = function(*bound.args, **bound.kwargs)
            outcome = _result_text(result)
        finally:
            if was_tracing:
                self._traced(f"{function.__name__} = {outcome}")
        return result

    return cast("F", method)


@contextmanager
def failures(name: str) -> Iterator[None]:
    """Turn every failure of an action into a RuntimeError whose message is libguestfs' where that matters."""
    try:
        yield
    except StateError as error:
        raise RuntimeError(f"{name}: {NOT_LAUNCHED}") from error
    except Cancelled as error:
        raise RuntimeError(f"{name}: operation cancelled by user") from error
    except GuestError as error:
        raise RuntimeError(f"{name}: {_spelt(error)}") from error
    except (EngineError, NotImplementedError, ValueError) as error:
        raise RuntimeError(f"{name}: {error}") from error
    except OSError as error:
        raise RuntimeError(f"{error.filename}: {error.strerror}") from error


def _spelt(error: GuestError) -> str:
    """Return what an error says, with its reason spelt as the C library does: programs compare it."""
    text, number = str(error), getattr(errno, error.errno_name, 0)
    said = os.strerror(number) if number else ""
    return text[: -len(said)] + said if said and text.lower().endswith(said.lower()) else text


def _call_text(name: str, bound: inspect.BoundArguments) -> str:
    words = [name]
    for key, value in list(bound.arguments.items())[1:]:
        if key in SECRETS:
            words.append(json.dumps("***"))
        elif bound.signature.parameters[key].default is inspect.Parameter.empty:
            words.append(_word(value))
        elif value is not None:
            words.append(json.dumps(f"{key}:{_plain(value)}"))
    return " ".join(words)


def _word(value: Any) -> str:
    is_bare = isinstance(value, bool | int)
    return _plain(value) if is_bare else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return " ".join(_plain(item) for item in value)
    return os.fsdecode(value) if isinstance(value, bytes) else str(value)


def _result_text(result: Any) -> str:
    if result is None:
        return "0"
    return json.dumps(result, ensure_ascii=False, default=_plain)
