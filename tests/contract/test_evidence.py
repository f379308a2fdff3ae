"""Evidence images are drives like others: decoded by an appliance of their own. The fake decodes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle, State
from cutaway.errors import DriveError, GuestError, ImageFormatError, ImageNotFound
from cutaway.events import Quit
from cutaway.evidence_files import evidence_files, names
from images import disk, evidence
from support.backends import Backend


@pytest.fixture(scope="module")
def case(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the first file of an image, in several."""
    if not backend.is_real:
        pytest.skip("only qemu reads images")
    folder = tmp_path_factory.mktemp("evidence")
    raw = disk.in_partition(folder / "disk.raw", disk.make_filesystem(folder / "fs.img").read_bytes())
    assert len(evidence.build(folder / "case.E01", raw.read_bytes())) > 3
    return folder / "case.E01"


@pytest.fixture(scope="module")
def shared(case: Path) -> Iterator[Handle]:
    with Handle() as handle:
        handle.add_images(case)
        yield handle


@pytest.fixture
def machine(shared: Handle) -> Iterator[Handle]:
    """Give a launched handle with it; launch it again if a test has killed it."""
    if shared.state is State.CONFIG:
        shared.launch()
    yield shared
    if shared.state is State.READY:
        shared.umount_all()


def test_the_disk_in_it_is_a_drive(machine: Handle, case: Path, tmp_path: Path) -> None:
    machine.mount_ro("/dev/sda1", "/")
    assert {name: machine.cat(f"/{name}") for name in disk.FILES} == disk.FILES
    machine.umount_all()
    machine.save_device("/dev/sda", str(tmp_path / "out.raw"), format="raw")
    assert (tmp_path / "out.raw").read_bytes() == case.with_name("disk.raw").read_bytes()
    for file in case.parent.glob("case.E*"):
        with pytest.raises(Exception, match="is what would be read"):
            machine.save_device("/dev/sda", str(file), format="raw")


def test_it_is_started_again_with_its_appliance(machine: Handle) -> None:
    machine.kill_subprocess()
    deadline = time.monotonic() + 10
    while machine.state is not State.CONFIG and time.monotonic() < deadline:
        time.sleep(0.02)
    machine.launch()
    machine.mount_ro("/dev/sda1", "/")
    assert machine.cat("/hello.txt") == disk.FILES["hello.txt"]


def test_when_what_decodes_it_dies_the_handle_says_so(machine: Handle) -> None:
    reasons: list[str] = []
    machine.on(Quit, lambda event: reasons.append(event.reason))
    link = machine._core.link
    assert link is not None
    decoder = link.appliance._sources["drive0"]._decoder  # type: ignore[attr-defined]  # of qemu's
    machine._worker.post(decoder.link.appliance.kill)
    deadline = time.monotonic() + 10
    while not reasons and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "case.E01 cannot be read any more: the appliance that decodes it has ended" in reasons[0]


def test_damage_is_an_error_where_it_is(case: Path, tmp_path: Path) -> None:
    for file in case.parent.glob("case.E*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    content = bytearray((tmp_path / "case.E02").read_bytes())
    content[13 + 76 + 10] ^= 0xFF  # in its first chunk
    (tmp_path / "case.E02").write_bytes(content)
    whole = case.with_name("disk.raw").read_bytes()
    bad = 100 * evidence.CHUNK
    with Handle() as handle:
        handle.add_drive(tmp_path / "case.E01")
        handle.launch()
        assert handle.pread_device("/dev/sda", 1 << 20, bad - (1 << 20)) == whole[bad - (1 << 20) : bad]
        with pytest.raises(GuestError, match="input/output error"):
            handle.pread_device("/dev/sda", 4096, bad)
        behind = bad + evidence.CHUNK
        assert handle.pread_device("/dev/sda", 1 << 20, behind) == whole[behind : behind + (1 << 20)]


def test_what_cannot_be_decoded_is_refused_with_a_sentence(case: Path, tmp_path: Path) -> None:
    (tmp_path / "lone.E01").write_bytes(case.read_bytes())
    (tmp_path / "broken.E01").write_bytes(case.read_bytes()[:5000])
    with Handle() as handle:
        handle.launch()
        with pytest.raises(ImageNotFound, match=r"lone\.E01 goes on in .*lone\.E02, which is missing"):
            handle.add_drive(tmp_path / "lone.E01")
        with pytest.raises(ImageFormatError, match=r"broken\.E01 cannot be decoded: the evidence image is damaged"):
            handle.add_drive(tmp_path / "broken.E01")
        with pytest.raises(DriveError, match="is a later file of an evidence image"):
            handle.add_drive(case.with_suffix(".E02"))
        with pytest.raises(DriveError, match="cannot be written"):
            handle.add_drive(case, readonly=False)
        assert handle.drives == ()


def test_files_are_found_by_the_names_that_programs_give_them(tmp_path: Path) -> None:
    found = list(names("/x/case.E01"))
    assert found[:2] == ["/x/case.E01", "/x/case.E02"]
    assert found[98:101] == ["/x/case.E99", "/x/case.EAA", "/x/case.EAB"]
    assert found[99 + 676] == "/x/case.FAA"
    assert found[-1] == "/x/case.ZZZ"
    assert next(name for name in names("/x/case.s01") if name.endswith("aa")) == "/x/case.saa"
    for number in (1, 2, 4):
        (tmp_path / f"a.e0{number}").write_bytes(b"x" * number)
    assert evidence_files(str(tmp_path / "a.e01")) == {str(tmp_path / "a.e01"): 1, str(tmp_path / "a.e02"): 2}
