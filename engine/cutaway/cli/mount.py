"""The commands that show an image as a folder: mount, which goes to the background, and unmount.

The background is a fork made before there is any thread: the first process waits until the folder can be used, and
ends; the second goes on without a terminal, and tells the system's log if its appliance dies.
"""

from __future__ import annotations

import os
import signal
import sys
import syslog
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import typer

from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import EXIT_FAILED, printable, say_error
from cutaway.errors import DestinationError, EngineError
from cutaway.folder_mount import libfuse, mount_point
from cutaway.folder_mount.operations import Appearance
from cutaway.folder_mount.session import MountOptions, MountSession

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for.

    Attributes:
        until_eof: End when standard input ends: with the program that holds its other end.
        own: Show everything as the caller's.
    """

    foreground: bool = False
    until_eof: bool = False
    own: bool = False
    links_inside: bool = False
    for_all: bool = False


def mount(options: ImageOptions, folder: str, wishes: Wishes) -> None:
    """Mount, and return when it is unmounted; without `foreground` when the folder can be used.

    Raises:
        EngineError: it cannot be mounted.
    """
    mount_point.check_host()
    libfuse.load()
    if wishes.for_all:
        mount_point.check_for_all()
    path = mount_point.prepare(folder)
    if wishes.until_eof:
        threading.Thread(target=_end_with_input, daemon=True).start()
    if wishes.foreground:
        is_whole = _serve(options, path, wishes, lambda: _tell_ready(options.name, path))
    else:
        is_whole = _serve(options, path, wishes, _in_background())
    if not is_whole:
        raise typer.Exit(EXIT_FAILED)


def unmount(folder: str) -> None:
    """Unmount.

    Raises:
        DestinationError: it is in use, or nothing of ours is mounted there.
    """
    path = os.path.realpath(folder)
    found = mount_point.find_mount(path)
    if found is None or found.vfs_type != mount_point.TYPE:
        remedy = "The table of mounts knows where they are: findmnt -t fuse.cutaway"
        raise DestinationError(f"no image is mounted on {folder}", path=folder, errno_name="EINVAL", remedy=remedy)
    mount_point.unmount(path)


def _serve(options: ImageOptions, path: str, wishes: Wishes, on_ready: Callable[[], None]) -> bool:
    """Start the appliance, mount, and stay until the end; return whether the appliance lived to see it."""
    appearance = Appearance((os.getuid(), os.getgid()) if wishes.own else None, wishes.links_inside)
    source = os.path.abspath(options.name)
    with mounted(options) as handle:
        session = MountSession(handle, path, MountOptions(source, appearance, wishes.for_all))
        for number in ENDING:
            signal.signal(number, lambda _number, _frame: session.stop())
        return session.run(on_ready, lambda reason: _tell_death(source, path, reason))


def _end_with_input() -> None:
    """Wait for the end of standard input, and end as by a signal: at once, or by unmounting if there is a mount."""
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def _tell_ready(image: str, path: str) -> None:
    print(printable(f"{image} is mounted on {path}, read-only; Ctrl+C unmounts"), flush=True)


def _tell_death(image: str, path: str, reason: str) -> None:
    what = f"the appliance of {image} has stopped: {reason}"
    remedy = f"Whatever uses {path} gets errors now; it is unmounted when nothing uses it. Then mount it again."
    say_error(EngineError(what, remedy=remedy))
    syslog.syslog(syslog.LOG_ERR, f"cutaway: {what}. {remedy}")


def _in_background() -> Callable[[], None]:
    """Go on as a process without a terminal; return what tells the first one that it may end.

    The first process does not return from here.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        _wait_for(child, reader)
    os.close(reader)
    os.setsid()

    def tell() -> None:
        with open(os.devnull, "r+b", buffering=0) as nothing:
            for standard in (0, 1, 2):
                os.dup2(nothing.fileno(), standard)
        os.write(writer, b"\n")
        os.close(writer)

    return tell


def _wait_for(child: int, reader: int) -> NoReturn:
    """End as soon as the folder can be used, or as the process that was to make it so has ended."""
    try:
        is_ready = bool(os.read(reader, 1))
        if is_ready:
            sys.stdout.flush()
            os._exit(0)  # what is to be done at exit is the other process's
        _, status = os.waitpid(child, 0)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        raise
    raise typer.Exit(max(os.waitstatus_to_exitcode(status), EXIT_FAILED) if status else EXIT_FAILED)
