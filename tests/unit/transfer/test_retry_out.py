"""What could not be had is got again, into its place, and what arrived stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder
from cutaway.testing.nodes import Folder, link
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy

MADE_NS = 1_600_000_000_123_456_789


def tree() -> Folder:
    return folder({
        b"data": folder({
            b"good": file(b"good"),
            b"bad": file(b"it was bad"),
            b"sub": folder({b"bad": file(b"deep"), b"up": link(b"../good")}, mtime_ns=MADE_NS),
            b"closed": folder({b"a": file(b"a"), b"inner": folder({b"up": link(b"../../good")})}, mtime_ns=MADE_NS),
        }),
        b"alone": file(b"alone"),
        b"a:b": folder({b"Q?": file(b"1"), b"q?": file(b"2")}),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


def failed(handle: Handle, fake: FakeAppliance, out: Path, *paths: bytes) -> tuple[LeftOut, ...]:
    """Extract while some paths cannot be read; return the failures."""
    fake.behaviour.unreadable |= set(paths)
    failures = handle.copy_out(["/data", "/alone"], out).failures
    fake.behaviour.unreadable.clear()
    return failures


def test_failures_know_their_places(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    (out / "data").mkdir()
    failures = failed(handle, fake, out, b"/data/sub/bad", b"/alone")
    assert {(left.path, left.destination) for left in failures} == {
        (b"/data/sub/bad", str(out / "data (2)/sub/bad")), (b"/alone", str(out / "alone")),
    }  # fmt: skip


def test_exactly_these_are_got_again(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    failures = failed(handle, fake, out, b"/data/bad", b"/data/sub/bad", b"/alone")
    assert not (out / "data/bad").exists()
    kept = (out / "data/good").stat()
    report = handle.retry_out(failures, out)
    assert report.failures == ()
    assert report.files == 3
    assert sorted(report.destination_paths) == [str(out / name) for name in ("alone", "data/bad", "data/sub/bad")]
    assert (out / "data/sub/bad").read_bytes() == b"deep"
    assert (out / "data/sub").stat().st_mtime_ns == MADE_NS
    assert (out / "data/good").stat() == kept
    assert sorted(os.listdir(out)) == ["alone", "data"]


def test_a_folder_that_could_not_be_listed_is_filled(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    failures = failed(handle, fake, out, b"/data/closed")
    assert os.listdir(out / "data/closed") == []
    (out / "data/closed/a").write_text("mine")
    os.utime(out / "data/closed", ns=(MADE_NS, MADE_NS))
    report = handle.retry_out(failures, out)
    assert (report.failures, report.skipped) == ((), ())
    assert (out / "data/closed/a").read_text() == "mine"
    assert os.readlink(out / "data/closed/inner/up") == "../../good"
    assert (out / "data/closed").stat().st_mtime_ns == MADE_NS


def test_what_fails_again_is_reported_again(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    failures = failed(handle, fake, out, b"/data/bad", b"/data/sub/bad")
    fake.behaviour.unreadable.add(b"/data/bad")
    again = handle.retry_out(failures, out)
    assert again.failures == tuple(left for left in failures if left.path == b"/data/bad")
    fake.behaviour.unreadable.clear()
    assert handle.retry_out(again.failures, out).failures == ()
    assert (out / "data/bad").read_bytes() == b"it was bad"


def test_a_place_that_was_taken_meanwhile_follows_the_rule(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    failures = failed(handle, fake, out, b"/data/bad")
    (out / "data/bad").write_text("mine")
    assert handle.retry_out(failures, out).destination_paths == (str(out / "data/bad (2)"),)
    replace = handle.retry_out(failures, out, policy=ExtractPolicy(conflict="replace"))
    assert replace.destination_paths == (str(out / "data/bad"),)
    assert (out / "data/bad").read_bytes() == b"it was bad"


def test_no_link_is_followed_to_another_place(handle: Handle, fake: FakeAppliance, out: Path, tmp_path: Path) -> None:
    failures = failed(handle, fake, out, b"/data/sub/bad")
    (tmp_path / "elsewhere").mkdir()
    os.rename(out / "data/sub", out / "data/moved")
    (out / "data/sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"Not a directory|symbolic link"):
        handle.retry_out(failures, out)
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("destination", ["", "/elsewhere/x", "{out}", "{out}/../x"])
def test_a_failure_of_another_extraction_is_refused(handle: Handle, out: Path, destination: str) -> None:
    with pytest.raises(ValueError, match="does not lie in"):
        handle.retry_out([LeftOut(b"/alone", "", destination.replace("{out}", str(out)))], out)


def test_another_try_follows_the_names_that_were_chosen(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    policy = ExtractPolicy(encode_names=True, fold_case=True)
    fake.behaviour.unreadable |= {b"/a:b/Q?", b"/a:b/q?"}
    failures = handle.copy_out("/a:b", out, policy=policy).failures
    fake.behaviour.unreadable.clear()
    places = {"a%3Ab/Q%3F": b"1", "a%3Ab/q%3F (2)": b"2"}
    assert {os.path.relpath(one.destination, out) for one in failures} == set(places)
    assert handle.retry_out(failures, out, policy=policy).failures == ()
    assert {place: (out / place).read_bytes() for place in places} == places
