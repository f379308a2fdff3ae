"""What is installed in the systems of an image."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from images.rpm_databases import WRITERS
from support.backends import Backend

ROOT = "/dev/vg0/root"


def test_packages_of_debian(handle: Handle) -> None:
    assert handle.inspect_os() == [ROOT]
    (dash,) = handle.inspect_list_applications2(ROOT)
    assert (dash.name, dash.title, dash.version, dash.release) == ("dash", "dash", "0.5.12", "2")
    assert handle.mounts() == []


def test_what_windows_can_remove(backend: Backend) -> None:
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.windows())
        handle.launch()
        (root,) = handle.inspect_os()
        found = {application.name: application for application in handle.inspect_list_applications2(root)}
        assert list(found) == ["7-Zip", "{90160000-008C}", "Old"]
        writer = found["{90160000-008C}"]
        assert (writer.title, writer.version, writer.publisher) == ("Schreibprogramm für Ürsula", "16.0.1", "Büro AG")
        assert (writer.url, writer.description) == ("https://example.com/", "Texte")
        assert found["7-Zip"].install_path == "C:\\Program Files\\7-Zip\\"
        assert handle.mounts() == []


def test_a_system_that_was_not_found_has_none(handle: Handle) -> None:
    handle.inspect_os()
    with pytest.raises(GuestError):
        handle.inspect_list_applications2("/dev/sda1")


@pytest.mark.boots_appliance
@pytest.mark.parametrize("kind", ["sqlite", "ndb", "bdb", "damaged"])
def test_packages_of_rpm(backend: Backend, tmp_path: Path, kind: str) -> None:
    if not backend.is_real:
        pytest.skip("the fake reads no databases of rpm")
    names = {"ndb": "Packages.db", "bdb": "Packages"}
    database = tmp_path / "rpm" / names.get(kind, "rpmdb.sqlite")
    database.parent.mkdir()
    if kind == "damaged":
        database.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    else:
        WRITERS[kind](database)
    release = tmp_path / "os-release"
    release.write_text('ID=fedora\nVERSION_ID=39\nPRETTY_NAME="Fedora Linux 39"\n')
    with backend.empty_handle() as handle:
        handle.add_drive_scratch(64 << 20)
        handle.launch()
        handle.mkfs("ext4", "/dev/sda")
        handle.mount("/dev/sda", "/")
        for folder in ("/bin", "/etc", "/var", "/var/lib"):
            handle.mkdir(folder)
        handle.upload(release, "/etc/os-release")
        handle.copy_in([database.parent], "/var/lib")
        handle.umount_all()
        assert handle.inspect_os() == ["/dev/sda"]
        assert handle.inspect_get_package_format("/dev/sda") == "rpm"
        if kind == "damaged":
            with pytest.raises(GuestError):
                handle.inspect_list_applications2("/dev/sda")
            assert handle.inspect_get_osinfo("/dev/sda") == "fedora39"
        else:
            assert [item.name for item in handle.inspect_list_applications2("/dev/sda")] == ["bash", "zlib"]
