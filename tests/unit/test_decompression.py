"""Compressed images become images: whole, with holes, under limits; whatever goes wrong leaves nothing."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import io
import lzma
import os
import random
import shlex
import shutil
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.cli.main import app
from cutaway.cli.output import EXIT_DESTINATION, EXIT_IMAGE, say_error
from cutaway.decompression import Decompression, decompressed_name
from cutaway.errors import (
    Cancelled,
    DestinationError,
    DriveError,
    ImageCompressed,
    ImageFormatError,
    ImageNotFound,
    ImageUnreadable,
)
from cutaway.image_probe import probe
from typer.testing import CliRunner

MIB = 1 << 20
CONTENT = random.Random(1).randbytes(MIB + 5) + bytes(8 * MIB) + b"end" + bytes(MIB + 7)


def _zstd(content: bytes) -> bytes:
    return subprocess.run(["zstd", "-qc"], input=content, capture_output=True, check=True).stdout


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress, "zst": _zstd,
}  # fmt: skip


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Give a compressed image, alone in its folder."""
    path = tmp_path / "disk.img.gz"
    path.write_bytes(gzip.compress(CONTENT, 1))
    return path


def _only(packed: Path) -> bool:
    return [path.name for path in packed.parent.iterdir()] == [packed.name]


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_what_comes_out_is_what_went_in(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"disk.img.{suffix}"
    source.write_bytes(PACK[suffix](CONTENT))
    told: list[tuple[int, int]] = []
    made = Decompression(
        str(source), decompressed_name(str(source)), on_progress=lambda done, total: told.append((done, total))
    ).run()
    assert made == str(tmp_path / "disk.img")
    assert Path(made).read_bytes() == CONTENT
    assert os.stat(made).st_blocks * 512 < 2 * MIB, "zeros take space"
    assert told == sorted(told)
    assert told[-1] == (source.stat().st_size, source.stat().st_size)


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_the_command_line_says_what_to_do_and_does_it(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / f"a disk.img.{suffix}"
    source.write_bytes(PACK[suffix](CONTENT))
    with pytest.raises(ImageCompressed) as caught:
        asyncio.run(probe(str(source)))
    assert caught.value.remedy == "Decompress it first, and open the image that comes out."
    say_error(caught.value)
    *_, advice = capsys.readouterr().err.splitlines()
    _, *words = shlex.split(advice.removeprefix("  with: "))
    assert CliRunner().invoke(app, words).stdout == f"{tmp_path}/a disk.img\n"
    assert (tmp_path / "a disk.img").read_bytes() == CONTENT


def test_the_command_line_puts_it_where_it_is_told(tmp_path: Path, packed: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for _ in range(2):
        assert CliRunner().invoke(app, ["decompress", "--force", str(packed), str(folder)]).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["disk.img"]
    assert CliRunner().invoke(app, ["decompress", str(packed), str(folder / "x" / "y")]).exit_code == EXIT_DESTINATION
    assert CliRunner().invoke(app, ["decompress", str(folder / "disk.img")]).exit_code == EXIT_IMAGE


def test_a_name_that_is_taken_is_kept(packed: Path) -> None:
    target = packed.with_suffix("")
    target.write_bytes(b"precious")
    made = Decompression(str(packed), str(target)).run()
    assert (target.read_bytes(), made) == (b"precious", str(packed.with_name("disk (2).img")))
    assert Decompression(str(packed), str(target), conflict="replace").run() == str(target)
    assert target.stat().st_size == len(CONTENT)


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_what_is_cut_off_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"disk.img.{suffix}"
    whole = PACK[suffix](CONTENT)
    source.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageFormatError, match=r"cannot be decompressed: [^/*]+$") as caught:
        Decompression(str(source), decompressed_name(str(source))).run()
    assert caught.value.remedy
    assert _only(source)


def test_padding_behind_gzip_data_is_no_damage(packed: Path) -> None:
    with packed.open("ab") as file:
        file.write(b"padding")
    assert Path(Decompression(str(packed), decompressed_name(str(packed))).run()).stat().st_size == len(CONTENT)


def test_a_tar_archive_is_no_image(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(__file__, "x")
    source = tmp_path / "x.tar.gz"
    source.write_bytes(gzip.compress(archive.getvalue()))
    with pytest.raises(ImageFormatError, match="holds a tar archive"):
        Decompression(str(source), decompressed_name(str(source))).run()
    assert _only(source)


def test_what_is_not_compressed_or_an_archive_is_refused(tmp_path: Path) -> None:
    plain, archive = tmp_path / "plain", tmp_path / "x.zip"
    plain.write_bytes(b"plain" * 1000)
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x", "y")
    with pytest.raises(ImageFormatError, match="is not compressed"):
        Decompression(str(plain), str(tmp_path / "out"))
    with pytest.raises(ImageFormatError, match="is an archive of zip"):
        Decompression(str(archive), str(tmp_path / "out"))
    with pytest.raises(ImageNotFound):
        Decompression(str(tmp_path / "nothing"), str(tmp_path / "out"))


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_cancellation_at_any_moment_leaves_nothing(packed: Path, part: float) -> None:
    def on_progress(done: int, total: int) -> None:
        if done >= part * total:
            canceller = threading.Thread(target=work.cancel)
            canceller.start()
            canceller.join()  # or it might come when all is done

    work = Decompression(str(packed), decompressed_name(str(packed)), on_progress=on_progress)
    with pytest.raises(Cancelled):
        work.run()
    assert _only(packed)


def test_a_cancellation_before_it_begins_is_followed(packed: Path) -> None:
    work = Decompression(str(packed), decompressed_name(str(packed)))
    work.cancel()
    with pytest.raises(Cancelled):
        work.run()
    assert _only(packed)


def test_a_cancellation_ends_what_waits_for_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: Path) -> None:
    """A share that does not answer, say."""
    fake = tmp_path / "bin" / "gzip"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexec sleep 1000\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    work = Decompression(str(packed), str(tmp_path / "out"))
    threading.Timer(0.3, work.cancel).start()
    with pytest.raises(Cancelled):
        work.run()
    assert not (tmp_path / "out").exists()


def test_a_program_that_takes_its_time_to_end_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: Path
) -> None:
    fake = tmp_path / "bin" / "gzip"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho content\nexec >&- 2>&-\nsleep 0.3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    assert Path(Decompression(str(packed), str(tmp_path / "out")).run()).read_text() == "content\n"


def test_a_program_that_complains_a_lot_is_not_kept_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: Path
) -> None:
    fake = tmp_path / "bin" / "gzip"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nyes 'gzip: stdin: bad block' | head -c 1000000 >&2 2>/dev/null\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    work = Decompression(str(packed), str(tmp_path / "out"))
    guard = threading.Timer(20, work.cancel)
    guard.start()
    with pytest.raises(ImageFormatError, match="bad block"):
        work.run()
    guard.cancel()
    assert not (tmp_path / "out").exists()


