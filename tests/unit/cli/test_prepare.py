"""What setup makes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway.cli import prepare
from cutaway.template import Template


@pytest.mark.parametrize(
    ("there", "is_made"), [((), True), (("of another appliance",), True), (("fits", "of another appliance"), False)]
)
def test_a_template_is_made_unless_the_one_that_fits_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], is_made: bool
) -> None:
    for name in there:
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").touch()
    made: list[str] = []
    monkeypatch.setattr(prepare, "expected_template", lambda: Template(tmp_path / "fits"))
    monkeypatch.setattr(prepare, "appliance_ensure", lambda: made.append("appliance"))
    monkeypatch.setattr(prepare, "template_make", lambda: made.append("template"))
    monkeypatch.setattr(prepare, "sample", lambda: made.append("sample"))
    prepare.setup()
    assert made == ["appliance", *["template"] * is_made, "sample"]
