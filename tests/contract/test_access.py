"""Owners and permissions of files and whole trees."""

from __future__ import annotations

import stat

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.events import Progress


def access(handle: Handle, path: str) -> tuple[int, int, int]:
    """Return owner, group and permissions of an entry itself."""
    status = handle.lstat(path)
    return status.uid, status.gid, stat.S_IMODE(status.mode)


@pytest.fixture
def tree(notebook: Handle) -> Handle:
    """Give a folder with a program, a text, a folder, and a link to a file beside it."""
    notebook.mkdir_p("/desk/tree/below")
    for name, mode in (("tree/program", 0o700), ("tree/below/text", 0o640), ("beside", 0o644)):
        notebook.write(f"/desk/{name}", b"1")
        notebook.chmod(mode, f"/desk/{name}")
    notebook.ln_s(b"../beside", "/desk/tree/link")
    return notebook


def test_one_entry_is_changed_and_what_is_in_it_is_not(tree: Handle) -> None:
    tree.set_access("/desk/tree", owner=5, remove=0o7777, add=0o2750)
    assert access(tree, "/desk/tree") == (5, 0, 0o2750)
    assert access(tree, "/desk/tree/program") == (0, 0, 0o700)
    tree.set_access("/desk/tree", group=7)
    assert access(tree, "/desk/tree") == (5, 7, 0o2750)


def test_a_whole_tree_is_changed_but_not_what_its_links_lead_to(tree: Handle) -> None:
    tree.set_access("/desk/tree", 5, 6, remove=0o077, add=0o444, add_execute=0o111, recursive=True)
    found = {path: access(tree, f"/desk/tree{path}") for path in ("", "/program", "/below", "/below/text")}
    assert found == {
        "": (5, 6, 0o755), "/program": (5, 6, 0o755), "/below": (5, 6, 0o755), "/below/text": (5, 6, 0o644),
    }  # fmt: skip
    assert access(tree, "/desk/tree/link")[:2] == (5, 6)
    assert access(tree, "/desk/beside") == (0, 0, 0o644)


def test_a_link_itself_gets_the_owner(tree: Handle) -> None:
    before = tree.lstat("/desk/tree/link").mode
    tree.set_access("/desk/tree/link", owner=9, remove=0o777, recursive=True)
    assert (tree.lstat("/desk/tree/link").uid, tree.lstat("/desk/tree/link").mode) == (9, before)
    assert access(tree, "/desk/beside") == (0, 0, 0o644)


def test_a_program_that_is_given_away_keeps_its_rights_only_if_these_are_given_too(tree: Handle) -> None:
    tree.chmod(0o6755, "/desk/tree/program")
    tree.set_access("/desk/tree/program", owner=0)
    assert access(tree, "/desk/tree/program") == (0, 0, 0o6755), "nothing has changed"
    tree.set_access("/desk/tree/program", owner=5)
    assert access(tree, "/desk/tree/program") == (5, 0, 0o755)
    tree.chmod(0o6755, "/desk/tree/program")
    tree.set_access("/desk/tree/program", owner=6, add=0o6000)
    assert access(tree, "/desk/tree/program") == (6, 0, 0o6755)


def test_progress_counts_entries(tree: Handle) -> None:
    told: list[Progress] = []

    tree.mkdir("/desk/many")
    tree.fill_dir("/desk/many", 3000)
    token = tree.on(Progress, told.append)
    tree.set_access("/desk/many", owner=5, recursive=True)
    tree.off(token)
    assert [told[-1].position, told[-1].total] == [3001, 3001] if told else True
    assert access(tree, "/desk/many/00002999")[0] == 5


@pytest.mark.parametrize(
    "wrong", [{"owner": -2}, {"group": 1 << 32}, {"remove": 0o10000}, {"add": -1}, {"add_execute": 0o200}]
)
def test_what_is_no_owner_or_permission_is_refused(tree: Handle, wrong: dict[str, int]) -> None:
    with pytest.raises(GuestError) as caught:
        tree.set_access("/desk/tree", **wrong)
    assert caught.value.errno_name == "EINVAL"


def test_nothing_is_changed_in_what_is_mounted_for_reading_or_not_there(tree: Handle) -> None:
    with pytest.raises(GuestError, match="nothing") as caught:
        tree.set_access("/desk/nothing", owner=1)
    assert caught.value.errno_name == "ENOENT"
    tree.umount_all()
    tree.mount_ro("/dev/sda", "/")
    with pytest.raises(GuestError) as caught:
        tree.set_access("/desk/tree", owner=1, recursive=True)
    assert caught.value.errno_name == "EROFS"
