"""The other end of the daemon's control port, and calls on a folder instead of a mounted image."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway.protocol.framing import FrameReader, frame
from cutaway.protocol.messages import Message, decode_message, encode_message
from cutawayd.guest import Guest
from cutawayd.ports import ControlPort
from cutawayd.sysroot import Sysroot
from cutawayd.work import Work


class Host:
    """The other end of the control port."""

    def __init__(self) -> None:
        self.socket, self._guest = socket.socketpair()
        self._guest.setblocking(False)
        self.port = ControlPort(self._guest.fileno())
        self.reader = FrameReader()

    def send(self, message: Message) -> None:
        self.send_bytes(frame(encode_message(message)))

    def send_bytes(self, data: bytes) -> None:
        self.socket.sendall(data)

    def received(self) -> list[Message]:
        self.socket.setblocking(False)
        messages: list[Message] = []
        while True:
            try:
                data = self.socket.recv(1 << 20)
            except BlockingIOError:
                return messages
            messages += [decode_message(payload) for payload in self.reader.feed(data)]

    def close(self) -> None:
        self.socket.close()
        self._guest.close()


@pytest.fixture
def host() -> Iterator[Host]:
    """Give the host's end of a control port."""
    host = Host()
    yield host
    host.close()


@pytest.fixture
def data() -> Iterator[tuple[int, int]]:
    """Give the host's and the guest's end of a data port."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give the folder that stands for the mounted image."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


@pytest.fixture
def work(host: Host, data: tuple[int, int], tree: Path) -> Work:
    """Give a call in progress, with serial number 7."""
    guest = Guest(sysroot=Sysroot(str(tree), must_be_mounted=False))
    return Work(host.port, 7, data[1], guest)
