"""What all commands on an image have in common, declared once: the image, how it is opened, errors as sentences."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from cutaway.cli.arguments import (
    Add,
    Allow,
    Debug,
    Device,
    Format,
    Image,
    Inside,
    Key,
    KeysFromStdin,
    Snapshot,
    Streams,
    Verbose,
)
from cutaway.cli.keys import read_keys
from cutaway.cli.opened import ImageOptions
from cutaway.cli.output import errors_as_sentences

P = ParamSpec("P")
KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY
DEBUG = inspect.Parameter("debug", KEYWORD_ONLY, default=False, annotation=Debug)


def image_options(
    image: Image, device: Device = None, add: Add = None, snapshot: Snapshot = None, format: Format = None,
    allow: Allow = None, verbose: Verbose = False, key: Key = None, stdin_keys: KeysFromStdin = False,
    streams: Streams = False, inside: Inside = None,
) -> ImageOptions:  # fmt: skip
    """Return how an image is to be opened.

    Raises:
        EngineError: a key makes no sense, or cannot be read.
    """
    keys = read_keys(key or (), from_stdin=stdin_keys)
    return ImageOptions(
        image,
        device,
        format,
        frozenset(allow or ()),
        verbose,
        keys=keys,
        further=tuple(add or ()),
        snapshot=snapshot,
        streams=streams,
        inside=tuple(inside or ()),
    )


def image_command(command: Callable[Concatenate[ImageOptions, P], None]) -> Callable[..., None]:
    """Make a command of a function that gets first how an image is to be opened.

    Its own arguments come after the image, its own options before those that all such commands have.
    """
    return _made(command, _parameters(image_options))


def whole_image_command(command: Callable[Concatenate[ImageOptions, P], None]) -> Callable[..., None]:
    """Make a command as `image_command` does, of one that is about no single file system."""
    return _made(command, [one for one in _parameters(image_options) if one.name not in {"device", "streams"}])


def _made(command: Callable[..., None], shared: list[inspect.Parameter]) -> Callable[..., None]:
    names = [parameter.name for parameter in shared]

    @functools.wraps(command)
    def run(*, debug: bool, **given: Any) -> None:
        with errors_as_sentences(debug=debug):
            command(image_options(**{name: given.pop(name) for name in names}), **given)

    image, *options = shared
    _, *own = _parameters(command)
    wanted = [parameter.replace(kind=KEYWORD_ONLY) for parameter in (image, *own, *options, DEBUG)]
    run.__signature__ = inspect.Signature(wanted)  # type: ignore[attr-defined]  # where `inspect` looks for it
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in wanted}
    return run


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function, eval_str=True).parameters.values())
