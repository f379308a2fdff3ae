"""Probing images: every format by its bytes, whole chains, and the refusal of everything that misleads."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import struct
import subprocess
from pathlib import Path

import pytest
from cutaway.errors import BackingFileError, DriveError, ImageFormatError, ImageNotFound, ImageUnreadable
from cutaway.image_chain import ImageChain
from cutaway.image_probe import probe

MIB = 1 << 20


def run_probe(path: Path | str, **options: object) -> ImageChain:
    return asyncio.run(probe(str(path), **options))  # type: ignore[arg-type]


def make(path: Path, kind: str, *options: str, size: str = "10M") -> Path:
    subprocess.run(["qemu-img", "create", "-q", "-f", kind, *options, str(path), size], check=True)
    return path


def overlay(path: Path, backing: str, backing_format: str = "qcow2") -> Path:
    command = ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", backing_format, str(path), "10M"]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("qcow2", []), ("qcow2", ["-o", "compat=0.10"]), ("qcow", []), ("qed", []), ("vmdk", []), ("vdi", []),
        ("vmdk", ["-o", "subformat=monolithicFlat"]), ("vmdk", ["-o", "subformat=streamOptimized"]),
        ("vpc", ["-o", "force_size=on"]), ("vpc", ["-o", "subformat=fixed,force_size=on"]), ("vhdx", []),
        ("parallels", []),
    ],
)  # fmt: skip
def test_every_format_is_known_by_its_bytes(tmp_path: Path, kind: str, options: list[str]) -> None:
    chain = run_probe(make(tmp_path / "no-extension", kind, *options))
    assert [member.format for member in chain.members] == [kind]
    assert chain.virtual_size_bytes == 10 * MIB


def test_a_file_without_magic_is_raw_and_needs_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    path = tmp_path / "disk.img"
    path.write_bytes(b"\xeb\x3c" + bytes(5 * 512 - 1))
    chain = run_probe(path)
    assert [(member.path, member.format, member.backing) for member in chain.members] == [(str(path), "raw", None)]
    assert chain.virtual_size_bytes == 6 * 512


def test_a_luks_container_is_raw(tmp_path: Path) -> None:
    path = tmp_path / "luks.img"
    path.write_bytes(b"LUKS\xba\xbe\0\2" + bytes(MIB))
    assert run_probe(path).members[0].format == "raw"


def test_the_given_format_wins_over_the_content(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qcow2", "qcow2")
    chain = run_probe(path, format="raw")
    assert chain.members[0].format == "raw"
    assert chain.virtual_size_bytes == -(-path.stat().st_size // 512) * 512


@pytest.mark.parametrize("kind", ["nbd", "blkdebug", "luks", "no-such"])
def test_a_format_that_is_no_image_format_is_refused(tmp_path: Path, kind: str) -> None:
    path = make(tmp_path / "a.qcow2", "qcow2")
    with pytest.raises(ImageFormatError, match=kind):
        run_probe(path, format=kind)


def test_a_chain_is_walked_by_recorded_formats(tmp_path: Path) -> None:
    raw = tmp_path / "base.img"
    make(raw, "qcow2")  # what looks like qcow2 but is recorded as raw stays raw
    middle = overlay(tmp_path / "middle.qcow2", "base.img", "raw")
    top = overlay(tmp_path / "top.qcow2", str(middle))
    chain = run_probe(top)
    assert [(os.path.basename(m.path), m.format) for m in chain.members] == [
        ("top.qcow2", "qcow2"), ("middle.qcow2", "qcow2"), ("base.img", "raw"),
    ]  # fmt: skip
    assert [m.backing for m in chain.members] == [str(middle), str(raw), None]


def test_a_backing_file_without_recorded_format_is_probed(tmp_path: Path) -> None:
    make(tmp_path / "base", "qcow2")
    top = overlay(tmp_path / "top.qcow2", "base")
    content = top.read_bytes()
    extension = content.index(struct.pack(">I", 0xE2792ACA))
    top.write_bytes(content[:extension] + struct.pack(">I", 0x11111111) + content[extension + 4 :])
    assert [member.format for member in run_probe(top).members] == ["qcow2", "qcow2"]


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageNotFound, match=r"gone\.img does not exist"):
        run_probe(tmp_path / "gone.img")


@pytest.mark.parametrize("kind", ["folder", "empty", "fifo", "socket", "char device"])
def test_what_is_no_image_is_unreadable(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    match kind:
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "fifo":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
        case _:
            path.symlink_to("/dev/zero")
    with pytest.raises(ImageUnreadable) as caught:
        run_probe(path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_no_permission_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.img"
    path.write_bytes(bytes(512))

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cutaway.image_file.os.open", refuse)
    with pytest.raises(ImageUnreadable, match="may not be read"):
        run_probe(path)


def test_a_compressed_image_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "disk.img.gz"
    path.write_bytes(gzip.compress(bytes(MIB)))
    with pytest.raises(ImageFormatError, match="gzip") as caught:
        run_probe(path)
    assert "Decompress it first" in caught.value.remedy


@pytest.mark.parametrize(
    ("head", "kind", "program"),
    [
        (b"EVF\t\r\n\xff\0", "E01", "ewfexport"),
        (b"AFF10\r\n\0", "AFF", "affconvert"),
        (b"MSWIM\0\0\0", "WIM", "wimapply"),
    ],
)
def test_an_image_of_another_program_is_refused_with_the_way_out(
    tmp_path: Path, head: bytes, kind: str, program: str
) -> None:
    path = tmp_path / "evidence"
    path.write_bytes(head.ljust(MIB, b"\0"))
    with pytest.raises(ImageFormatError, match=kind) as caught:
        run_probe(path)
    assert program in caught.value.remedy
    assert run_probe(path, format="raw").members[0].format == "raw"


@pytest.mark.parametrize("size", [20, 80, 1000, 70_000])
def test_a_truncated_qcow2_is_refused(tmp_path: Path, size: int) -> None:
    path = make(tmp_path / "a.qcow2", "qcow2")
    os.truncate(path, size)
    with pytest.raises(ImageFormatError) as caught:
        run_probe(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("kind", ["qed", "vmdk", "vdi", "vhdx", "parallels"])
def test_a_damaged_header_is_refused(tmp_path: Path, kind: str) -> None:
    path = make(tmp_path / "a", kind)
    content = bytearray(path.read_bytes())
    path.write_bytes(content[:8] + b"\xff" * 56 + content[64:100])
    with pytest.raises(DriveError):
        run_probe(path, format=kind)


def test_an_image_encrypted_by_qemu_is_refused(tmp_path: Path) -> None:
    secret = ["--object", "secret,id=s,data=x"]
    # The old AES format: making a LUKS one measures the processor, which fails on a machine that is busy.
    encryption = ["-o", "encrypt.format=aes,encrypt.key-secret=s"]
    path = make(tmp_path / "a.qcow2", "qcow2", *secret, *encryption)
    with pytest.raises(ImageFormatError, match="encrypted"):
        run_probe(path)


@pytest.mark.parametrize(
    "name", ["nbd:localhost:1", "json:{}", "http://localhost/x", "ssh://h/x", "file:base.img", ":x"]
)
def test_backing_files_that_are_no_files_are_refused(tmp_path: Path, name: str) -> None:
    top = make(tmp_path / "top.qcow2", "qcow2")
    content = bytearray(top.read_bytes())
    content[8:20] = struct.pack(">QI", 0x400, len(name))
    content[0x400 : 0x400 + len(name)] = name.encode()
    top.write_bytes(content)
    with pytest.raises(BackingFileError, match="no plain file"):
        run_probe(top)


def test_a_backing_file_outside_the_folder_needs_permission(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    base = make(tmp_path / "base.qcow2", "qcow2")
    top = overlay(folder / "top.qcow2", "../base.qcow2")
    with pytest.raises(BackingFileError, match="outside") as caught:
        run_probe(top)
    assert caught.value.backing == str(base)
    assert str(base) in caught.value.remedy
    assert len(run_probe(top, allowed=frozenset({str(base)})).members) == 2


def test_a_link_inside_the_folder_does_not_lead_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(bytes(MIB))
    (folder / "link").symlink_to("../secret")
    with pytest.raises(BackingFileError, match="outside"):
        run_probe(overlay(folder / "top.qcow2", "link", "raw"))


@pytest.mark.parametrize("kind", ["qcow2", "qcow", "qed"])
def test_a_backing_file_whose_name_is_not_utf_8_is_found(tmp_path: Path, kind: str) -> None:
    base = tmp_path / os.fsdecode(b"l\xe9g\xe8re.img")
    base.write_bytes(bytes(1 << 20))
    top = tmp_path / "top"
    command = ["qemu-img", "create", "-q", "-f", kind, "-b", os.fspath(base), "-F", "raw", os.fspath(top)]
    subprocess.run(command, check=True)
    chain = run_probe(top)
    assert [member.path for member in chain.members] == [str(top), str(base)]
    base.unlink()
    with pytest.raises(BackingFileError) as caught:
        run_probe(top)
    assert caught.value.backing == str(base)


def test_a_backing_file_whose_name_cannot_be_found_out_is_not_said_to_be_missing(tmp_path: Path) -> None:
    base = make(tmp_path / os.fsdecode(b"l\xe9g\xe8re.vmdk"), "vmdk")
    subprocess.run(["qemu-img", "create", "-q", "-f", "vmdk", "-b", base, "-F", "vmdk", tmp_path / "top"], check=True)
    with pytest.raises(BackingFileError, match="is not UTF-8") as caught:
        run_probe(tmp_path / "top")
    assert "Rename" in caught.value.remedy


def test_a_missing_backing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackingFileError, match=r"gone\.qcow2 does not exist") as caught:
        run_probe(overlay(tmp_path / "top.qcow2", "gone.qcow2"))
    assert caught.value.backing == str(tmp_path / "gone.qcow2")


def test_a_backing_file_that_is_nowhere_is_not_offered_to_be_allowed(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    with pytest.raises(BackingFileError, match="is not there") as caught:
        run_probe(overlay(folder / "top.qcow2", "../gone.qcow2"))
    assert "allow" not in caught.value.remedy
    assert str(tmp_path / "gone.qcow2") in caught.value.remedy


def test_a_chain_that_bites_its_tail_is_refused(tmp_path: Path) -> None:
    overlay(tmp_path / "a.qcow2", "b.qcow2")
    overlay(tmp_path / "b.qcow2", "a.qcow2")
    with pytest.raises(BackingFileError, match="its own backing file"):
        run_probe(tmp_path / "a.qcow2")


def test_an_external_data_file_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qcow2", "qcow2", "-o", f"data_file={tmp_path}/data.raw")
    with pytest.raises(BackingFileError, match="in another file"):
        run_probe(path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside", "nbd:localhost:1"])
def test_a_vmdk_that_names_a_foreign_extent_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.vmdk"
    text = "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
    text += f'createType="monolithicFlat"\nRW 8 FLAT "{name}" 0\n'
    path.write_text(text)
    with pytest.raises(BackingFileError):
        run_probe(path)
    header = b"KDMV" + struct.pack("<IIQQQQ", 1, 3, 0, 128, 1, 2)
    path.write_bytes(header.ljust(512, b"\0") + text.encode().ljust(1024, b"\0"))
    with pytest.raises(BackingFileError):
        run_probe(path)


@pytest.mark.parametrize(
    "content",
    [
        b'# Disk DescriptorFile\nversion=1\ncreateType="vmfs"\nRW 4 VMFS "/etc/passwd"\n\0',
        b'# Disk DescriptorFile\nversion=1\ncreateType="vmfs"\nRW 4 VMFS "/etc/passwd',
        b'# Disk DescriptorFile\nversion=1\ncreateType="vmfs"\nRW\n4VMFSSPARSE"/etc/passwd\n',
        (b"KDMV" + struct.pack("<IIQQQQ", 1, 3, 0, 128, (1 << 55) + 1, 2)).ljust(512, b"\0")
        + b'createType="vmfs"\nRW 4 VMFS "/etc/passwd"\n',
    ],
    ids=["ends with NUL", "no last quote", "no white space", "offset that wraps"],
)
def test_a_foreign_extent_is_found_wherever_qemu_finds_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.vmdk"
    path.write_bytes(content.ljust(2048))
    with pytest.raises(BackingFileError):
        run_probe(path)


def flat_vmdk(name: str) -> bytes:
    text = f'# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 8 SPARSE "{name}"\n'
    return text.encode()


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside"])
def test_a_foreign_extent_that_only_an_extent_names_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").write_bytes(bytes(4096))
    path = tmp_path / "image/a.vmdk"
    (path.parent / "sub").mkdir(parents=True)
    path.write_bytes(flat_vmdk("sub/inner.vmdk"))
    header = b"KDMV" + struct.pack("<IIQQQQ", 1, 3, 0, 128, 1, 2)
    (path.parent / "sub/inner.vmdk").write_bytes(header.ljust(512, b"\0") + flat_vmdk(name).ljust(1024, b"\0"))
    with pytest.raises(BackingFileError, match="outside the image's folder"):
        run_probe(path)


def test_a_name_that_goes_up_behind_a_link_is_judged_as_the_kernel_follows_it(tmp_path: Path) -> None:
    (tmp_path / "foreign/folder").mkdir(parents=True)
    folder = tmp_path / "image"
    folder.mkdir()
    for place in (folder, tmp_path / "foreign"):
        (place / "data").write_bytes(bytes(4096))
    (folder / "link").symlink_to(tmp_path / "foreign/folder")
    (folder / "a.vmdk").write_bytes(flat_vmdk("link/../data"))
    with pytest.raises(BackingFileError, match="outside the image's folder"):
        run_probe(folder / "a.vmdk")


@pytest.mark.parametrize("name", ["diary.txt", "a-diary.txt", "sub/a-s001.vmdk", "a-s001.vmdk"])
def test_an_image_that_is_written_writes_into_no_other_file_unless_that_is_allowed(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    for other in ("diary.txt", "a-diary.txt", "sub/a-s001.vmdk"):
        (tmp_path / other).write_bytes(bytes(4096))
    (tmp_path / "a-s001.vmdk").symlink_to("diary.txt")
    path = tmp_path / "a.vmdk"
    path.write_text(
        "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
        f'createType="monolithicFlat"\nRW 8 FLAT "{name}" 0\n'
    )
    assert run_probe(path).members[0].extents
    with pytest.raises(BackingFileError, match="does not look like a part of it") as caught:
        run_probe(path, is_written=True)
    allowed = frozenset({os.path.realpath(caught.value.backing)})
    assert run_probe(path, is_written=True, allowed=allowed).members[0].extents


def test_an_image_of_several_files_can_be_written(tmp_path: Path) -> None:
    path = make(tmp_path / "a.vmdk", "vmdk", "-o", "subformat=twoGbMaxExtentFlat", size="3G")
    assert len(run_probe(path, is_written=True).members[0].extents) == 2


def test_the_files_that_a_vmdk_keeps_its_data_in_are_told(tmp_path: Path) -> None:
    path = make(tmp_path / "a.vmdk", "vmdk", "-o", "subformat=twoGbMaxExtentFlat", size="3G")
    (member,) = run_probe(path).members
    assert member.extents == (str(tmp_path / "a-f001.vmdk"), str(tmp_path / "a-f002.vmdk"))
    os.unlink(tmp_path / "a-f002.vmdk")
    with pytest.raises(BackingFileError, match=r"a-f002\.vmdk"):
        run_probe(path)


def test_names_with_colons_spaces_and_leading_dashes_are_taken_literally(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("nbd:x", "-f raw", "json:{}", "ä b"):
        make(tmp_path / "plain", "qcow2").rename(tmp_path / name)
        assert run_probe(name).members[0].format == "qcow2"
