"""Keys of encrypted volumes, as the command line gets them: by option, on standard input, or asked for on a terminal.

A key that is part of a command can be read by everybody on the machine while it runs (ps(1)); one from a file, standard
input or the terminal by nobody else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cutaway.cli.output import printable
from cutaway.errors import EngineError
from cutaway.key_file import read_key_file
from cutaway.records import Filesystem
from cutaway.unlocking import Unlocked, keys_in, unpacked

#: Selects every volume.
ALL = "all"
FORM = "Write SELECTOR:file:PATH or SELECTOR:key:TEXT, where SELECTOR is a device, a UUID or all."


@dataclass(frozen=True, slots=True)
class SelectedKey:
    """A key and the volumes that it is for; its text does not tell it.

    Attributes:
        selector: A device, a UUID, or "all".
        candidates: What the key may be, to be tried in turn.
    """

    selector: str
    candidates: tuple[bytes, ...] = field(repr=False)

    def means(self, volume: Filesystem) -> bool:
        """Return whether it is for a volume."""
        return self.selector in {ALL, volume.mountable} or self.selector.lower() == volume.uuid.lower()


@dataclass(frozen=True, slots=True)
class Keys:
    """What may unlock an image.

    Attributes:
        given: In the order in which they were given.
        unlocked: What another program has unlocked, to be so here too.
        outside: The same for the images that this one lies in, the outermost first.
        can_ask: Whether a person can be asked.
    """

    given: tuple[SelectedKey, ...] = ()
    unlocked: tuple[Unlocked, ...] = ()
    outside: tuple[tuple[Unlocked, ...], ...] = ()
    can_ask: bool = False

    def for_volume(self, volume: Filesystem) -> list[bytes]:
        """Return what may unlock a volume."""
        return [candidate for key in self.given if key.means(volume) for candidate in key.candidates]

    @property
    def of_outer(self) -> Keys:
        """The keys of the image that this one lies in."""
        return replace(self, unlocked=self.outside[-1] if self.outside else (), outside=self.outside[:-1])

    def name(self, volume: Filesystem) -> bool:
        """Return whether a key is for this very volume."""
        return any(key.selector != ALL and key.means(volume) for key in self.given)


def read_keys(options: Sequence[str], *, from_stdin: bool) -> Keys:
    """Return the keys that a command line gives.

    Args:
        options: SELECTOR:file:PATH or SELECTOR:key:TEXT.
        from_stdin: Whether standard input holds passphrases, one a line.

    Raises:
        EngineError: an option makes no sense, or a file cannot be read.
    """
    given = [_parse(option) for option in options]
    if from_stdin:
        given += [SelectedKey(ALL, (line.removesuffix(b"\n"),)) for line in sys.stdin.buffer if line.strip(b"\n")]
    return Keys(tuple(given), can_ask=not from_stdin and _is_terminal())


def with_unlocked(keys: Keys, descriptor: int, counts: str) -> Keys:
    """Return keys with what another process says through a pipe that it has unlocked (`unlocking.packed`).

    Args:
        keys: The others.
        descriptor: The pipe.
        counts: How many of the first are for each image that this one lies in, the outermost first: "2,0".
    """
    with open(descriptor, "rb") as pipe:
        rest = unpacked(pipe.read())
    outside = []
    for count in map(int, filter(None, counts.split(","))):
        outside.append(rest[:count])
        rest = rest[count:]
    return replace(keys, unlocked=rest, outside=tuple(outside))


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _parse(option: str) -> SelectedKey:
    selector, kind, value = ([*option.split(":", 2), "", ""])[:3]
    if not selector or kind not in {"file", "key"} or not value:
        raise EngineError(f"a --key for {selector or 'nothing'} is not of the right form", remedy=FORM)
    if kind == "key":
        return SelectedKey(selector, (os.fsencode(value),))
    return SelectedKey(selector, tuple(keys_in(read_key_file(value))))


def ask(volume: Filesystem, image: str) -> bytes:
    """Ask for a passphrase on the terminal, without showing it; nothing if the person has none."""
    place = printable(f"{volume.mountable} in {os.path.basename(image)}")
    prompt = f"Passphrase of {place} (Enter to leave it locked): "
    import getpass  # noqa: PLC0415 few commands need it

    try:
        return os.fsencode(getpass.getpass(prompt, sys.stderr))
    except EOFError:
        return b""
