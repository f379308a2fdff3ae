"""Copies of the process in which hostile files are read: they answer, crash and hang, and the daemon goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from cutawayd.forked import Servant
from cutawayd.refusal import Refusal


@pytest.fixture
def serving() -> Iterator[Callable[[Callable[[Any], Any]], Servant]]:
    """Give what makes servants, which are ended after the test."""
    made: list[Servant] = []

    def make(answer: Callable[[Any], Any]) -> Servant:
        made.append(Servant(lambda: answer))
        return made[-1]

    yield make
    for servant in made:
        servant.close()


def crash(_question: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def test_answers_come_in_order(serving: Callable[[Callable[[Any], Any]], Servant]) -> None:
    servant = serving(lambda question: [question, b"\xff", "\udcff"])
    assert [servant.ask(None, number)[0] for number in range(3)] == [0, 1, 2]
    assert servant.ask(None, {"key": [1]}) == [{"key": [1]}, b"\xff", "\udcff"]


def test_errors_are_told_and_the_copy_goes_on(serving: Callable[[Callable[[Any], Any]], Servant]) -> None:
    def answer(question: str) -> str:
        if question:
            raise {"refusal": Refusal("ENOENT", "no such key"), "other": KeyError("odd"), "os": OSError(13, "no")}[
                question
            ]
        return "fine"

    servant = serving(answer)
    for question, name in {"refusal": "ENOENT", "other": "EIO", "os": "EACCES"}.items():
        with pytest.raises(Refusal) as error:
            servant.ask(None, question)
        assert error.value.errno_name == name
    assert servant.ask(None, "") == "fine"


def test_a_crash_is_an_error_of_the_file(serving: Callable[[Callable[[Any], Any]], Servant]) -> None:
    servant = serving(crash)
    with pytest.raises(Refusal, match="crashed"):
        servant.ask(None, 1)
    assert not servant.is_alive


def test_what_hangs_is_killed(serving: Callable[[Callable[[Any], Any]], Servant]) -> None:
    servant = serving(lambda _question: time.sleep(60))
    with pytest.raises(Refusal) as error:
        servant.ask(None, 1, limit_s=0.1)
    assert error.value.errno_name == "ETIMEDOUT"
    assert not servant.is_alive


def test_memory_is_bounded(serving: Callable[[Callable[[Any], Any]], Servant]) -> None:
    servant = serving(lambda count: len(bytearray(count)))
    with pytest.raises(Refusal) as error:
        servant.ask(None, 8 << 30)
    assert error.value.errno_name == "ENOMEM"
    assert servant.ask(None, 5) == 5


def test_it_has_only_the_descriptors_that_it_is_given() -> None:
    inner, outer = os.pipe()

    def stat_of(descriptor: int) -> bool:
        try:
            os.fstat(descriptor)
        except OSError:
            return False
        return True

    with closing(Servant(lambda: stat_of, [inner])) as servant:
        assert servant.ask(None, inner)
        assert not servant.ask(None, outer)
    os.close(inner)
    os.close(outer)
