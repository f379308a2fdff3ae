"""The block server for images inside images, against qemu's own client, ours, and clients that mean harm."""

from __future__ import annotations

import errno
import json
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest
from cutaway.inside import nbd_server
from cutaway.inside.nbd_server import serve
from cutaway.transfer.nbd import NbdClient
from support.backends import skip_or_fail

CONTENT = bytes(range(256)) * 4096
BAD = 512 * 1024
REQUEST = struct.Struct(">IHHQQI")
MAGIC = 0x25609513


class Disk:
    """A content whose second half cannot be read."""

    size = len(CONTENT)

    def __init__(self) -> None:
        self.reads: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        if offset + length > BAD:
            raise OSError(errno.EIO, "damaged")
        return CONTENT[offset : offset + length]


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def connect(disk: Disk) -> Iterator[Callable[[], socket.socket]]:
    """Give a function that connects to a server of the disk; every server has ended in the end."""
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []

    def run(sock: socket.socket) -> None:
        with sock:
            try:
                serve(sock, disk)
            except OSError:
                return

    def make() -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(10)
        threads.append(threading.Thread(target=run, args=(theirs,)))
        threads[-1].start()
        sockets.append(ours)
        return ours

    yield make
    for sock in sockets:
        sock.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def take(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (piece := sock.recv(count - len(data))):
        data += piece
    return data


def has_ended(sock: socket.socket) -> bool:
    """Tell whether the server has closed the connection, and said nothing more."""
    try:
        return take(sock, 1) == b""
    except ConnectionResetError:  # it has not read all that was sent
        return True


def greeted(sock: socket.socket, flags: int = 3) -> socket.socket:
    assert take(sock, 18)[:16] == b"NBDMAGICIHAVEOPT"
    sock.sendall(struct.pack(">I", flags))
    return sock


def ready(sock: socket.socket) -> socket.socket:
    """Go on to where requests are taken, by the oldest way."""
    greeted(sock).sendall(b"IHAVEOPT" + struct.pack(">II", 1, 0))
    size, flags = struct.unpack(">QH", take(sock, 10))
    assert size == len(CONTENT)
    assert flags & 3 == 3, "it has flags, and is read-only"
    return sock


def ask(sock: socket.socket, kind: int, offset: int, length: int, payload: bytes = b"") -> int:
    """Make a request; return the error of the reply."""
    sock.sendall(REQUEST.pack(MAGIC, 0, kind, 77, offset, length) + payload)
    magic, error, cookie = struct.unpack(">IIQ", take(sock, 16))
    assert (magic, cookie) == (0x67446698, 77)
    return int(error)


def test_our_client_reads_all(connect: Callable[[], socket.socket]) -> None:
    client = NbdClient(connect(), "whatever")
    assert client.size == len(CONTENT)
    for offset, length in ((0, 4096), (1, 3), (BAD - 100, 100)):
        client.request(5, offset, length)
        assert client.answer() == (5, 0)
        data = bytearray(length)
        client.receive(memoryview(data))
        assert data == CONTENT[offset : offset + length]
    client.close()


def test_qemu_reads_all(connect: Callable[[], socket.socket]) -> None:
    if (program := shutil.which("qemu-io")) is None:
        skip_or_fail("there is no qemu-io")
    sock = connect()
    server = {"type": "fd", "str": str(sock.fileno())}
    name = "json:" + json.dumps({"driver": "raw", "file": {"driver": "nbd", "server": server}})
    commands = ["-c", "length", "-c", "read -v 0 16", "-c", f"read {BAD} 512", "-c", f"write {0} 512"]
    sock.settimeout(None)
    done = subprocess.run(
        [program, "-r", *commands, name], pass_fds=[sock.fileno()], capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip
    assert "1 MiB" in done.stdout
    assert "00 01 02 03 04 05" in done.stdout
    assert "read failed: Input/output error" in done.stdout
    assert "write failed" in done.stdout or "read-only" in done.stdout + done.stderr


def test_what_is_damaged_is_an_error_and_the_rest_goes_on(connect: Callable[[], socket.socket]) -> None:
    sock = ready(connect())
    assert ask(sock, 0, BAD, 512) == errno.EIO
    assert ask(sock, 0, 256, 256) == 0
    assert take(sock, 256) == CONTENT[:256]


@pytest.mark.parametrize(
    ("offset", "length", "error"),
    [
        (len(CONTENT), 1, errno.EINVAL),
        (len(CONTENT) - 1, 2, errno.EINVAL),
        ((1 << 64) - 1, 4096, errno.EINVAL),
        (0, (1 << 32) - 1, errno.EOVERFLOW),
        (0, nbd_server.READ_MAX + 1, errno.EOVERFLOW),
    ],
)
def test_reads_outside_or_too_long_are_refused(
    connect: Callable[[], socket.socket], disk: Disk, offset: int, length: int, error: int
) -> None:
    sock = ready(connect())
    assert ask(sock, 0, offset, length) == error
    assert not disk.reads
    assert ask(sock, 0, 0, 0) == 0
    assert ask(sock, 0, 0, 16) == 0
    assert take(sock, 16) == CONTENT[:16]


def test_writes_and_unknown_commands_are_refused(connect: Callable[[], socket.socket]) -> None:
    sock = ready(connect())
    assert ask(sock, 1, 0, 5000, bytes(5000)) == errno.EPERM
    for kind in (3, 4, 5, 6, 7, 200):
        assert ask(sock, kind, 0, 512) == errno.EINVAL
    assert ask(sock, 0, 0, 16) == 0
    assert take(sock, 16) == CONTENT[:16]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(REQUEST.pack(MAGIC, 0, 1, 1, 0, (1 << 32) - 1), id="a write of 4 GiB"),
        pytest.param(bytes(28), id="no request"),
        pytest.param(REQUEST.pack(MAGIC, 0, 2, 1, 0, 0), id="a goodbye"),
    ],
)
def test_what_makes_no_sense_ends_the_connection(connect: Callable[[], socket.socket], said: bytes) -> None:
    sock = ready(connect())
    sock.sendall(said)
    assert has_ended(sock)


