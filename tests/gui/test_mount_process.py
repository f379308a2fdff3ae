"""What a mount's process is given through its pipe arrives whole, however much it is and whatever comes between."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from pathlib import Path

from cutaway_app.bridge.mount_process import Ended, MountProcess, News

SECRET = b"secret" * 500_000
#: Reads when it is told to, and fails if that is not all.
READER = """
import os, sys, time
while not os.path.exists(sys.argv[2]):
    time.sleep(0.01)
with open(int(sys.argv[3].partition("=")[2]), "rb") as pipe:
    sys.exit(len(pipe.read()) != int(sys.argv[1]))
"""


async def outcome(folder: Path) -> Ended:
    """Give a process the secret, with signals in the middle; return how it ended."""
    ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()

    def listen(news: News) -> None:
        if isinstance(news, Ended):
            ended.set_result(news)

    command = [sys.executable, "-c", READER, str(len(SECRET)), str(folder / "go"), "--"]
    before = set(threading.enumerate())
    process = MountProcess(command, listen, SECRET)
    (writer,) = (thread for thread in set(threading.enumerate()) - before if thread.name == "cutaway-mount")
    for _ in range(50):
        await asyncio.sleep(0.01)
        signal.pthread_kill(writer.ident or 0, signal.SIGUSR1)
    (folder / "go").touch()
    try:
        return await asyncio.wait_for(ended, 60)
    finally:
        process.stop()


def test_a_signal_in_the_middle_cuts_nothing_off(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        assert asyncio.run(outcome(tmp_path)).error is None
    finally:
        signal.signal(signal.SIGUSR1, before)
