"""The two virtio-serial ports: control, framed messages both ways, and data, a stream out.

A port whose host side is not connected reads as zero bytes and polls as hung up. After a restore the host is a new
one: whatever was half-read from the old is dropped with the first new Wake.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque

from cutaway.errors import ProtocolError
from cutaway.protocol.framing import FrameReader
from cutaway.protocol.messages import CallMessage, CancelMessage, KernelMessage, Message, Wake, decode_message

from cutawayd.kernel_log import KernelLog
from cutawayd.packing import pack

CONTROL, DATA = "org.cutaway.control", "org.cutaway.data"
CLASS = "/sys/class/virtio-ports"
#: The ports are announced by the host, after the driver has asked for them.
ANNOUNCED_WITHIN_S = 10.0


class StreamBrokenError(Exception):
    """What comes on the control port makes no sense: nothing more can be understood, so the daemon ends."""


def open_port(name: str) -> int:
    """Open the port of that name, waiting until the host has announced it.

    Raises:
        FileNotFoundError: there is none.
    """
    deadline = time.monotonic() + ANNOUNCED_WITHIN_S
    while (descriptor := _open_announced(name)) is None:
        if time.monotonic() >= deadline:
            raise FileNotFoundError(f"no virtio port {name}")
        time.sleep(0.005)
    return descriptor


def _open_announced(name: str) -> int | None:
    for entry in os.listdir(CLASS) if os.path.isdir(CLASS) else ():
        try:
            with open(f"{CLASS}/{entry}/name", encoding="utf-8") as file:
                found = file.read().strip()
        except FileNotFoundError:
            continue  # the console's port has no name
        if found == name:
            return os.open(f"/dev/{entry}", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    return None


#: The host has to want nothing for so long before it is told what the kernel says.
QUIET_MS = 50
#: The port gives a page at most; a larger buffer would be mapped and unmapped for each read.
READ_SIZE = 8192
_FROM_HOST = (CallMessage, CancelMessage, Wake)


class ControlPort:
    """Messages to and from the host."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._reader = FrameReader()
        self._waiting: deque[Message] = deque()
        self._log: KernelLog | None = None
        self._host, self._both = select.poll(), select.poll()
        self._host.register(descriptor, select.POLLIN)
        self._both.register(descriptor, select.POLLIN)

    def follow(self, log: KernelLog) -> None:
        """Send the kernel's log too, at moments at which the host wants nothing, or not much later."""
        self._log = log
        self._both.register(log.descriptor, select.POLLIN)

    def send(self, message: Message) -> None:
        """Send a message, waiting while the host does not read.

        Raises:
            Refusal: EFBIG, it is too long.
        """
        self.send_frame(pack(message))

    def send_frame(self, frame: bytes) -> None:
        """Send a message that is packed already."""
        data = memoryview(frame)
        while data:
            try:
                data = data[os.write(self.descriptor, data) :]
            except BlockingIOError:
                self._wait_writable()

    def _wait_writable(self) -> None:
        poll = select.poll()
        poll.register(self.descriptor, select.POLLOUT)
        if all(events & select.POLLHUP for _, events in poll.poll(1000)):
            time.sleep(0.005)

    def receive(self) -> Message:
        """Wait for the next message.

        Raises:
            StreamBrokenError: what came is none.
        """
        while not self._waiting:
            self._read(timeout_ms=None)
        return self._waiting.popleft()

    def is_cancelled(self, serial: int) -> bool:
        """Return whether the host has asked to cancel this call; other messages are kept for later.

        Raises:
            StreamBrokenError: what came is no message.
        """
        self._read(timeout_ms=0)
        cancelled = False
        for _ in range(len(self._waiting)):
            message = self._waiting.popleft()
            if isinstance(message, CancelMessage):
                cancelled = cancelled or message.serial == serial
            else:
                self._waiting.append(message)
        return cancelled

    def _read(self, timeout_ms: int | None) -> None:
        """Take what has come; with no timeout wait for something."""
        if not self._is_readable(timeout_ms):
            return
        try:
            data = os.read(self.descriptor, READ_SIZE)
        except BlockingIOError:
            return
        if not data:
            if timeout_ms is None:
                time.sleep(0.002)  # nobody is connected, and poll does not wait for somebody to be
            self._reader = FrameReader()
            return
        try:
            for payload in self._reader.feed(data):
                self._take(decode_message(payload))
        except ProtocolError as error:
            raise StreamBrokenError(str(error)) from error

    def _is_readable(self, timeout_ms: int | None) -> bool:
        """Tell whether the host has sent something; with no timeout wait for it, and let the kernel's log out."""
        while True:
            found = dict(self._both.poll(timeout_ms))
            is_readable = self.descriptor in found
            if self._log is None or self._log.descriptor not in found or found.get(self.descriptor, 0) & select.POLLHUP:
                return is_readable
            is_quiet = timeout_ms is None and not is_readable and not self._host.poll(QUIET_MS)
            if is_quiet or self._log.has_waited():
                self.send_log()
            if not is_quiet:
                return is_readable or timeout_ms is None

    def send_log(self) -> None:
        """Send what the kernel has said, now."""
        if self._log is not None and (lines := self._log.take()):
            self.send(KernelMessage(lines))

    def _take(self, message: Message) -> None:
        if isinstance(message, Wake):
            self._waiting.clear()
        if not isinstance(message, _FROM_HOST):
            raise ProtocolError(f"the host sent a {type(message).__name__}")
        self._waiting.append(message)
