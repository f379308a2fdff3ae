"""What a program that reads the folder gets as errno for what goes wrong in the engine. Pure."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from cutaway.errors import EngineError, GuestError

P = ParamSpec("P")
R = TypeVar("R")


def errno_of(error: EngineError) -> int:
    """Return the image's own errno where it has one; EIO for all that a program cannot know, such as an end of qemu."""
    name = error.errno_name if isinstance(error, GuestError) else ""
    number = getattr(errno, name, None) if name.isupper() else None
    return number if isinstance(number, int) else errno.EIO


def with_errnos(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function fail with a plain OSError that has an errno, whatever the engine says."""

    @functools.wraps(function)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except EngineError as error:
            number = errno_of(error)
            raise OSError(number, os.strerror(number)) from error

    return answer
