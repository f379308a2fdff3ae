"""The state machine: exactly the transitions of the drawing, each reported once, none after CLOSED."""

from __future__ import annotations

import pytest
from cutaway.state import ALLOWED, State, StateMachine

DRAWN = {
    ("CONFIG", "LAUNCHING"), ("LAUNCHING", "READY"), ("LAUNCHING", "CONFIG"), ("READY", "BUSY"), ("BUSY", "READY"),
    ("READY", "CONFIG"), ("BUSY", "CONFIG"),
    ("CONFIG", "CLOSED"), ("LAUNCHING", "CLOSED"), ("READY", "CLOSED"), ("BUSY", "CLOSED"),
}  # fmt: skip
PATHS = {
    State.CONFIG: [],
    State.LAUNCHING: [State.LAUNCHING],
    State.READY: [State.LAUNCHING, State.READY],
    State.BUSY: [State.LAUNCHING, State.READY, State.BUSY],
    State.CLOSED: [State.CLOSED],
}


def machine_in(state: State) -> tuple[StateMachine, list[tuple[State, State]]]:
    seen: list[tuple[State, State]] = []
    machine = StateMachine(lambda old, new: seen.append((old, new)))
    for step in PATHS[state]:
        machine.move(step)
    seen.clear()
    return machine, seen


def test_a_handle_begins_in_config() -> None:
    assert StateMachine(lambda _old, _new: None).current is State.CONFIG


def test_the_table_is_the_drawing() -> None:
    assert {(old.value, new.value) for old, targets in ALLOWED.items() for new in targets} == DRAWN
    assert set(ALLOWED) == set(State)


@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_each_transition_is_made_and_told_or_refused(old: State, new: State) -> None:
    machine, seen = machine_in(old)
    if (old.value, new.value) in DRAWN:
        machine.move(new)
        assert machine.current is new
        assert seen == [(old, new)]
    else:
        with pytest.raises(RuntimeError, match=f"from {old.value} to {new.value}"):
            machine.move(new)
        assert machine.current is old
        assert seen == []
