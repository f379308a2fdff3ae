"""What only a real guest can do: run programs, keep lists and flags, unpack, mount files, watch."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import threading
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled, GuestError
from support.backends import Backend

CODE_AT = 0x78


@pytest.fixture(autouse=True)
def _is_real(backend: Backend) -> None:
    if not backend.is_real:
        pytest.skip("a model in memory has neither programs nor kernel")


def program(code: bytes, data: bytes = b"") -> bytes:
    """Return the smallest program for x86_64 there is: headers, code, and data behind it."""
    size = CODE_AT + len(code) + len(data)
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, 0x400000 + CODE_AT, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )  # fmt: skip
    return header + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 4096) + code + data


def speaker(text: bytes, status: int) -> bytes:
    """Return a program that prints a text and ends with a status."""
    code = b"\xb8\1\0\0\0\xbf\1\0\0\0\x48\x8d\x35" + struct.pack("<i", 22) + b"\xba" + struct.pack("<I", len(text))
    return program(code + b"\x0f\x05\xb8\x3c\0\0\0\xbf" + struct.pack("<I", status) + b"\x0f\x05\x90\x90\x90", text)


ENDLESS = program(b"\xeb\xfe")


def put_program(handle: Handle, path: str, content: bytes) -> None:
    handle.write(path, content)
    handle.chmod(0o755, path)


def test_a_program_of_the_image_is_run(notebook: Handle) -> None:
    put_program(notebook, "/desk/hello", speaker(b"hello\n", 0))
    put_program(notebook, "/desk/fail", speaker(b"", 3))
    assert notebook.command([b"/desk/hello"]) == b"hello\n"
    with pytest.raises(GuestError, match="status 3"):
        notebook.command([b"/desk/fail"])
    with pytest.raises(GuestError, match="o such file"):
        notebook.command([b"/usr/bin/busybox"])  # it is the appliance's
    with pytest.raises(GuestError):
        notebook.sh(b"true")


def test_a_program_that_never_ends_is_killed_by_cancelling(notebook: Handle) -> None:
    put_program(notebook, "/desk/endless", ENDLESS)
    timer = threading.Timer(1, notebook.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        notebook.command([b"/desk/endless"])
    timer.join()
    notebook.umount_all()
    notebook.mount("/dev/sda", "/")


def test_access_control_lists_are_texts(notebook: Handle) -> None:
    notebook.mkdir("/desk/folder")
    notebook.acl_set_file("/desk/folder", "access", "u::rwx,g::r-x,o::---,m::rwx,u:500:rw")
    assert "user:500:rw-" in notebook.acl_get_file("/desk/folder", "access").splitlines()
    notebook.acl_set_file("/desk/folder", "default", "u::rwx,g::r-x,o::r-x")
    assert notebook.acl_get_file("/desk/folder", "default").splitlines() == ["user::rwx", "group::r-x", "other::r-x"]
    notebook.acl_delete_def_file("/desk/folder")
    assert notebook.acl_get_file("/desk/folder", "default") == ""
    for kind, text in (("access", "u:nobody-of-that-name:r"), ("access", "u::r"), ("other", "u::rwx,g::r,o::r")):
        with pytest.raises(GuestError):
            notebook.acl_set_file("/desk/folder", kind, text)


def test_capabilities_are_texts(notebook: Handle) -> None:
    notebook.write("/desk/file", b"")
    assert notebook.cap_get_file("/desk/file") == notebook.cap_get_file("/desk") == ""
    notebook.cap_set_file("/desk/file", "cap_net_raw=ep")
    assert notebook.cap_get_file("/desk/file") == "cap_net_raw=ep"
    with pytest.raises(GuestError):
        notebook.cap_set_file("/desk/file", "cap_of_nothing=ep")


def test_flags_of_inodes_hold(notebook: Handle) -> None:
    notebook.write("/desk/file", b"")
    notebook.set_e2attrs("/desk/file", "id")
    assert set("id") < set(notebook.get_e2attrs("/desk/file"))
    with pytest.raises(GuestError, match="not permitted"):
        notebook.rm("/desk/file")
    notebook.set_e2attrs("/desk/file", "i", clear=True)
    for letters in ("R", "dd", "\N{BULLET}"):
        with pytest.raises(GuestError):
            notebook.set_e2attrs("/desk/file", letters)


def test_the_generation_of_an_inode_is_set(notebook: Handle) -> None:
    notebook.mkdir("/desk/mount")
    notebook.mount("/dev/sdb", "/desk/mount")  # ext4 protects it by a checksum
    notebook.touch("/desk/mount/file")
    notebook.set_e2generation("/desk/mount/file", 0xFFFFFFFF)
    assert notebook.get_e2generation("/desk/mount/file") == 0xFFFFFFFF
    notebook.rm("/desk/mount/file")


def archive(path: Path, members: dict[str, bytes | None], compress: str = "") -> Path:
    """Make a tar file of files, and of folders where there is no content."""
    with tarfile.open(path, f"w:{compress}") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.type, info.mode = (tarfile.DIRTYPE, 0o700) if content is None else (tarfile.REGTYPE, 0o640)
            info.size = len(content or b"")
            tar.addfile(info, io.BytesIO(content or b""))
    return path


@pytest.mark.parametrize("compress", ["", "gz", "xz", "bz2"])
def test_a_tar_file_is_unpacked_among_what_is_there(notebook: Handle, tmp_path: Path, compress: str) -> None:
    notebook.mkdir_p("/desk/folder")
    notebook.chmod(0o750, "/desk/folder")
    notebook.write("/desk/folder/old", b"old")
    notebook.write("/desk/folder/both", b"old")
    source = archive(tmp_path / "x.tar", {"folder": None, "folder/both": b"new", "new/file": b"new"}, compress)
    names = {"": None, "gz": "gzip", "xz": "xz", "bz2": "bzip2"}
    notebook.tar_in(source, "/desk", compress=names[compress])
    assert notebook.find("/desk") == [b"folder", b"folder/both", b"folder/old", b"new", b"new/file"]
    assert (notebook.cat("/desk/folder/both"), notebook.cat("/desk/folder/old")) == (b"new", b"old")
    assert notebook.stat("/desk/folder").mode & 0o777 == 0o750


def test_a_link_that_is_there_leads_no_tar_file_out_of_the_image(notebook: Handle, tmp_path: Path) -> None:
    source = archive(tmp_path / "x.tar", {"away/file": b"content"})
    notebook.ln_s(b"/run", "/desk/away")
    with pytest.raises(GuestError):
        notebook.tar_in(source, "/desk/nowhere")
    notebook.tar_in(source, "/desk", keepdirlink=True)
    assert notebook.is_dir("/desk/away")
    notebook.rm_rf("/desk/away")
    notebook.mkdir("/desk/target")
    notebook.ln_s(b"/desk/target", "/desk/away")
    notebook.tar_in(source, "/desk", keepdirlink=True)
    assert notebook.ls("/desk/target") == [b"file"]
    assert notebook.is_symlink("/desk/away")


def test_a_broken_tar_file_leaves_nothing(notebook: Handle, tmp_path: Path) -> None:
    whole = archive(tmp_path / "x.tar", {"a": b"1" * 5000, "b": b"2" * 5000}).read_bytes()
    (tmp_path / "x.tar").write_bytes(whole[:7000])
    with pytest.raises(GuestError):
        notebook.tar_in(tmp_path / "x.tar", "/desk")
    (tmp_path / "x.tar").write_bytes(b"no tar file" * 1000)
    with pytest.raises(GuestError):
        notebook.tar_in(tmp_path / "x.tar", "/desk", compress="gzip")
    assert notebook.ls("/desk") == []


def ramdisk(members: dict[str, bytes]) -> bytes:
    """Return a cpio archive."""
    parts = []
    for name, content in [*members.items(), ("TRAILER!!!", b"")]:
        numbers = (1, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % number for number in numbers) + name.encode() + b"\0"
        parts += [head + bytes(-len(head) % 4), content + bytes(-len(content) % 4)]
    return b"".join(parts)


def test_ramdisks_are_looked_into(notebook: Handle) -> None:
    early = ramdisk({"kernel/microcode": b"code"})
    main = gzip.compress(ramdisk({"./init": speaker(b"", 0), "etc/name": b"content"}))
    notebook.write("/desk/initrd", early + bytes(512 - len(early) % 512) + main)
    assert notebook.initrd_list("/desk/initrd") == [b"kernel/microcode", b"./init", b"etc/name"]
    assert notebook.initrd_cat("/desk/initrd", b"etc/name") == b"content"
    assert notebook.initrd_cat("/desk/initrd", b"/kernel/microcode") == b"code"
    assert notebook.file_architecture("/desk/initrd") == "x86_64"
    notebook.write("/desk/file", b"no ramdisk")
    for call in (notebook.initrd_list, notebook.file_architecture):
        with pytest.raises(GuestError):
            call("/desk/file")


@pytest.mark.parametrize("damage", [slice(0, 200), slice(0, 118), slice(1, None)])
def test_a_damaged_ramdisk_is_an_error(notebook: Handle, damage: slice) -> None:
    notebook.write("/desk/initrd", ramdisk({"name": b"x" * 300})[damage])
    with pytest.raises(GuestError):
        notebook.initrd_list("/desk/initrd")


def test_what_is_in_a_file_is_mounted(notebook: Handle) -> None:
    notebook.copy_device_to_file("/dev/sdb", "/desk/image")
    notebook.mkdir("/desk/mount")
    notebook.mount_loop("/desk/image", "/desk/mount")
    assert notebook.ls("/desk/mount") == [b"lost+found"]
    notebook.remount("/desk/mount", rw=False)
    with pytest.raises(GuestError, match="ead-only"):
        notebook.touch("/desk/mount/file")
    notebook.remount("/desk/mount")
    notebook.touch("/desk/mount/file")
    notebook.umount("/desk/mount")
    notebook.rm("/desk/image")
    with pytest.raises(GuestError, match="nothing is mounted"):
        notebook.remount("/desk/mount")


def test_mount_points_are_removed(notebook: Handle) -> None:
    notebook.umount_all()
    notebook.mkmountpoint("/first")
    notebook.mount("/dev/sda", "/first")
    with pytest.raises(GuestError):
        notebook.rmmountpoint("/first")
    notebook.umount("/first")
    notebook.rmmountpoint("/first")
    notebook.mount("/dev/sda", "/")


def test_what_happens_is_seen(notebook: Handle) -> None:
    with pytest.raises(GuestError):
        notebook.inotify_read()
    notebook.inotify_init(0)
    watch = notebook.inotify_add_watch("/desk", 0xFFF)
    notebook.write("/desk/b", b"1")
    notebook.mkdir("/desk/a")
    assert {(watch, b"a"), (watch, b"b")} <= {(event.in_wd, event.in_name) for event in notebook.inotify_read()}
    notebook.rm("/desk/b")
    assert notebook.inotify_files() == [b"b"]
    notebook.inotify_rm_watch(watch)
    notebook.inotify_close()
    with pytest.raises(GuestError):
        notebook.inotify_close()


def test_the_appliance_tells_of_itself(notebook: Handle) -> None:
    assert notebook.echo_daemon([b"one", b"two\xff"]) == b"one two\xff"
    assert notebook.utsname().uts_machine == "x86_64"
    groups = notebook.available_all_groups()
    assert {"acl", "inotify", "linuxcaps", "mknod", "lvm2"} <= set(groups)
    assert notebook.feature_available(["acl", "mknod"])
    assert "/dev/sda" in notebook.df_h()
