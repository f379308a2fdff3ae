"""What setup makes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway.appliance_path import find_appliance
from cutaway.cli import prepare
from cutaway.template import Template
from cutaway_appliance.errors import BuildError
from cutaway_appliance.manifest import Manifest
from cutaway_appliance.recipe import recipe_hash


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


@pytest.fixture
def old_appliance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an appliance that another recipe has made."""
    folder = tmp_path / "appliance"
    folder.mkdir()
    for name in ("vmlinuz", "initrd.img"):
        (folder / name).touch()
    Manifest(1, "hash", "daemon", "", "", "6.1", "amd64", {}, [], recipe_hash="another").write(folder)
    monkeypatch.setattr(prepare, "default_appliance_folder", lambda: folder)
    monkeypatch.setattr(prepare, "find_appliance", lambda: find_appliance(str(folder)))
    monkeypatch.setattr("cutaway_appliance.build.refresh_daemon_layer", lambda made: (made / "refreshed").touch())
    return folder


def test_an_appliance_of_another_recipe_is_built_anew(old_appliance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []

    def build(destination: Path, **_: object) -> None:
        built.append(destination)
        Manifest(1, "hash", "daemon", "", "", "6.1", "amd64", {}, [], recipe_hash=recipe_hash()).write(destination)

    monkeypatch.setattr("cutaway_appliance.build.build", build)
    prepare.appliance_ensure()
    prepare.appliance_ensure()
    assert built == [old_appliance]


def test_an_old_appliance_stays_in_use_where_none_can_be_built(
    old_appliance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def build(*_: object, **__: object) -> None:
        raise BuildError("no network")

    monkeypatch.setattr("cutaway_appliance.build.build", build)
    prepare.appliance_ensure()
    assert (old_appliance / "refreshed").exists()
    assert "no network; the old one stays in use" in capsys.readouterr().err
