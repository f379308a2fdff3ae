"""A reader that lets its writer wait can neither lose data nor keep a cancellation from being carried out."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from cutaway import Handle, State
from cutaway.errors import Cancelled
from cutaway.testing import FakeAppliance, sample_image
from cutaway.transfer.patient_writer import PatientWriter
from cutaway.transfer.sink import open_sink

LONG = bytes(range(256)) * 4096


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give a pipe's reading and writing end."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def fails_with_cancelled(action: Callable[[], object]) -> bool:
    with pytest.raises(OSError, match="cancel") as caught:
        action()
    return caught.value.errno == errno.ECANCELED


def test_a_slow_reader_gets_everything_in_order(pipe: tuple[int, int]) -> None:
    writer = PatientWriter(pipe[1])
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(writer.write, memoryview(LONG))
        received = bytearray()
        while len(received) < len(LONG):
            received += os.read(pipe[0], 5000)
        written.result(10)
    writer.close()
    assert received == LONG


def test_zeros_come_in_any_number(pipe: tuple[int, int]) -> None:
    writer = PatientWriter(pipe[1])
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(writer.zeros, (1 << 20) + 5)
        received = bytearray()
        while len(received) < (1 << 20) + 5:
            received += os.read(pipe[0], 1 << 16)
        written.result(10)
    writer.close()
    assert not any(received)


@pytest.mark.parametrize("end", ["give_up", "close"])
def test_a_write_that_waits_for_its_reader_gives_up(pipe: tuple[int, int], end: str) -> None:
    writer = PatientWriter(pipe[1])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fails_with_cancelled, lambda: writer.write(memoryview(LONG)))
        os.read(pipe[0], 1)
        getattr(writer, end)()
        assert waiting.result(10)
    writer.close()
    writer.give_up()


def test_after_giving_up_every_write_fails(pipe: tuple[int, int]) -> None:
    writer = PatientWriter(pipe[1])
    writer.give_up()
    assert fails_with_cancelled(lambda: writer.write(memoryview(b"x")))
    writer.close()


def test_a_reader_that_is_gone_is_told_by_its_own_error() -> None:
    reader, end = os.pipe()
    os.close(reader)
    writer = PatientWriter(end)
    with pytest.raises(BrokenPipeError):
        writer.write(memoryview(b"x"))
    writer.close()
    os.close(end)


def test_a_sink_closes_no_descriptor_that_is_not_its_own(pipe: tuple[int, int]) -> None:
    sink = open_sink(pipe[1])
    sink.give_up()
    sink.close()
    sink.close()
    assert os.write(pipe[1], b"x") == 1


def test_cancelling_a_download_into_a_full_pipe_ends_it_and_keeps_the_appliance(pipe: tuple[int, int]) -> None:
    image = "/images/sample.qcow2"
    with Handle(hypervisor=FakeAppliance({image: sample_image()})) as handle:
        handle.add_drive_ro(image)
        handle.launch()
        handle.mount_ro("/dev/vg0/root", "/")
        ended = threading.Event()

        def download() -> None:
            with pytest.raises(Cancelled):
                handle.download("/srv/videos/holiday.mkv", pipe[1])
            ended.set()

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(download)
            os.read(pipe[0], 1)
            handle.cancel()
            running.result(20)
        assert ended.is_set()
        assert handle.exists("/etc")
        assert handle.state is State.READY
