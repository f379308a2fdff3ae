"""Attributes and owners that the host does not take, or that were not to be had: left out, counted and told."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder, link
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.not_kept import EXAMPLES, KINDS_MAX, Losses
from cutaway.transfer.policy import ExtractPolicy

LONG = {b"user.%02d" % number: bytes(64 << 10) for number in range(17)}
ACL = b"system.posix_acl_access"


def tree() -> object:
    return folder({
        b"src": folder({
            b"fine": file(b"1", xattrs={b"user.note": b"x"}),
            b"labelled": file(b"2", xattrs={ACL: b"nonsense", b"user.note": b"y"}),
            b"long": file(b"3", xattrs=LONG),
            b"tool": file(b"4", xattrs={b"security.capability": b"cap"}),
            b"link": link(b"fine", xattrs={b"user.note": b"links have none"}),
        }, xattrs={ACL: b"nonsense"}),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Let the host take user attributes of files only, whatever its file system; give what it took."""
    taken: list[bytes] = []

    def setxattr(file: object, name: bytes, value: bytes, *, follow_symlinks: bool) -> None:
        if not name.startswith(b"user."):
            raise OSError(errno.EOPNOTSUPP, "not here")
        if not follow_symlinks:
            raise OSError(errno.EPERM, "not of a link")
        taken.append(name)

    monkeypatch.setattr("cutaway.transfer.staging.os.setxattr", setxattr)
    return taken


def test_what_the_destination_does_not_take_is_told(
    handle: Handle, out: Path, tmp_path: Path, kept: list[bytes]
) -> None:
    report = handle.copy_out("/src", out, options=ExtractOptions(manifest=str(tmp_path / "list")))
    assert report.failures == report.skipped == ()
    assert sorted(os.listdir(out / "src")) == ["fine", "labelled", "link", "long", "tool"]
    assert kept == [b"user.note", b"user.note"]
    found = {(lost.what, lost.count): (lost.reason, set(lost.examples)) for lost in report.not_kept}
    unsupported = os.strerror(errno.EOPNOTSUPP)
    assert found[ACL, 2] == (f"the destination does not take it: {unsupported}", {b"/src", b"/src/labelled"})
    assert found[b"user.note", 1][1] == {b"/src/link"}
    assert found[b"extended attributes", 1] == ("they are longer than 1 MiB", {b"/src/long"})
    assert found[b"security.capability", 1] == ("it would give rights on this computer", {b"/src/tool"})
    assert len(found) == 4
    _compare_manifest([json.loads(line) for line in (tmp_path / "list").read_text().splitlines()])


def _compare_manifest(listed: list[dict[str, Any]]) -> None:
    not_kept = {one["path"]: set(one["not_kept"]) for one in listed if "not_kept" in one}
    assert not_kept == {
        "/src": {ACL.decode()}, "/src/labelled": {ACL.decode()}, "/src/link": {"user.note"},
        "/src/tool": {"security.capability"},
    }  # fmt: skip
    left_out = {one["path"]: one["xattrs_left_out"] for one in listed if "xattrs_left_out" in one}
    assert left_out == {"/src/long": "they are longer than 1 MiB"}


def test_owners_that_may_not_be_given_are_told(handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "not yours")

    monkeypatch.setattr("cutaway.transfer.staging.os.chown", refuse)
    policy = ExtractPolicy(keep_owners=True, keep_xattrs=False)
    report = handle.copy_out("/src", out, policy=policy)
    assert [(lost.what, lost.count) for lost in report.not_kept] == [(b"owner", 6)]


def test_where_attributes_are_not_wished_none_are_missed(handle: Handle, out: Path) -> None:
    assert handle.copy_out("/src", out, policy=ExtractPolicy(keep_xattrs=False)).not_kept == ()


def test_a_hostile_number_of_kinds_is_bounded() -> None:
    losses = Losses()
    for number in range(KINDS_MAX + 100):
        losses.add(b"/f", [(b"user.%d" % number, "no"), (b"user.0", "no")])
    found = losses.all()
    assert len(found) == KINDS_MAX
    assert (found[0].what, len(found[0].examples)) == (b"user.0", EXAMPLES)
