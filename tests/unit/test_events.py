"""The event hub: each listener gets what it asked for, in order, and a fault of one harms nobody else."""

from __future__ import annotations

import logging
import threading

import pytest
from cutaway.events import Closed, DaemonLog, Event, EventHub, KernelLog, Progress, Quit, StateChanged
from cutaway.state import State

LINE = KernelLog("text", 1.5, "info")
QUIT = Quit(expected=True, reason="")


def test_a_listener_gets_its_kind_only() -> None:
    hub, seen = EventHub(), []
    hub.on(KernelLog, seen.append)
    for event in (LINE, QUIT, LINE):
        hub.emit(event)
    assert seen == [LINE, LINE]


def test_a_listener_for_the_base_gets_everything_in_order() -> None:
    hub, seen = EventHub(), []
    hub.on(Event, seen.append)
    events = [LINE, Progress("ls", 1, 0, 1), StateChanged(State.CONFIG, State.LAUNCHING), Closed()]
    for event in events:
        hub.emit(event)
    assert seen == events


def test_listeners_are_called_in_the_order_of_their_registration() -> None:
    hub, seen = EventHub(), []
    for number in range(5):
        hub.on(Quit, lambda _event, number=number: seen.append(number))
    hub.emit(QUIT)
    assert seen == [0, 1, 2, 3, 4]


def test_off_forgets_one_listener_and_ignores_unknown_tokens() -> None:
    hub, kept, dropped = EventHub(), [], []
    hub.on(Quit, kept.append)
    token = hub.on(Quit, dropped.append)
    hub.off(token)
    hub.off(token)
    hub.off(12345)
    hub.emit(QUIT)
    assert (kept, dropped) == ([QUIT], [])


def test_tokens_are_never_given_twice() -> None:
    hub = EventHub()
    first = hub.on(Quit, print)
    hub.off(first)
    assert hub.on(Quit, print) != first


def test_a_failing_callback_is_logged_and_the_others_are_called(caplog: pytest.LogCaptureFixture) -> None:
    hub, seen = EventHub(), []

    def fail(_event: Quit) -> None:
        raise ValueError("wrong")

    hub.on(Quit, fail)
    hub.on(Quit, seen.append)
    with caplog.at_level(logging.ERROR, "cutaway.events"):
        hub.emit(QUIT)
    assert seen == [QUIT]
    assert "a callback for Quit failed" in caplog.text


def test_a_callback_may_add_and_remove_listeners() -> None:
    hub, late = EventHub(), []

    def add(_event: Quit) -> None:
        hub.off(token)
        hub.on(Quit, late.append)

    token = hub.on(Quit, add)
    hub.emit(QUIT)
    assert late == []
    hub.emit(QUIT)
    assert late == [QUIT]


def test_listeners_may_come_and_go_from_other_threads() -> None:
    hub, seen = EventHub(), []
    hub.on(DaemonLog, seen.append)

    def churn() -> None:
        for _ in range(200):
            hub.off(hub.on(Quit, print))

    threads = [threading.Thread(target=churn) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(200):
        hub.emit(DaemonLog(str(number), "info"))
    for thread in threads:
        thread.join()
    assert [event.text for event in seen] == [str(number) for number in range(200)]
