"""The guest's end of the three channels: waits on all of them at once, so that cancel and death are seen in any wait.

Used by the fake daemon's thread only, but for `die`, `say` and `reason`, which any thread may use.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import deque

from cutaway.protocol.framing import FrameReader, frame
from cutaway.protocol.messages import Message, decode_message, encode_message

READ, WRITE = select.POLLIN | select.POLLHUP | select.POLLERR, select.POLLOUT


class Gone(Exception):
    """The host has hung up, or the fake is to die."""


class GuestEnd:
    """Sockets of the guest's side, all non-blocking.

    Attributes:
        inbox: Messages that have arrived and wait to be looked at.
        reason: Why it died, for a person.
    """

    def __init__(self, control: socket.socket, data: socket.socket, console: socket.socket) -> None:
        self._control, self._data, self._console = control, data, console
        self._wake, self._waker = socket.socketpair()
        for end in self._all():
            end.setblocking(False)  # noqa: FBT003 the socket's own
        self._reader = FrameReader()
        self._lock = threading.Lock()
        self._closed = False
        self.inbox: deque[Message] = deque()
        self.reason = "the host hung up"

    def _all(self) -> tuple[socket.socket, ...]:
        return (self._control, self._data, self._console, self._wake, self._waker)

    def die(self, reason: str) -> None:
        """Make the daemon's thread end at its next wait; any thread."""
        with self._lock, contextlib.suppress(BlockingIOError):
            if not self._closed:
                self.reason = reason
                self._waker.send(b"!")

    def say(self, text: str) -> None:
        """Write a line on the console; any thread. Lost, as on a serial line, if nobody reads."""
        with self._lock, contextlib.suppress(BlockingIOError, BrokenPipeError):
            if not self._closed:
                self._console.send(text.encode("utf-8", "surrogateescape") + b"\r\n")

    def close(self) -> None:
        """Close all sockets: the host sees the end of each stream."""
        with self._lock:
            self._closed = True
            for end in self._all():
                end.close()

    def wait(self, seconds: float | None = 0, *, to_write: socket.socket | None = None) -> None:
        """Wait until a message is in, writing is possible, or the time is over; take in what has come.

        Raises:
            Gone: the fake ends.
        """
        poll = select.poll()
        poll.register(self._control, READ | (WRITE if to_write is self._control else 0))
        poll.register(self._wake, READ)
        if to_write is self._data:
            poll.register(self._data, WRITE)
        ready = dict(poll.poll(None if seconds is None else max(0, seconds) * 1000))
        if self._wake.fileno() in ready:
            raise Gone
        if ready.get(self._control.fileno(), 0) & READ:
            self._take()

    def _take(self) -> None:
        try:
            data = self._control.recv(1 << 16)
        except BlockingIOError:
            return
        except ConnectionError as error:
            raise Gone from error
        if not data:
            raise Gone
        self.inbox.extend(decode_message(payload) for payload in self._reader.feed(data))

    def receive(self) -> Message:
        """Wait for the next message and return it."""
        while not self.inbox:
            self.wait(None)
        return self.inbox.popleft()

    def pause(self, seconds: float) -> None:
        """Wait that long, taking in messages meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            before = len(self.inbox)
            self.wait(left)
            if len(self.inbox) > before:
                return

    def send(self, message: Message) -> None:
        """Send a message on the control channel."""
        self.send_raw(frame(encode_message(message)))

    def send_raw(self, data: bytes) -> None:
        """Send bytes on the control channel, as they are."""
        self._send_all(self._control, data)

    def send_data(self, data: bytes) -> None:
        """Send bytes on the data channel."""
        self._send_all(self._data, data)

    def _send_all(self, channel: socket.socket, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[channel.send(rest) :]
            except BlockingIOError:
                self.wait(None, to_write=channel)
            except ConnectionError as error:
                raise Gone from error