def test_a_full_disk_and_own_files_are_refused(packed: Path) -> None:
    before = packed.read_bytes()
    with pytest.raises(DestinationError) as caught:
        Decompression(str(packed), "/dev/full").run()
    assert caught.value.errno_name == "ENOSPC"
    with pytest.raises(DestinationError, match="is what would be read"):
        Decompression(str(packed), str(packed), conflict="replace").run()
    with pytest.raises(DestinationError, match="No such file"):
        Decompression(str(packed), str(packed.parent / "nowhere" / "x")).run()
    assert packed.read_bytes() == before
    assert _only(packed)


def test_a_source_that_vanishes_is_no_fault_of_the_destination(packed: Path) -> None:
    work = Decompression(str(packed), decompressed_name(str(packed)))
    packed.unlink()
    with pytest.raises(ImageUnreadable):
        work.run()


def test_a_program_that_is_missing_is_named(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(DriveError, match="needs gzip, which is not installed"):
        Decompression(str(packed), decompressed_name(str(packed))).run()
    assert _only(packed)


def test_a_program_that_cannot_be_run_is_no_fault_of_the_destination(
    packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.decompression.LIMITS", ("no-such-program",))
    with pytest.raises(DriveError, match="gzip cannot be run"):
        Decompression(str(packed), decompressed_name(str(packed))).run()
    assert _only(packed)


def test_the_program_may_write_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: Path) -> None:
    fake = tmp_path / "bin" / "gzip"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho stolen > {tmp_path}/stolen\necho x\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    with pytest.raises(ImageFormatError):
        Decompression(str(packed), str(tmp_path / "out")).run()
    assert (tmp_path / "stolen").stat().st_size == 0
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [("/x/a.img.xz", "/x/a.img"), ("a.qcow2.GZ", "a.qcow2"), ("/x/a.img", "/x/a.img.img"), ("/x.gz/a", "/x.gz/a.img")],
)
def test_names(path: str, name: str) -> None:
    assert decompressed_name(path) == name
