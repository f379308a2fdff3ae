"""A guest that never stops talking keeps nobody from cancelling, killing and closing."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from cutaway import Handle, link
from cutaway.channel import log_budget
from cutaway.channel.control import KERNEL_LINES_MAX, ControlChannel
from cutaway.channel.log_budget import EVENTS_PER_S, LogBudget
from cutaway.errors import CallInterrupted
from cutaway.events import DaemonLog, Event, KernelLog, Progress, StateChanged
from cutaway.protocol.framing import frame
from cutaway.protocol.messages import KernelMessage, LogMessage, Message, ProgressMessage, encode_message
from cutaway.state import State
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder

SOON_S = 30


def repeated(message: Message) -> bytes:
    return frame(encode_message(message)) * 4000


FLOODS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "progress": ("_control", lambda serial: repeated(ProgressMessage(serial, 1, 2))),
    "log": ("_control", lambda _: repeated(LogMessage("info", "x"))),
    "kernel": ("_control", lambda _: repeated(KernelMessage("x\n" * 50))),
    "console": ("_console", lambda _: b"x\n" * 50_000),
}


@pytest.fixture
def fake() -> FakeAppliance:
    system = FakeFileSystem("ext4", lambda: folder({b"file": file(b"content")}), "", "1-1")
    return FakeAppliance({"/image": disk((64, system))}, hang_in={"statvfs"})


@pytest.fixture
def handle(fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    monkeypatch.setattr(link, "CANCEL_GRACE_S", 0.5)
    handle = Handle(hypervisor=fake)
    handle.add_drive("/image")
    handle.launch()
    handle.mount_ro("/dev/sda1", "/")
    yield handle
    closing = threading.Thread(target=handle.close, daemon=True)
    closing.start()
    closing.join(SOON_S)
    assert not closing.is_alive(), "it cannot be closed"


@contextmanager
def flooded(descriptor: int, block: bytes) -> Iterator[None]:
    """Write the same for ever, whole blocks, as fast as it is taken."""
    wanted = True

    def run() -> None:
        while wanted:
            rest = memoryview(block)
            while rest and wanted:
                select.select([], [descriptor], [], 0.1)
                try:
                    rest = rest[os.write(descriptor, rest) :]
                except BlockingIOError:
                    continue
                except BrokenPipeError:
                    return

    writer = threading.Thread(target=run)
    writer.start()
    try:
        yield
    finally:
        wanted = False
        writer.join()
        os.close(descriptor)


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_keeps_nobody_from_cancelling_and_closing(handle: Handle, fake: FakeAppliance, kind: str) -> None:
    channel, block = FLOODS[kind]
    failures: list[BaseException] = []
    is_busy, is_flooded = threading.Event(), threading.Event()
    handle.on(StateChanged, lambda event: is_busy.set() if event.new is State.BUSY else None)
    for heard in (Progress, DaemonLog, KernelLog):
        handle.on(heard, lambda _: is_flooded.set())

    def call() -> None:
        try:
            handle.statvfs("/")
        except CallInterrupted as error:
            failures.append(error)

    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    assert is_busy.wait(SOON_S)
    serial = handle._core.link.control.serial  # type: ignore[union-attr]
    with flooded(os.dup(getattr(fake.running[-1].end, channel).fileno()), block(serial)):
        assert is_flooded.wait(SOON_S)
        handle.cancel()
        caller.join(SOON_S)
        assert failures, "it cannot be cancelled"


@pytest.mark.parametrize("kind", ["log", "kernel", "console"])
def test_of_a_flood_is_told_how_much_it_was(handle: Handle, fake: FakeAppliance, kind: str) -> None:
    channel, block = FLOODS[kind]
    summary = threading.Event()

    def take(event: DaemonLog | KernelLog) -> None:
        if "left out" in event.text:
            summary.set()

    handle.on(DaemonLog, take)
    handle.on(KernelLog, take)
    with flooded(os.dup(getattr(fake.running[-1].end, channel).fileno()), block(0)):
        assert summary.wait(SOON_S)


def test_of_a_second_so_much_is_passed_on_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 7.0
    monkeypatch.setattr(log_budget, "time", SimpleNamespace(monotonic=lambda: now_s))
    told: list[Event] = []
    budget = LogBudget(told.append)
    event = DaemonLog("x", "info")
    for _ in range(EVENTS_PER_S + 1234):
        budget.tell(event)
    assert told == [event] * EVENTS_PER_S
    told.clear()
    now_s += 1.0
    budget.tell(event)
    assert told == [DaemonLog("1,234 messages of the appliance were left out", "warning"), event]
    now_s += 1.0
    budget.tell(event)
    assert told[2:] == [event]


def test_one_message_holds_up_nobody_by_its_many_lines() -> None:
    taken: list[str] = []

    async def body() -> None:
        host, guest = socket.socketpair()
        host.setblocking(False)
        with host, guest:
            reading = asyncio.ensure_future(ControlChannel(host, lambda _: None, taken.append).run())
            sending = asyncio.to_thread(guest.sendall, frame(encode_message(KernelMessage("x\n" * 1_000_000))))
            await sending
            guest.shutdown(socket.SHUT_WR)
            await reading

    asyncio.run(body())
    assert taken == ["x"] * KERNEL_LINES_MAX
