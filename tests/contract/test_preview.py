"""A preview of an extraction counts what the extraction then does, on the fake and on a booted appliance."""

from __future__ import annotations

import os
from pathlib import Path

from cutaway import Handle
from cutaway.transfer.policy import ExtractPolicy


def test_a_preview_counts_what_the_extraction_does(mounted: Handle, tmp_path: Path) -> None:
    policy = ExtractPolicy(encode_names=True)
    paths = ["/srv/links", "/srv/names", "/srv/special", "/usr/bin", "/home"]
    found = mounted.preview_copy_out(list(paths), tmp_path, policy=policy)
    assert os.listdir(tmp_path) == []
    report = mounted.copy_out(list(paths), tmp_path, policy=policy)
    assert tuple(root.destination_path for root in found.roots) == report.destination_paths
    assert (found.bytes, found.files + found.second_names) == (report.bytes, report.files)
    notes = {note.kind: note.count for note in found.notes}
    assert sum(count for kind, count in notes.items() if "left out" in kind) == len(report.skipped)
    assert notes["renamed"] == len(report.renamed)
    assert notes["rights dropped"] == 1
    made = [os.path.join(folder, name) for folder, _, names in os.walk(tmp_path) for name in names]
    assert sum(os.path.islink(path) for path in made) + _links_to_folders(tmp_path) == found.links


def _links_to_folders(folder: Path) -> int:
    """Count the links that os.walk takes for folders."""
    return sum(os.path.islink(os.path.join(here, name)) for here, names, _ in os.walk(folder) for name in names)
