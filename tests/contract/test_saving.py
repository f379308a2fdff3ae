"""Devices saved as images when they do not lie in one piece: byte for byte, sparse, and told how far it is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled, EngineError
from cutaway.save_device import SaveFormat
from cutaway.transfer import conversion
from cutaway.transfer.zero_skipping import ZeroSkippingFile
from images import pieced_volumes
from support.backends import Backend

MIB = 1 << 20


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Give a drive with volumes in pieces, and what they hold."""
    image = tmp_path_factory.mktemp("pieces") / "image"
    return image, pieced_volumes.write(image)


@pytest.fixture
def pieces(backend: Backend, volumes: tuple[Path, dict[str, bytes]]) -> Handle:
    """Give a launched handle with that drive."""
    if not backend.is_real:
        pytest.skip("volumes in memory have no pieces")
    with backend.empty_handle() as handle:
        handle.add_drive(str(volumes[0]), format="raw")
        handle.launch()
        handle.vg_activate_all(activate=True)
        yield handle


@pytest.mark.parametrize("image_format", ["raw", "qcow2"])
@pytest.mark.parametrize("device", ["/dev/pieces/linear", "/dev/pieces/striped"])
def test_a_volume_of_several_pieces_is_saved(
    pieces: Handle,
    volumes: tuple[Path, dict[str, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    device: str,
    image_format: SaveFormat,
) -> None:
    ways: list[str] = []
    write = ZeroSkippingFile.write
    monkeypatch.setattr(ZeroSkippingFile, "write", lambda self, data: (ways.append("guest"), write(self, data)))
    steps: list[tuple[int, int]] = []
    expected = volumes[1][device]
    pieces.save_device(device, tmp_path / "saved", format=image_format, on_progress=lambda *step: steps.append(step))
    assert os.listdir(tmp_path) == ["saved"]
    assert bool(ways) is device.endswith("striped")
    assert (tmp_path / "saved").stat().st_blocks * 512 < 2 * MIB, "what is empty takes space"
    raw = tmp_path / "saved"
    if image_format == "qcow2":
        raw = tmp_path / "raw"
        subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", tmp_path / "saved", raw], check=True)
    assert raw.read_bytes() == expected
    assert all(0 <= done <= total == len(expected) for done, total in steps)
    if device.endswith("linear"):
        assert steps[-1] == (len(expected), len(expected))
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_a_save_in_pieces_that_fails_in_the_middle_leaves_nothing(
    pieces: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = conversion.convert, 0

    async def convert(*arguments: object, **options: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise EngineError("no more")
        await real(*arguments, **options)  # type: ignore[arg-type] passed on as they are

    monkeypatch.setattr(conversion, "convert", convert)
    with pytest.raises(EngineError, match="no more"):
        pieces.save_device("/dev/pieces/linear", tmp_path / "saved")
    assert os.listdir(tmp_path) == []
    assert pieces.lvs() == ["/dev/pieces/linear", "/dev/pieces/striped"]


def test_a_device_that_lies_on_no_drive_comes_through_the_guest(
    handle: Handle, backend: Backend, tmp_path: Path
) -> None:
    if backend.is_real:
        pytest.skip("there all devices lie on drives")
    handle.save_device("/dev/sda1", tmp_path / "raw")
    handle.save_device("/dev/sda1", tmp_path / "qcow2", format="qcow2")
    handle.download("/dev/sda1", tmp_path / "whole")
    assert (tmp_path / "raw").read_bytes() == (tmp_path / "whole").read_bytes()
    compare = ["qemu-img", "compare", "-f", "qcow2", "-F", "raw", str(tmp_path / "qcow2"), str(tmp_path / "whole")]
    assert subprocess.run(compare, check=False, capture_output=True).returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["qcow2", "raw", "whole"]


def test_a_save_through_the_guest_that_is_cancelled_leaves_nothing(
    new_handle: Callable[[], Handle], backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend.is_real:
        pytest.skip("there all devices lie on drives")
    handle = new_handle()
    handle.launch()
    write = ZeroSkippingFile.write

    def cancel(self: ZeroSkippingFile, data: memoryview) -> None:
        handle.cancel()
        write(self, data)

    monkeypatch.setattr(ZeroSkippingFile, "write", cancel)
    with pytest.raises(Cancelled):
        handle.save_device("/dev/sda", tmp_path / "saved", format="qcow2")
    assert os.listdir(tmp_path) == []
