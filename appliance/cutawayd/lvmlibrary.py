"""LVM's commands through its library (lvm2cmd.h), loaded once: each run is a forked copy, so that hostile metadata
can at worst crash the copy, and no program has to be started and linked.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import select
import signal
from functools import cache

from cutawayd.children import OUTPUT_MAX, ToolError, kill_group
from cutawayd.work import Work

#: LVM2_COMMAND_SUCCEEDED.
SUCCEEDED = 1
#: Exit status of a copy that did not come to running the commands.
BROKEN = 2
#: Names without a sign that means something in a filter.
_PLAIN = re.compile(r"/dev/[A-Za-z0-9_/-]{1,100}")
LIBRARY = "liblvm2cmd.so.2.03"


@cache
def load() -> tuple[ctypes.CDLL, int]:
    """Load the library; return it and its handle."""
    library = ctypes.CDLL(LIBRARY)
    library.lvm2_init.restype = ctypes.c_void_p
    library.lvm2_run.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    mask = os.umask(0o022)
    handle = library.lvm2_init()
    os.umask(mask)  # the library sets one of its own, for all files that anybody makes
    if not handle:
        raise ToolError("lvm", "its library cannot be initialised")
    return library, handle


def forget_devices() -> None:
    """Let the library be initialised anew before it is used again: only then it asks which drivers there are."""
    if load.cache_info().currsize:
        library, handle = load()
        library.lvm2_exit(ctypes.c_void_p(handle))
        load.cache_clear()


def filter_of(devices: list[str] | None) -> str:
    """Return the option that lets commands see nothing but some drives, with their partitions, and partitions.

    Raises:
        OSError: EINVAL, a name cannot stand in it.
    """
    if devices is None:
        return ""
    if odd := [device for device in devices if not _PLAIN.fullmatch(device)]:
        raise OSError(errno.EINVAL, "LVM cannot be limited to a device of that name", odd[0])
    seen = [f'"a|^{device}{"$" if device[-1].isdigit() else "[0-9]*$"}|"' for device in devices]
    return f""" --config 'devices{{filter=[{",".join([*seen, '"r|.*|"'])}]}}'"""


def run(work: Work, commands: tuple[str, ...], *, must_succeed: bool = False) -> bytes:
    """Run commands one after another; return what they print. A command that fails does not stop the others.

    Raises:
        Cancelled: the call was.
        ToolError: the library crashed, or `must_succeed` and a command failed.
    """
    load()
    source, sink = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child == 0:
        _be_lvm(sink, [command + work.guest.lvm_filter for command in commands])
    os.close(sink)
    try:
        output = _read(work, source)
    except BaseException:
        kill_group(child)
        raise
    finally:
        os.close(source)
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise ToolError("lvm", f"it crashed ({signal.Signals(os.WTERMSIG(status)).name}): the metadata may be damaged")
    if os.waitstatus_to_exitcode(status) == BROKEN:
        raise ToolError("lvm", "its library cannot be used")
    if must_succeed and status != 0:
        raise ToolError("lvm", output.decode("utf-8", "replace").strip() or "it failed")
    return output


def _be_lvm(sink: int, commands: list[str]) -> None:
    """Run the commands in the forked copy, and end it, whatever happens: there must never be two daemons."""
    status = BROKEN
    try:
        os.setpgid(0, 0)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        library, handle = load()
        results = [library.lvm2_run(handle, command.encode()) for command in commands]
        ctypes.CDLL(None).fflush(None)
        status = 0 if all(result == SUCCEEDED for result in results) else 1
    finally:
        os._exit(status)


def _read(work: Work, source: int) -> bytes:
    output = bytearray()
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while True:
        work.check()
        if not poll.poll(20):
            continue
        data = os.read(source, 65536)
        if not data:
            return bytes(output)
        output += data[: OUTPUT_MAX - len(output)]
