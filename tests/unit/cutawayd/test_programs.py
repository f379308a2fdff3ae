"""Programs whose output is a call's data: complaints stop nothing, and what a signal ended is no success."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from cutawayd import children, transfers


@pytest.fixture
def work() -> Iterator[Any]:
    """Give what a program's output goes to: a port that is read, and progress that nobody wants."""
    ours, theirs = socket.socketpair()

    def drain() -> None:
        while theirs.recv(1 << 16):
            pass

    reader = threading.Thread(target=drain)
    reader.start()
    with ours:
        yield SimpleNamespace(data=ours.fileno(), progress=lambda *_: None, check=lambda: None)
    reader.join(10)
    theirs.close()


def run(work: Any, script: str) -> None:
    transfers.stream_child(work, ["sh", "-c", script], 0, is_compressed=False)


def test_many_complaints_before_the_first_output_stop_nothing(work: Any) -> None:
    run(work, "head -c 300000 /dev/zero >&2; echo done; exit 1")


@pytest.mark.parametrize("script", ["echo part; kill -9 $$", "echo part; kill -11 $$", "echo no >&2; exit 2"])
def test_what_did_not_end_well_is_an_error(work: Any, script: str) -> None:
    with pytest.raises(children.ToolError):
        run(work, script)


def test_a_program_that_does_not_read_its_input_tells_why_by_its_end() -> None:
    with pytest.raises(children.ToolError, match="no such volume") as caught:
        children.run(None, ["sh", "-c", "exec <&-; echo no such volume >&2; exit 4"], script=b"x" * 1_000_000)
    assert caught.value.status == 4
