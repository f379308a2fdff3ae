"""The daemon's life: boot, warm up, say hello, carry calls out one after another, for ever.

It is process 1: if it ends, the kernel panics, qemu exits, and the host knows.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import struct
import time
from fcntl import ioctl

from cutaway.protocol.messages import CallMessage, Hello, LogMessage, PhaseMessage, Wake
from cutaway.protocol.version import PROTOCOL_VERSION

from cutawayd import boot, dispatch
from cutawayd.guest import Guest, find_features, read_build_hash
from cutawayd.kernel_log import follow_kernel_log
from cutawayd.ports import CONTROL, DATA, ControlPort, open_port
from cutawayd.warmup import warm_up
from cutawayd.work import Work

RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207


def main() -> None:
    """Run the daemon."""
    boot.mount_kernel_files()
    port = ControlPort(open_port(CONTROL))
    for failure in boot.boot(lambda phase: port.send(PhaseMessage(phase))):
        port.send(LogMessage("warning", f"a module could not be loaded: {failure}"))
    data = open_port(DATA)
    os.set_blocking(data, True)
    port.send(PhaseMessage("ready"))
    guest = Guest(features=find_features(), build_hash=read_build_hash())
    expect_orphans(guest)
    warm_up(guest)
    port.follow(follow_kernel_log())
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
    port.send(hello(guest))
    serve(port, data, guest)


def serve(port: ControlPort, data: int, guest: Guest) -> None:
    """Answer messages for ever."""
    while True:
        message = port.receive()
        if isinstance(message, CallMessage):
            port.send_frame(dispatch.carry_out(message, Work(port, message.serial, data, guest)))
            if guest.has_orphans:
                reap(guest)
        elif isinstance(message, Wake):
            wake(message)
            port.send(hello(guest))


def hello(guest: Guest) -> Hello:
    """Return what the daemon says of itself."""
    return Hello(PROTOCOL_VERSION, guest.build_hash, os.uname().release, guest.features)


def wake(message: Wake) -> None:
    """Take fresh randomness and the time: the saved state knows neither, and all restored guests are alike."""
    entropy = message.entropy
    device = os.open("/dev/urandom", os.O_WRONLY | os.O_CLOEXEC)
    ioctl(device, RNDADDENTROPY, struct.pack("ii", len(entropy) * 8, len(entropy)) + entropy)
    ioctl(device, RNDRESEEDCRNG)
    os.close(device)
    random.seed(int.from_bytes(entropy, "little"))
    time.clock_settime_ns(time.CLOCK_REALTIME, message.time_ns)


def expect_orphans(guest: Guest) -> None:
    """Take note of children that end: asking the kernel after each call would cost more than most calls do."""

    def note(_signal: int, _frame: object) -> None:
        guest.has_orphans = True

    signal.signal(signal.SIGCHLD, note)
    signal.siginterrupt(signal.SIGCHLD, False)  # noqa: FBT003 the signal module's own signature


def reap(guest: Guest) -> None:
    """Collect orphans that have ended; the daemon's own children have been waited for by now."""
    guest.has_orphans = False
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


signal.signal(signal.SIGPIPE, signal.SIG_IGN)
