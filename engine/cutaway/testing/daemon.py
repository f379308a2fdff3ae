"""The fake daemon: a thread that answers the real messages on the real wire from the model in memory.

Does not know what the calls mean; see `cutaway.testing.answers`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from cutaway.calls import CALLS
from cutaway.errors import ProtocolError
from cutaway.protocol.declaration import Call
from cutaway.protocol.framing import LENGTH
from cutaway.protocol.messages import (
    CallMessage,
    ErrorMessage,
    Hello,
    PhaseMessage,
    Reply,
    Wake,
)
from cutaway.protocol.shapes import encode
from cutaway.protocol.version import PROTOCOL_VERSION
from cutaway.testing.answers import Answers
from cutaway.testing.behaviour import Behaviour
from cutaway.testing.guest import Guest
from cutaway.testing.vfs import Refusal
from cutaway.testing.wire import Gone, GuestEnd
from cutaway.testing.work import Work

log = logging.getLogger(__name__)

BY_NUMBER = {call.number: call for call in CALLS.values()}
FEATURES = sorted({call.feature for call in CALLS.values()})
PHASES = ("mounting", "modules", "devices", "ready")
KERNEL = "6.12.0-fake"
BOOT_LINES = (
    f"Linux version {KERNEL} (cutaway@fake) #1 SMP",
    "Command line: console=ttyS0 quiet",
    "virtio_blk virtio1: 1/0/0 default/read/poll queues",
    "random: crng init done",
)


class FakeDaemon(threading.Thread):
    """The thread of one fake appliance; ends when the host hangs up, or by `GuestEnd.die`."""

    def __init__(self, end: GuestEnd, guest: Guest, behaviour: Behaviour, ended: Callable[[str], None]) -> None:
        super().__init__(name="fake-appliance", daemon=True)
        self._end = end
        self._guest = guest
        self._behaviour = behaviour
        self._ended = ended

    def run(self) -> None:
        """Boot, then answer until the end."""
        try:
            self._boot()
            while True:
                self._serve()
        except (Gone, ProtocolError):
            log.debug("fake appliance ends: %s", self._end.reason)
        finally:
            self._end.close()
            self._ended(self._end.reason)

    def _boot(self) -> None:
        if self._behaviour.die_at_boot:
            self._end.say("[    0.731000] Kernel panic - not syncing: fake panic")
            self._end.reason = "the fake appliance died at boot"
            raise Gone
        if self._behaviour.cold:
            for number, name in enumerate(PHASES):
                self._end.send(PhaseMessage(name))
                self._end.say(f"[    0.{number:06}] {BOOT_LINES[number]}")
                self._end.pause(self._behaviour.boot_s / len(PHASES))
            self._hello()

    def _hello(self) -> None:
        version = self._behaviour.protocol_version
        number = PROTOCOL_VERSION if version is None else version
        self._end.send(Hello(number, self._behaviour.build_hash, KERNEL, FEATURES))

    def _serve(self) -> None:
        match self._end.receive():
            case Wake():
                self._hello()
            case CallMessage(serial, number, arguments) if number in BY_NUMBER:
                self._carry_out(BY_NUMBER[number], serial, arguments)
            case CallMessage(serial, number):
                self._end.send(ErrorMessage(serial, "ENOSYS", f"no call has the number {number}", ""))
            case _:
                pass  # a cancel that came too late

    def _carry_out(self, call: Call[..., Any], serial: int, arguments: list[Any]) -> None:
        work = Work(self._end, call, serial, self._behaviour)
        try:
            value = self._answer(call, work, arguments)
            work.finish()
            reply = Reply(serial, value)
            if call.name in self._behaviour.corrupt_in:
                self._end.send_raw(LENGTH.pack(3) + b"\xc1\xc1\xc1")
            else:
                self._end.send(reply)
        except Refusal as refusal:
            work.abort()
            self._end.send(ErrorMessage(serial, refusal.errno_name, refusal.message, refusal.tool))
        except Gone:
            raise
        except Exception as error:
            log.exception("the fake appliance failed at %s", call.name)
            work.abort()
            self._end.send(ErrorMessage(serial, "EIO", f"fault of the fake appliance: {error!r}", ""))

    def _answer(self, call: Call[..., Any], work: Work, arguments: list[Any]) -> Any:
        work.begin()
        result = getattr(Answers(self._guest, work), call.name)(*arguments)
        if call.paged:
            work.pages(result)
            return []
        return encode(result)
