"""Programs that the daemon runs: their output collected, killed when the call is cancelled."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from cutawayd.work import Work

OUTPUT_MAX = 4 * 1024 * 1024
ERROR_MAX = 16 * 1024


class ToolError(Exception):
    """A program failed: its name, what it said, and how it ended: its exit code, or the signal's number below zero."""

    def __init__(self, tool: str, message: str, errno_name: str = "EIO", status: int = 0) -> None:
        super().__init__(message)
        self.tool = tool
        self.errno_name = errno_name
        self.status = status


def start(
    command: Sequence[str | bytes],
    stdin: int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    enter: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, in an environment of its own if one is given.

    `enter` is called in the new process, before the program.
    """
    return subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0, close_fds=True,
        env=environment, preexec_fn=enter,  # noqa: PLW1509 the daemon has one thread
    )  # fmt: skip


def run(
    work: Work | None,
    command: Sequence[str | bytes],
    *,
    accept: tuple[int, ...] = (0,),
    script: bytes = b"",
    stdin: int = subprocess.DEVNULL,
) -> bytes:
    """Run a program and return its output; what it reads is `script`, or else comes from the descriptor `stdin`.

    Raises:
        Cancelled: the call was; the program is dead.
        ToolError: it failed, or printed more than 4 MiB.
    """
    return output_of(work, start(command, subprocess.PIPE if script else stdin), accept=accept, script=script)


def output_of(
    work: Work | None, child: subprocess.Popen[bytes], *, accept: tuple[int, ...] = (0,), script: bytes = b""
) -> bytes:
    """Return the output of a program that has been started; see `run`."""
    code, output, errors = _finished(work, child, script)
    if code not in accept:
        raise failure(child, errors if errors.strip() else output[-ERROR_MAX:])
    return output


def status(work: Work, command: Sequence[str | bytes]) -> int:
    """Run a program whose exit code is the answer, and return that.

    Raises:
        Cancelled: the call was; the program is dead.
        ToolError: a signal ended it, or it printed more than 4 MiB.
    """
    child = start(command)
    code, _, errors = _finished(work, child, b"")
    if code < 0:
        raise failure(child, errors)
    return code


def _finished(work: Work | None, child: subprocess.Popen[bytes], script: bytes) -> tuple[int, bytes, bytes]:
    """Let a program run to its end; return its exit code, and what it printed."""
    try:
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), child.stdin:  # one that does not read tells why by itself
                child.stdin.write(script)
        output, errors = _collect(work, child)
    except BaseException:
        kill(child)
        raise
    return child.wait(), output, errors


def failure(child: subprocess.Popen[bytes], errors: bytes) -> ToolError:
    """Return the error of a program that failed."""
    tool = tool_of(child)
    said = errors.decode("utf-8", "replace").strip()
    return ToolError(tool, said or f"{tool} ended with status {child.returncode}", status=child.returncode)


def tool_of(child: subprocess.Popen[bytes]) -> str:
    """Return the name of the program that runs in a child."""
    program: str | bytes = child.args[0]  # type: ignore[index, assignment]  # start() gives a sequence
    return os.path.basename(os.fsdecode(program))


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a program with all that it has started, and wait for it."""
    kill_group(child.pid)
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


def kill_group(leader: int) -> None:
    """Kill a process that has not been waited for, and what it has started."""
    for kill_it in (os.killpg, os.kill):  # it may not have made its group yet
        with contextlib.suppress(ProcessLookupError):
            kill_it(leader, signal.SIGKILL)


def _collect(work: Work | None, child: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Read both outputs to their ends, watching for a cancellation."""
    assert child.stdout is not None  # noqa: S101 opened by start
    assert child.stderr is not None  # noqa: S101 opened by start
    buffers = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    limits = {child.stdout.fileno(): OUTPUT_MAX, child.stderr.fileno(): ERROR_MAX}
    poll = select.poll()
    for descriptor in buffers:
        poll.register(descriptor, select.POLLIN)
    open_pipes = set(buffers)
    while open_pipes:
        for descriptor, _ in poll.poll(20):
            if data := os.read(descriptor, 65536):
                buffers[descriptor] += data[: limits[descriptor] + 1 - len(buffers[descriptor])]
                if len(buffers[child.stdout.fileno()]) > OUTPUT_MAX:
                    raise ToolError(tool_of(child), f"its output is too long: more than {OUTPUT_MAX} bytes", "EFBIG")
            else:
                poll.unregister(descriptor)
                open_pipes.discard(descriptor)
        if work is not None:
            work.check()
    output, errors = (bytes(buffer) for buffer in buffers.values())
    child.stdout.close()
    child.stderr.close()
    return output, errors
