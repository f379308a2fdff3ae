"""Drives a fake appliance without a handle: plain sockets and a Session, everything recorded as it came."""

from __future__ import annotations

import asyncio
import select
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from cutaway.calls import CALLS
from cutaway.drives import Drive
from cutaway.events import Event
from cutaway.protocol.declaration import Data
from cutaway.protocol.framing import Mark
from cutaway.protocol.session import Advanced, Failed, PageArrived, Returned, Session, SessionEvent
from cutaway.settings import Settings
from cutaway.testing import FakeAppliance

TIMEOUT_S = 60


class StreamReader:
    """Takes the bytes of the data channel apart."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.files: list[bytes | None] = []
        self.rest = b""
        self._current = bytearray()

    def feed(self, data: bytes) -> None:
        self.rest += data
        while self._take_one():
            pass

    def _take_one(self) -> bool:
        if len(self.rest) < 4:
            return False
        (word,) = struct.unpack_from(">I", self.rest)
        if word == Mark.HOLE:
            if len(self.rest) < 12:
                return False
            self._current += bytes(struct.unpack_from(">Q", self.rest, 4)[0])
            self.rest = self.rest[12:]
        elif word in set(Mark):
            self.marks.append(Mark(word))
            if word in {Mark.END, Mark.FAILED}:
                self.files.append(bytes(self._current) if word == Mark.END else None)
            self._current.clear()
            self.rest = self.rest[4:]
        else:
            if len(self.rest) < 4 + word:
                return False
            self._current += self.rest[4 : 4 + word]
            self.rest = self.rest[4 + word :]
        return True


class Driver:
    """One running fake appliance and the conversation with it.

    Attributes:
        seen: Every event of the session so far.
        stream: What came on the data channel during the last call.
    """

    def __init__(self, fake: FakeAppliance, *paths: str, drives: Sequence[Drive] = ()) -> None:
        self._runner = asyncio.Runner()
        self.reports: list[Event] = []
        added = [*drives, *(Drive(path, f"drive{number}") for number, path in enumerate(paths))]
        self.running = self._runner.run(fake.start(added, Settings(), self.reports.append))
        self.session = Session()
        self.seen: list[SessionEvent] = []
        self.stream = StreamReader()
        if self.running.warm:
            self.running.control.sendall(Session.wake(bytes(64), 0))
            self.wait_for(1)
        for drive in added:
            if drive.serial not in self.running.attached:
                self.plug(drive)

    def plug(self, drive: Drive) -> None:
        """Attach a drive."""
        self._runner.run(self.running.attach(drive))

    def unplug(self, serial: str) -> None:
        """Detach a drive."""
        self._runner.run(self.running.detach(serial))

    def pump(self, timeout_s: float = TIMEOUT_S) -> bool:
        """Take in what has come on control and data; return whether the control channel is still open."""
        control, data = self.running.control, self.running.data
        ready, _, _ = select.select([control, data], [], [], timeout_s)
        assert ready, "the fake appliance is silent"
        if data in ready:
            self.stream.feed(data.recv(1 << 20))
        if control in ready:
            received = control.recv(1 << 20)
            self.seen += self.session.receive(received)
            return bool(received)
        return True

    def wait_for(self, count: int) -> None:
        """Take in until so many events have been seen."""
        while len(self.seen) < count:
            assert self.pump(), "the fake appliance hung up"

    def begin(self, name: str, **arguments: Any) -> None:
        """Send a call."""
        call = CALLS[name]
        if call.data is not Data.NONE:
            self.stream = StreamReader()
        outputs = {argument.name: None for argument in call.arguments if not argument.is_on_wire}
        self.running.control.sendall(self.session.call(call, call.bind(**outputs, **arguments)))

    def finish(self) -> Any:
        """Wait for the end of the running call; return its value, pages joined, or raise its error."""
        pages: list[Any] = []
        start = len(self.seen)
        while True:
            for event in self.seen[start:]:
                start += 1
                match event:
                    case PageArrived(items):
                        pages += items
                    case Returned(value):
                        return pages or value
                    case Failed(error):
                        raise error
            assert self.pump(), "the fake appliance hung up"

    def call(self, name: str, **arguments: Any) -> Any:
        """Make a call."""
        self.begin(name, **arguments)
        return self.finish()

    @property
    def progress(self) -> list[tuple[int, int]]:
        """All progress so far."""
        return [(event.position, event.total) for event in self.seen if isinstance(event, Advanced)]

    def cancel(self) -> None:
        """Cancel the running call."""
        self.running.control.sendall(self.session.cancel())

    def wait_for_end(self) -> str:
        """Wait until the appliance is gone; return the reason."""
        return self._runner.run(asyncio.wait_for(self.running.ended(), TIMEOUT_S))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._runner.run(self.running.stop())
        self._runner.close()