@pytest.mark.parametrize("count", [0, 3, 18, 27])
def test_a_client_that_goes_at_any_time_ends_the_server(connect: Callable[[], socket.socket], count: int) -> None:
    sock = ready(connect())
    sock.sendall(REQUEST.pack(MAGIC, 0, 0, 1, 0, 512)[:count])
    sock.close()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(struct.pack(">I", 0x80000001), id="unknown flags"),
        pytest.param(struct.pack(">I", 0), id="old style"),
        pytest.param(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", 7, 1 << 31), id="an option of 2 GiB"),
        pytest.param(struct.pack(">I", 3) + b"SOMETHING" + bytes(20), id="no option"),
    ],
)
def test_a_greeting_that_makes_no_sense_ends_the_connection(connect: Callable[[], socket.socket], said: bytes) -> None:
    sock = connect()
    take(sock, 18)
    sock.sendall(said)
    assert has_ended(sock)


def test_options_are_answered_and_not_without_end(connect: Callable[[], socket.socket]) -> None:
    sock = greeted(connect())
    for option, data in ((5, b""), (8, b""), (99, b"x" * 100), (7, b"\xff" * 6), (6, b"123")):
        sock.sendall(b"IHAVEOPT" + struct.pack(">II", option, len(data)) + data)
        magic, told, kind, length = struct.unpack(">QIII", take(sock, 20))
        assert (magic, told, length) == (0x3E889045565A9, option, 0)
        assert kind >> 31
    for _ in range(nbd_server.OPTIONS_MAX - 5):
        sock.sendall(b"IHAVEOPT" + struct.pack(">II", 5, 0))
        take(sock, 20)
    assert has_ended(sock)
