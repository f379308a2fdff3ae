"""A preview says what the extraction does then, and writes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import DestinationError, NotFound
from cutaway.testing import FakeAppliance, FakeFileSystem, Sparse, device, disk, fifo, file, folder, hard_link, link
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.preview import EXAMPLES, ExtractPreview


def tree() -> object:
    twin = file(b"twin")
    return folder({
        b"src": folder({
            b"a": file(b"hello"),
            b"sparse": file(Sparse(1 << 40, ((0, bytes(4096)),))),
            b"sudo": file(b"#!", mode=0o4755),
            b"wall": file(b"#!", mode=0o2755),
            b"group": folder(mode=0o2775),
            b"twin-1": twin,
            b"twin-2": hard_link(twin),
            b"inside": link(b"a"),
            b"outside": link(b"/etc/passwd"),
            b"null": device("c", 1, 3),
            b"pipe": fifo(),
            b"a:b": file(b"colon"),
            b"many": folder({b"link-%03d" % number: link(b"/away") for number in range(50)}),
        }),
        b"file": file(b"x" * 1000),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


def notes(found: ExtractPreview) -> dict[str, int]:
    return {note.kind: note.count for note in found.notes}


def test_everything_is_counted_and_nothing_written(handle: Handle, out: Path) -> None:
    steps: list[tuple[int, int]] = []
    found = handle.preview_copy_out(["/src", "/file"], out, on_found=lambda *step: steps.append(step))
    assert (found.files, found.folders, found.links, found.specials, found.second_names) == (7, 3, 1, 0, 1)
    assert found.bytes == (1 << 40) + 5 + 2 + 2 + 4 + 5 + 1000
    assert found.needed == 4096 + 5 + 2 + 2 + 4 + 5 + 1000
    assert notes(found) == {"link left out": 51, "special left out": 2, "rights dropped": 2}
    links = next(note for note in found.notes if note.kind == "link left out")
    assert len(links.examples) == EXAMPLES
    assert "leads out" in links.examples[0].reason
    assert found.trouble == ""
    assert found.free
    assert steps[-1] == (7, found.bytes)
    assert os.listdir(out) == []
    assert not (out.parent / "state").exists()


def test_it_says_what_the_extraction_does(handle: Handle, out: Path) -> None:
    policy = ExtractPolicy(symlinks="keep", encode_names=True)
    found = handle.preview_copy_out(["/src", "/file"], out, policy=policy)
    report = handle.copy_out(["/src", "/file"], out, policy=policy)
    assert tuple(root.destination_path for root in found.roots) == report.destination_paths
    assert found.bytes == report.bytes
    assert found.files + found.second_names == report.files
    assert sum(note.count for note in found.notes if "left out" in note.kind) == len(report.skipped)
    assert notes(found)["renamed"] == len(report.renamed) == 1
    made = [path for path in (out / "src").rglob("*") if path.is_dir() and not path.is_symlink()]
    assert found.folders == 1 + len(made)


@pytest.mark.parametrize(
    ("conflict", "outcome", "name"),
    [("rename", "renamed", "file (2)"), ("replace", "replaces", "file"), ("skip", "skipped", "file"),
     ("fail", "refused", "file")],
)  # fmt: skip
def test_a_name_that_is_taken(handle: Handle, out: Path, conflict: str, outcome: str, name: str) -> None:
    (out / "file").write_bytes(b"mine")
    found = handle.preview_copy_out("/file", out, policy=ExtractPolicy(conflict=conflict))  # type: ignore[arg-type] text
    assert [(root.outcome, root.destination_path) for root in found.roots] == [(outcome, str(out / name))]
    assert bool(found.trouble) is (outcome == "refused")
    assert found.files == (outcome != "skipped")
    assert (out / "file").read_bytes() == b"mine"


def test_a_folder_is_never_replaced(handle: Handle, out: Path) -> None:
    (out / "src").mkdir()
    found = handle.preview_copy_out("/src", out, policy=ExtractPolicy(conflict="replace"))
    assert "never replaced" in found.trouble


def test_a_disk_that_is_too_small_is_said_before(handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cutaway.transfer.placing.Destination.free_space", lambda _: 500)
    assert "are needed" in handle.preview_copy_out("/src", out).trouble


def test_what_is_not_there_is_an_error(handle: Handle, out: Path) -> None:
    with pytest.raises(NotFound):
        handle.preview_copy_out("/nothing", out)
    with pytest.raises(DestinationError):
        handle.preview_copy_out("/src", out / "nowhere")


def test_windows_names_are_left_out_by_rule(handle: Handle, out: Path) -> None:
    found = handle.preview_copy_out("/src", out, policy=ExtractPolicy(portable_names=True, symlinks="skip"))
    assert notes(found)["name left out"] == 1
    assert found.links == 0
