"""The program that uses the engine ends in every bad way; its qemu goes with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import qemus_of, wait_until

#: What is started in the background by a shell ignores SIGINT, and so would this.
PROGRAM = """
import signal, sys, time, cutaway
signal.signal(signal.SIGINT, signal.default_int_handler)
handle = cutaway.Handle()
handle.add_drive(sys.argv[1], format="raw")
handle.launch()
handle.mount_ro("/dev/sda", "/")
print("ready", flush=True)
{deed}
"""


def run(image: Path, deed: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(deed=deed), str(image)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_parent_is_killed(image: Path, number: signal.Signals) -> None:
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    process = run(image, "handle.debug_sleep(600_000)")
    assert qemus_of(runtime)
    process.send_signal(number)
    process.communicate(timeout=20)
    wait_until(lambda: not qemus_of(runtime), "qemu has outlived its program")


@pytest.mark.parametrize("deed", ["raise SystemExit(3)", "1 / 0", "import os; os._exit(1)"])
def test_parent_ends_without_closing(image: Path, deed: str) -> None:
    process = run(image, deed)
    process.communicate(timeout=20)
    wait_until(lambda: not qemus_of(Path(os.environ["XDG_RUNTIME_DIR"])), "qemu has outlived its program")
