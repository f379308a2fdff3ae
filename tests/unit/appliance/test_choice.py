"""What goes into the appliance: packages from apt's words, modules by the recipe, and no library missing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cutaway_appliance import daemon_layer
from cutaway_appliance.closure import file_names
from cutaway_appliance.errors import BuildError
from cutaway_appliance.kernel import is_kept, load_order
from cutaway_appliance.libraries import check_libraries, needed
from cutaway_appliance.manifest import build_hash
from cutaway_appliance.recipe import read_recipe

PRINTED = """'http://mirror/pool/l/lvm2_2.03.16-2_amd64.deb' lvm2_2.03.16-2_amd64.deb 1228616 SHA256:00
'http://mirror/pool/f/file_1%3a5.44-3_amd64.deb' file_1%3a5.44-3_amd64.deb 42472 SHA256:00
Reading package lists...
"""


def test_names_of_packages_are_read_from_apt() -> None:
    assert file_names(PRINTED) == ["file_1%3a5.44-3_amd64.deb", "lvm2_2.03.16-2_amd64.deb"]


@pytest.mark.parametrize(
    ("module", "kept"),
    [
        ("fs/ext4/ext4.ko.xz", True), ("drivers/scsi/virtio_scsi.ko", True), ("drivers/md/dm-mod.ko", True),
        ("fs/nfs/nfs.ko", False), ("drivers/net/e1000.ko", False), ("drivers/scsi/megaraid.ko", False),
        ("drivers/md/dm-vdo/dm-vdo.ko", False), ("sound/core/snd.ko", False),
    ],
)  # fmt: skip
def test_modules_are_kept_by_the_recipe(module: str, kept: bool) -> None:
    assert is_kept(Path(module), read_recipe()) is kept


def write_modules(folder: Path) -> None:
    (folder / "modules.dep").write_text("a.ko:\nb/c-d.ko: a.ko\ne.ko: b/c-d.ko a.ko\n")
    (folder / "modules.builtin").write_text("kernel/built_in.ko\n")


def test_modules_are_loaded_after_what_they_need(tmp_path: Path) -> None:
    write_modules(tmp_path)
    recipe = replace(read_recipe(), loaded_modules=["e", "built_in", "c_d"])
    assert load_order(tmp_path, recipe) == ["a.ko", "b/c-d.ko", "e.ko"]


def test_a_module_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    write_modules(tmp_path)
    with pytest.raises(BuildError, match="nothing"):
        load_order(tmp_path, replace(read_recipe(), loaded_modules=["nothing"]))


def test_a_missing_library_stops_the_build(tmp_path: Path) -> None:
    program = shutil.which("sh")
    assert program is not None
    shutil.copy(program, tmp_path / "program")
    assert "libc.so.6" in needed(tmp_path / "program")
    with pytest.raises(BuildError, match=r"program needs libc\.so\.6"):
        check_libraries(tmp_path)
    (tmp_path / "libc.so.6").write_bytes(b"")
    check_libraries(tmp_path)


def test_no_elf_file_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    assert needed(tmp_path / "text") == []


def test_the_layer_holds_what_host_and_guest_share(tmp_path: Path) -> None:
    daemon_layer.fill(tmp_path, "0123")
    home = tmp_path / daemon_layer.HOME
    assert (home / "cutawayd/main.py").is_file()
    assert (home / "cutaway/protocol/session.py").is_file()
    assert not (home / "cutaway/handle.py").exists()
    assert "import" not in (home / "cutaway/__init__.py").read_text()
    assert (tmp_path / "etc/cutaway/build-hash").read_text() == "0123"
    assert (tmp_path / "init").stat().st_mode & 0o111


def test_every_part_counts_for_the_build_hash() -> None:
    hashes = {build_hash(*parts) for parts in (("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x"))}
    assert len(hashes) == 4
