"""What a call is: one declaration, from which everything else comes.

A call is declared by a decorated method without a body in one of the families of `cutaway.calls`:

    class FileCalls:
        @call(number=30, since="0.1", cancellable=True)
        def cat(self, path: GuestPath) -> bytes:
            '''Return the content of a file.'''

The decorator turns it into a `Call`, a descriptor. On a blocking caller (`cutaway.Handle`) it is a method of that
very signature; on an awaiting caller (`cutaway.aio.AsyncHandle`) it is the same method returning an awaitable; on
the class it is the declaration itself, which daemon, shell, documentation and tests read.
"""

from __future__ import annotations

import enum
import inspect
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import PurePosixPath
from typing import (
    Annotated,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    overload,
)

P = ParamSpec("P")
R = TypeVar("R")


class Kind(enum.Enum):
    """What an argument means beyond its type."""

    #: A value that means nothing else.
    PLAIN = "plain"
    #: An absolute path in the mounted tree of the image; bytes on the wire.
    GUEST_PATH = "guest path"
    #: A block device of the appliance; /dev/sdX is translated if only hdX or vdX exists.
    DEVICE = "device"
    #: A device, or what else mount takes.
    MOUNTABLE = "mountable"
    #: A path or descriptor on the host that receives the data; never sent to the guest.
    HOST_OUTPUT = "host output"
    #: A file on the host that gives the data; the guest sees it as a device.
    HOST_INPUT = "host input"
    #: A passphrase or key: text or bytes, bytes on the wire, in no trace, log or error.
    SECRET = "secret"  # noqa: S105 the name of a kind


GuestPath = Annotated[str | bytes | PurePosixPath, Kind.GUEST_PATH]
Device = Annotated[str, Kind.DEVICE]
Mountable = Annotated[str, Kind.MOUNTABLE]
HostOutput = Annotated[str | bytes | PathLike[str] | int, Kind.HOST_OUTPUT]
HostInput = Annotated[str | bytes | PathLike[str], Kind.HOST_INPUT]
Secret = Annotated[str | bytes, Kind.SECRET]


class Data(enum.Enum):
    """What a call does with the data channel."""

    NONE = "none"
    #: The daemon sends one stream and then the reply.
    OUT = "out"
    #: The daemon sends a stream for each item of a list and then the reply.
    OUT_MANY = "out many"
    #: The host's file is attached as a device whose name the daemon gets instead of the path.
    IN = "in"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call: its name, annotation, kind, and default (`inspect.Parameter.empty` if required)."""

    name: str
    annotation: Any
    kind: Kind
    default: Any

    @property
    def is_required(self) -> bool:
        """Whether the caller must give it."""
        return self.default is inspect.Parameter.empty

    @property
    def is_on_wire(self) -> bool:
        """Whether the guest gets to see it."""
        return self.kind is not Kind.HOST_OUTPUT


class SyncCaller(Protocol):
    """Whoever carries calls out and waits for them."""

    def invoke(self, call: Call[..., R], arguments: dict[str, Any]) -> R:
        """Carry a call out and return its result."""
        ...


class AsyncCaller(Protocol):
    """Whoever carries calls out and lets the event loop go on meanwhile."""

    def invoke_async(self, call: Call[..., R], arguments: dict[str, Any]) -> Awaitable[R]:
        """Return an awaitable of the call's result."""
        ...


class Call(Generic[P, R]):
    """The declaration of one call, and the method that makes it.

    Attributes:
        number: Its number on the wire; never reused.
        since: The version of Cutaway that brought it.
        feature: The feature group that must be available in the appliance; "core" always is.
        progress: Whether it reports progress.
        cancellable: Whether it can take long, so that cancel matters.
        paged: Whether its result, a list, arrives in pages.
        data: What it does with the data channel.
    """

    def __init__(
        self,
        function: Callable[..., R],
        *,
        number: int,
        since: str,
        feature: str,
        progress: bool,
        cancellable: bool,
        paged: bool,
        data: Data,
    ) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.number = number
        self.since = since
        self.feature = feature
        self.progress = progress
        self.cancellable = cancellable
        self.paged = paged
        self.data = data

    def __repr__(self) -> str:
        return f"<call {self.name}>"

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: SyncCaller, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, instance: AsyncCaller, owner: type) -> Callable[P, Awaitable[R]]: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        make = instance.invoke if hasattr(instance, "invoke") else instance.invoke_async

        def method(*args: Any, **kwargs: Any) -> Any:
            return make(self, self.bind(*args, **kwargs))

        method.__name__ = self.name
        method.__doc__ = self.__doc__
        return method

    @cached_property
    def signature(self) -> inspect.Signature:
        """The signature without `self`, annotations as written."""
        signature = inspect.signature(self.function)
        return signature.replace(parameters=list(signature.parameters.values())[1:])

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function, include_extras=True)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in order."""
        return tuple(
            Argument(name, *_kind_of(self._hints[name]), parameter.default)
            for name, parameter in self.signature.parameters.items()
        )

    @cached_property
    def wire_arguments(self) -> tuple[Argument, ...]:
        """The arguments that travel, in the order in which they do."""
        return tuple(argument for argument in self.arguments if argument.is_on_wire)

    @cached_property
    def result(self) -> Any:
        """The annotation of the result; of a paged call the list's."""
        return self._hints["return"]

    def bind(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return all arguments by name, defaults filled in.

        Raises:
            TypeError: as for any Python function that is called with the wrong arguments.
        """
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)


def _kind_of(annotation: Any) -> tuple[Any, Kind]:
    """Split an annotation into the type and the kind."""
    if typing.get_origin(annotation) is Annotated:
        inner, kind, *_ = typing.get_args(annotation)
        return inner, kind
    return annotation, Kind.PLAIN


def call(
    *,
    number: int,
    since: str = "0.1",
    feature: str = "core",
    progress: bool = False,
    cancellable: bool = False,
    paged: bool = False,
    data: Data = Data.NONE,
) -> Callable[[Callable[Concatenate[Any, P], R]], Call[P, R]]:
    """Declare a call; see the module's text. The decorated function's body is never run."""

    def declare(function: Callable[Concatenate[Any, P], R]) -> Call[P, R]:
        return Call(
            function,
            number=number,
            since=since,
            feature=feature,
            progress=progress,
            cancellable=cancellable,
            paged=paged,
            data=data,
        )

    return declare


def declared_calls(family: type) -> dict[str, Call[..., Any]]:
    """Return all calls that a class and its bases declare, by name, in the order of their numbers."""
    found = {value.name: value for base in family.__mro__ for value in vars(base).values() if isinstance(value, Call)}
    return dict(sorted(found.items(), key=lambda item: item[1].number))
