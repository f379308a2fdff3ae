"""The private data area: values by name, walked without tripping over deletions."""

from __future__ import annotations

from cutaway.private_data import PrivateData


def walk(area: PrivateData) -> list[tuple[str, object]]:
    found, pair = [], area.first_private()
    while pair is not None:
        found.append(pair)
        pair = area.next_private()
    return found


def test_values_are_kept_replaced_and_deleted() -> None:
    area = PrivateData()
    area.set_private("a", 1)
    area.set_private("a", [2])
    assert area.get_private("a") == [2]
    area.delete_private("a")
    area.delete_private("a")
    assert area.get_private("a") is None


def test_none_removes() -> None:
    area = PrivateData()
    area.set_private("a", 1)
    area.set_private("a", None)
    area.set_private("b", None)
    assert walk(area) == []


def test_a_walk_gives_every_pair_once() -> None:
    area = PrivateData()
    assert area.first_private() is None
    for name in "abc":
        area.set_private(name, name.upper())
    assert sorted(walk(area)) == [("a", "A"), ("b", "B"), ("c", "C")]


def test_names_deleted_during_a_walk_are_left_out() -> None:
    area = PrivateData()
    for name in "abc":
        area.set_private(name, 1)
    first = area.first_private()
    assert first is not None
    for name in "abc":
        if name != first[0]:
            area.delete_private(name)
    assert area.next_private() is None
