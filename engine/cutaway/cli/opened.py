"""An image opened for one command: appliance started, tree mounted, errors that name what there is instead."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cutaway.calls import AllCalls
from cutaway.cli.keys import Keys
from cutaway.cli.output import printable, say
from cutaway.cli.unlocking import Unlocker, certainly_locked, why_not_shown
from cutaway.errors import DriveError, EngineError, GuestError
from cutaway.events import BootPhase, KernelLog, Warning
from cutaway.handle import Handle
from cutaway.mount_plan import MountTree, clear_choice, plan
from cutaway.records import Mount, Survey
from cutaway.settings import Settings

#: What the kernel has said comes when nobody has called for a moment.
KERNEL_QUIET_S = 0.2
#: How ntfs-3g(8) is told to let streams be named.
NTFS, STREAMS = "ntfs", "streams_interface=windows"


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How the image is to be opened.

    Attributes:
        tree: Which of the trees of `mount_plan.plan` to mount; None: the one that is clear without asking.
        keys: What unlocks its encrypted volumes.
        further: Images of the other disks of the same machine.
        inside: The image is in that one: for each that it lies in, the outermost first, where the next is found there.
        streams: Whether file systems of NTFS are mounted so that FILE:STREAM names a stream.
        snapshot: The point in time of the image to look at; None: now.
    """

    image: str
    device: str | None = None
    format: str | None = None
    allowed: frozenset[str] = field(default_factory=frozenset)
    verbose: bool = False
    tree: int | None = None
    keys: Keys = field(default_factory=Keys)
    further: tuple[str, ...] = ()
    snapshot: str | None = None
    streams: bool = False
    inside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the image is called."""
        return ":".join((self.image, *(place_in(word).path for word in self.inside)))

    @property
    def outer(self) -> ImageOptions:
        """How the image is to be opened that this one lies in."""
        place = place_in(self.inside[-1])
        return replace(
            self, inside=self.inside[:-1], device=place.device, tree=place.tree, snapshot=None, streams=False,
            keys=self.keys.of_outer,
        )  # fmt: skip


class PlaceInside(NamedTuple):
    """Where an image is found in another.

    Attributes:
        path: Its path.
        device: The file system that this begins at; None: the tree that is clear.
        tree: Which of the trees it begins at, by number.
    """

    path: str
    device: str | None = None
    tree: int | None = None


def place_in(word: str) -> PlaceInside:
    """Return what PATH, DEVICE:PATH or NUMBER:PATH means."""
    if match := re.fullmatch(r"(?:(/dev/[^:]+)|(\d{1,4})):(/.*)", word, re.DOTALL):
        device, number, path = match.groups()
        return PlaceInside(path, device, int(number) if number else None)
    return PlaceInside(word if word.startswith("/") else f"/{word}")


def settings() -> Settings:
    """Return what the environment says.

    Raises:
        EngineError: it makes no sense.
    """
    try:
        return Settings.from_environment()
    except ValueError as error:
        raise EngineError(str(error), remedy="Correct the variable, or unset it.") from error


@contextmanager
def launched(options: ImageOptions, *, write: bool = False, is_outer: bool = False) -> Iterator[Handle]:
    """Start an appliance with the image and the further ones as its drives; with `write` what is written changes them.

    Args:
        options: How the image is to be opened.
        write: Whether it is changed.
        is_outer: Whether another image that lies in it is what is looked at.

    Raises:
        LaunchError, DriveError: it cannot be done.
    """
    if write and options.inside:
        remedy = "Extract it, and change the file that comes out."
        raise DriveError(f"{options.name} lies in an image, and cannot be changed", path=options.name, remedy=remedy)
    with _opened_outer(options) as outer, Handle(settings()) as handle:
        listen(handle, verbose=options.verbose)
        if outer is None:
            _add_drives(handle, options, write=write)
        else:
            path = place_in(options.inside[-1]).path
            handle.add_drive_inside(outer, path, snapshot=options.snapshot, allowed=options.allowed)
        handle.unlock_at_launch(options.keys.unlocked)
        handle.launch()
        unlocker_of(handle, options).use_given(is_one_of_several=is_outer or bool(options.inside))
        try:
            yield handle
        finally:
            if options.verbose:
                time.sleep(KERNEL_QUIET_S)


@contextmanager
def _opened_outer(options: ImageOptions) -> Iterator[Handle | None]:
    """Open the image that an image lies in, if it lies in one."""
    if not options.inside:
        yield None
        return
    is_device = place_in(options.inside[-1]).path.startswith("/dev/")
    opening = launched if is_device else mounted
    with opening(options.outer, is_outer=True) as outer:
        yield outer


def _add_drives(handle: Handle, options: ImageOptions, *, write: bool) -> None:
    _refuse_twins(options)
    snapshot = options.snapshot
    if options.format is None:
        handle.add_images(options.image, readonly=not write, allowed=options.allowed, snapshot=snapshot)
    else:
        handle.add_drive(
            options.image, readonly=not write, format=options.format, allowed=options.allowed, snapshot=snapshot
        )
    for image in options.further:
        handle.add_images(image, readonly=not write, allowed=options.allowed)


def _refuse_twins(options: ImageOptions) -> None:
    """Refuse a disk that is given twice: a volume group would have two of each of its volumes.

    Raises:
        DriveError: there is one.
    """
    seen: set[str] = set()
    for image in (options.image, *options.further):
        if (path := os.path.abspath(image)) in seen:
            raise DriveError(f"{image} is given twice", path=path, remedy="Name each disk of the machine once.")
        seen.add(path)


def unlocker_of(handle: Handle, options: ImageOptions) -> Unlocker:
    """Return what unlocks an image that is opened."""
    return Unlocker(handle, options.name, options.keys)


@contextmanager
def mounted(
    options: ImageOptions, *, write: bool = False, admit: Callable[[Handle], None] | None = None,
    is_outer: bool = False,
) -> Iterator[Handle]:  # fmt: skip
    """Start an appliance and mount: the given device, else the system's tree, else the only file system.

    Args:
        options: How the image is to be opened.
        write: Whether it is changed.
        admit: May refuse what has been launched, while nothing of it has been written.
        is_outer: As for `launched`.

    Raises:
        GuestError: nothing can be mounted, or it is not clear what; the message says what there is.
    """
    with launched(options, write=write, is_outer=is_outer) as handle:
        if admit is not None:
            admit(handle)
        unlocker = unlocker_of(handle, options)
        if options.device is not None:
            device = unlocker.find(options.device)
            wishes = STREAMS if options.streams and handle.vfs_type(device) == NTFS else ""
            handle.mount_options(",".join(filter(None, ["" if write else "ro", wishes])), device, "/")
        else:
            tree = _choose(unlocker.survey(), options, "--inside DEVICE:PATH" if is_outer else "--device")
            arguments = [_with_streams(mount) for mount in tree.mounts] if options.streams else tree.arguments
            for sentence in handle.mount_tree(arguments, readonly=not write):
                say(sentence)
        yield handle


def _with_streams(mount: Mount) -> list[str | bytes]:
    options = [mount.options, STREAMS if mount.vfs_type == NTFS else ""]
    return [mount.mountable, mount.mountpoint, ",".join(filter(None, options))]


def _choose(survey: Survey, options: ImageOptions, option: str) -> MountTree:
    """Return the tree that paths refer to, and say of what is not in it for being locked.

    Raises:
        GuestError: as `choose`; or all there is is locked.
    """
    trees = plan(survey)
    error = why_not_shown(options.name, survey)
    if error is not None and not trees:
        raise error
    if not trees and survey.warnings:
        raise _remedied(f"{options.name} holds no file system that can be shown", _told(survey))
    tree = choose(trees, options.name, options.tree, option)
    if error is not None and tree.system is None and options.tree is None and certainly_locked(survey):
        say(f"{error}; only the rest is shown")
    return tree


def choose(trees: list[MountTree], image: str, number: int | None = None, option: str = "--device") -> MountTree:
    """Return the tree that paths refer to: that of a number, or the one that is clear.

    Args:
        trees: What there is.
        image: What the image is called.
        number: Which one, if that is known.
        option: What names one.

    Raises:
        GuestError: there is none, or more than one and no system among them.
    """
    if number is not None and 0 <= number < len(trees):
        return trees[number]
    if not trees:
        raise _remedied(f"{image} holds no file system", "'cutaway info' tells what was found.")
    if (clear := clear_choice(trees)) is not None:
        return clear
    devices = ", ".join(tree.mounts[0].mountable for tree in trees)
    raise _remedied(f"{image} holds several file systems and no system", f"Name one with {option}: {devices}")


def _told(survey: Survey) -> str:
    """Return what was found out about an image as a remedy: most of it is about disks that are not there."""
    return printable("; ".join(survey.warnings)) + (" (with --add)" if survey.lacks_disk else ".")


def _remedied(message: str, remedy: str) -> GuestError:
    error = GuestError(message, procedure=AllCalls.survey.name, errno_name="NOFILESYSTEM")
    error.remedy = remedy
    return error


def listen(handle: Handle, *, verbose: bool) -> None:
    """Print warnings; with `verbose` the kernel's log and the phases of the boot too."""
    handle.on(Warning, lambda event: say(event.text))
    if verbose:
        handle.on(KernelLog, lambda event: print(f"kernel: {printable(event.text)}", file=sys.stderr))
        handle.on(BootPhase, lambda event: print(f"boot: {printable(event.name)}", file=sys.stderr))
