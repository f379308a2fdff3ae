"""The kernel's log on its way to the host.

The console shows at once what is grave, so that a dying kernel is heard; the rest goes over the control port at a
quiet moment.

A console takes sixteen bytes at a time and the kernel waits for each of them: a drive that is plugged in or a mount
would take 10 ms longer for what is said of it.

Source: Documentation/ABI/testing/dev-kmsg; proc_sys_kernel(5), printk.
"""

from __future__ import annotations

import os
import time

PATH, LEVELS = "/dev/kmsg", "/proc/sys/kernel/printk"
#: The console shows what is graver than this: errors and worse.
CONSOLE_LEVEL = 4
#: How long what was said waits for a moment at which the host wants nothing.
PATIENCE_S = 0.5
RECORD_MAX = 8192
LINES_MAX = 512


class KernelLog:
    """What the kernel says from now on.

    Args:
        descriptor: Gives one record at each read, and never blocks.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._since: float | None = None

    def has_waited(self) -> bool:
        """Tell whether what is there has waited for long enough; asked for the first time, it begins to wait."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
        return now - self._since >= PATIENCE_S

    def take(self) -> str:
        """Return the lines that are there, each as the console would show it; those that it has shown are left out."""
        self._since = None
        lines: list[str] = []
        for _ in range(LINES_MAX):
            try:
                record = os.read(self.descriptor, RECORD_MAX)
            except BrokenPipeError:
                continue  # the kernel has said more than it can keep
            except BlockingIOError:
                break
            if not record:
                break
            if (line := line_of(record)) is not None:
                lines.append(line)
        return "\n".join(lines)


def follow_kernel_log() -> KernelLog:
    """Take the log over from the console, as far as that is not needed for what is grave."""
    descriptor = os.open(PATH, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.lseek(descriptor, 0, os.SEEK_END)
    with open(LEVELS, "w", encoding="ascii") as file:
        file.write(str(CONSOLE_LEVEL))
    return KernelLog(descriptor)


def line_of(record: bytes) -> str | None:
    """Return a record ("6,339,5140900,-;text", then lines with more) as a line; None if the console has shown it."""
    head, _, text = record.partition(b";")
    fields = head.split(b",")
    try:
        level, microseconds = int(fields[0]) & 7, int(fields[2])
    except (ValueError, IndexError):
        return None
    if level < CONSOLE_LEVEL:
        return None
    shown = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    return f"[{microseconds // 1_000_000:5}.{microseconds % 1_000_000:06}] {shown}"
