"""Extended attributes that no message can hold: the file comes, and what it has lost is told; on a real xfs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.backends import Backend

MIB = 1 << 20
LONG = {f"user.number-{number:02}": bytes([number]) * 60_000 for number in range(18)}
SHORT = {"user.note": b"kept"}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give two files with attributes that this host's file system could not hold."""
    files = {tmp_path / "long": LONG, tmp_path / "short": SHORT}
    by_inode = {}
    for path, attributes in files.items():
        path.write_bytes(path.name.encode())
        by_inode[path.stat().st_ino] = attributes

    def attributes_of(file: int | str, *, follow_symlinks: bool) -> dict[str, bytes]:
        return by_inode.get(os.stat(file, follow_symlinks=follow_symlinks).st_ino, {})

    place = "cutaway.insertion.host_file.os"
    monkeypatch.setattr(f"{place}.listxattr", lambda file, **how: list(attributes_of(file, **how)))
    monkeypatch.setattr(f"{place}.getxattr", lambda file, name, **how: attributes_of(file, **how)[name])
    return list(files)


def test_a_file_with_too_many_is_told_and_the_others_keep_theirs(
    backend: Backend, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not backend.is_real:
        pytest.skip("tests/unit/transfer/test_not_kept.py does this in memory")
    out = tmp_path / "out"
    out.mkdir()
    with backend.empty_handle() as handle:
        handle.add_drive_scratch(400 * MIB)
        handle.launch()
        handle.mkfs("xfs", "/dev/sda")
        handle.mount("/dev/sda", "/")
        handle.copy_in([str(path) for path in files], "/")
        assert len(handle.getxattrs("/short")) == 1
        monkeypatch.undo()
        report = handle.copy_out(["/long", "/short"], out)
    assert report.failures == ()
    assert (out / "long").read_bytes() == b"long"
    told = [(lost.what, lost.reason, lost.examples) for lost in report.not_kept]
    assert (b"extended attributes", "they are longer than 1 MiB", (b"/long",)) in told
    assert os.listxattr(out / "long") == []
    refused = any(what == b"user.note" for what, _, _ in told)
    assert os.listxattr(out / "short") == ([] if refused else ["user.note"])
