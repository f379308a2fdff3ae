"""Calls that change what is in folders, and what files have beside their content."""

from __future__ import annotations

import stat

import pytest
from cutaway import Handle
from cutaway.errors import GuestError


def refused(handle: Handle, call: str, *arguments: object) -> str:
    """Make a call that has to fail; return errno's name."""
    with pytest.raises(GuestError) as caught:
        getattr(handle, call)(*arguments)
    return caught.value.errno_name


def below(handle: Handle, path: str = "/work") -> list[bytes]:
    """Return all paths below a folder."""
    return handle.find(path)


def test_folders_are_made_with_those_above_them(notebook: Handle) -> None:
    notebook.mkdir_p("/work/a/b/c")
    notebook.mkdir_p("/work/a/b/c")
    assert below(notebook) == [b"a", b"a/b", b"a/b/c"]
    notebook.touch("/work/file")
    assert refused(notebook, "mkdir_p", "/work/file") == "ENOTDIR"
    assert refused(notebook, "mkdir_p", "/work/file/below") == "ENOTDIR"


def test_the_umask_takes_bits_of_a_mode(notebook: Handle) -> None:
    assert notebook.umask(0o027) == 0o022
    assert notebook.get_umask() == 0o027
    notebook.mkdir_mode("/work/folder", 0o775)
    notebook.write("/work/file", b"")
    assert notebook.stat("/work/folder").mode == stat.S_IFDIR | 0o750
    assert notebook.stat("/work/file").mode == stat.S_IFREG | 0o640
    assert refused(notebook, "umask", 0o1000) == refused(notebook, "mkdir_mode", "/work/x", -1) == "EINVAL"


def test_what_is_removed_is_gone_and_nothing_else(notebook: Handle) -> None:
    notebook.mkdir_p("/work/folder/below")
    notebook.write("/work/file", b"1")
    notebook.ln_s(b"folder", "/work/link")
    assert refused(notebook, "rmdir", "/work/folder") == "ENOTEMPTY"
    assert refused(notebook, "rmdir", "/work/file") == "ENOTDIR"
    assert refused(notebook, "rm", "/work/folder") == refused(notebook, "rm_f", "/work/folder") == "EISDIR"
    assert refused(notebook, "rm", "/work/nothing") == "ENOENT"
    notebook.rm_f("/work/nothing")
    notebook.rm("/work/link")
    assert below(notebook) == [b"file", b"folder", b"folder/below"]
    notebook.rmdir("/work/folder/below")
    notebook.rm("/work/file")
    assert below(notebook) == [b"folder"]


def test_a_tree_is_removed_but_not_what_its_links_lead_to(notebook: Handle) -> None:
    notebook.mkdir_p("/work/tree/a/b")
    notebook.mkdir_p("/work/kept")
    for number in range(30):
        notebook.write(f"/work/tree/a/{number}", b"x")
    notebook.write("/work/kept/file", b"kept")
    notebook.ln_s(b"/work/kept", "/work/tree/a/b/link")
    notebook.ln("/work/kept/file", "/work/tree/second")
    notebook.rm_rf("/work/tree")
    notebook.rm_rf("/work/tree")
    assert below(notebook) == [b"kept", b"kept/file"]
    assert notebook.stat("/work/kept/file").nlink == 1


def test_a_tree_with_a_file_system_in_it_is_not_begun_with(notebook: Handle) -> None:
    notebook.mkdir_p("/work/tree/mount")
    notebook.write("/work/tree/file", b"x")
    notebook.mount("/dev/sdb", "/work/tree/mount")
    assert refused(notebook, "rm_rf", "/work/tree") == "EBUSY"
    assert notebook.exists("/work/tree/file")


def test_the_root_is_not_removed(notebook: Handle) -> None:
    assert refused(notebook, "rm_rf", "/") == "EINVAL"
    assert notebook.is_dir("/work")


def test_things_get_other_names(notebook: Handle) -> None:
    notebook.write("/work/file", b"1")
    notebook.rename("/work/file", "/work/other")
    assert notebook.cat("/work/other") == b"1"
    notebook.mkdir_p("/work/folder/below")
    notebook.mv("/work/other", "/work/folder")
    assert below(notebook) == [b"folder", b"folder/below", b"folder/other"]
    notebook.write("/work/new", b"2")
    notebook.mv("/work/new", "/work/folder/other")
    assert notebook.cat("/work/folder/other") == b"2"
    assert refused(notebook, "mv", "/work/folder", "/work/folder/below") == "EINVAL"
    assert refused(notebook, "rename", "/work/nothing", "/work/x") == "ENOENT"
    assert refused(notebook, "rename", "/work/folder", "/work/nowhere/x") == "ENOENT"


def test_what_is_moved_to_another_file_system_stays_what_it_was(notebook: Handle) -> None:
    notebook.mkdir("/work/mount")
    notebook.mount("/dev/sdb", "/work/mount")
    notebook.mkdir("/work/tree")
    notebook.write("/work/tree/file", b"content")
    notebook.chmod(0o640, "/work/tree/file")
    notebook.lchown(7, 8, "/work/tree/file")
    notebook.mv("/work/tree", "/work/mount/moved")
    found = notebook.stat("/work/mount/moved/file")
    assert (notebook.cat("/work/mount/moved/file"), stat.S_IMODE(found.mode), found.uid) == (b"content", 0o640, 7)
    assert not notebook.exists("/work/tree")
    notebook.rm_rf("/work/mount/moved")


def test_a_copied_file_has_the_content_and_the_mode(notebook: Handle) -> None:
    notebook.write("/work/file", b"content")
    notebook.chmod(0o4750, "/work/file")
    notebook.chown(5, 6, "/work/file")
    notebook.cp("/work/file", "/work/copy")
    found = notebook.stat("/work/copy")
    assert (notebook.cat("/work/copy"), found.mode, found.uid) == (b"content", stat.S_IFREG | 0o750, 0)
    notebook.write("/work/file", b"new")
    notebook.chmod(0o600, "/work/copy")
    notebook.cp("/work/file", "/work/copy")
    assert (notebook.cat("/work/copy"), notebook.stat("/work/copy").mode) == (b"new", stat.S_IFREG | 0o600)
    assert refused(notebook, "cp", "/work", "/work/x") == "EISDIR"
    assert refused(notebook, "cp", "/work/file", "/work/file") == "EINVAL"


def test_a_copied_tree_keeps_what_there_is(notebook: Handle) -> None:
    notebook.mkdir_p("/work/tree/below")
    notebook.write("/work/tree/file", b"content")
    notebook.ln("/work/tree/file", "/work/tree/below/second")
    notebook.ln_s(b"../file", "/work/tree/below/link")
    notebook.mkfifo(0o600, "/work/tree/pipe")
    notebook.chown(5, 6, "/work/tree/file")
    notebook.setxattr("user.note", b"kept", 4, "/work/tree/file")
    notebook.utimens("/work/tree/below", 1, 2, 1_000_000_000, 5)
    notebook.utimens("/work/tree/below/link", 1, 2, 1_100_000_000, 5)
    notebook.cp_a("/work/tree", "/work/copy")
    assert below(notebook, "/work/copy") == below(notebook, "/work/tree")
    for path in ("", "/below", "/below/link", "/file", "/pipe"):
        old, new = notebook.lstat(f"/work/tree{path}"), notebook.lstat(f"/work/copy{path}")
        assert (new.mode, new.uid, new.gid, new.mtime_ns) == (old.mode, old.uid, old.gid, old.mtime_ns), path
    assert notebook.lstat("/work/copy/file").ino == notebook.lstat("/work/copy/below/second").ino
    assert notebook.readlink("/work/copy/below/link") == b"../file"
    assert [item.value for item in notebook.getxattrs("/work/copy/file")] == [b"kept"]


def test_a_tree_is_copied_into_what_is_there(notebook: Handle) -> None:
    notebook.mkdir_p("/work/from/tree")
    notebook.write("/work/from/tree/new", b"new")
    notebook.write("/work/from/tree/both", b"new")
    notebook.mkdir_p("/work/to/tree")
    notebook.write("/work/to/tree/both", b"old")
    notebook.write("/work/to/tree/old", b"old")
    notebook.cp_r("/work/from/tree", "/work/to")
    contents = {name: notebook.cat(b"/work/to/tree/" + name) for name in notebook.ls("/work/to/tree")}
    assert contents == {b"both": b"new", b"new": b"new", b"old": b"old"}
    assert refused(notebook, "cp_r", "/work/from", "/work/from/tree") == "EINVAL"
    assert refused(notebook, "cp_a", "/work/from/tree/new", "/work/nowhere/x") == "ENOENT"
    assert below(notebook, "/work/from") == [b"tree", b"tree/both", b"tree/new"]


def test_links_are_made(notebook: Handle) -> None:
    notebook.write("/work/file", b"1")
    notebook.ln("/work/file", "/work/second")
    assert notebook.stat("/work/file").nlink == 2
    assert refused(notebook, "ln", "/work/file", "/work/second") == "EEXIST"
    notebook.write("/work/other", b"2")
    notebook.ln_f("/work/file", "/work/other")
    notebook.ln_f("/work/file", "/work/other")
    assert (notebook.cat("/work/other"), notebook.stat("/work/file").nlink) == (b"1", 3)
    notebook.ln_s(b"no\xffwhere", "/work/link")
    assert refused(notebook, "ln_s", b"x", "/work/link") == "EEXIST"
    notebook.ln_sf(b"file", "/work/link")
    assert notebook.readlink("/work/link") == b"file"
    assert sorted(notebook.ls("/work")) == [b"file", b"link", b"other", b"second"]


def test_nodes_are_made(notebook: Handle) -> None:
    notebook.mkfifo(0o777, "/work/pipe")
    notebook.mknod_b(0o600, 8, 1, "/work/block")
    notebook.mknod_c(0o600, 1, 3, "/work/char")
    notebook.mknod(stat.S_IFSOCK | 0o777, 0, 0, "/work/socket")
    found = [notebook.lstat(f"/work/{name}") for name in ("pipe", "block", "char", "socket")]
    kinds = [stat.S_IFIFO | 0o755, stat.S_IFBLK | 0o600, stat.S_IFCHR | 0o600, stat.S_IFSOCK | 0o755]
    assert [item.mode for item in found] == kinds
    assert [item.rdev for item in found] == [0, 0x801, 0x103, 0]
    assert refused(notebook, "mknod_b", 0o10600, 1, 1, "/work/x") == "EINVAL"
    assert refused(notebook, "mknod", stat.S_IFDIR | 0o700, 0, 0, "/work/x") == "EINVAL"


def test_new_names_are_found(notebook: Handle) -> None:
    folder, first, second = (
        notebook.mkdtemp("/work/dirXXXXXX"), notebook.mktemp("/work/fXXXXXX"), notebook.mktemp("/work/fXXXXXX", b".txt")
    )  # fmt: skip
    assert notebook.is_dir(folder)
    assert notebook.is_file(first)
    assert second.endswith(b".txt")
    assert stat.S_IMODE(notebook.stat(first).mode) == 0o600
    assert refused(notebook, "mkdtemp", "/work/dir") == "EINVAL"


def test_modes_owners_and_times_are_set(notebook: Handle) -> None:
    notebook.write("/work/file", b"")
    notebook.ln_s(b"file", "/work/link")
    notebook.chown(5, 6, "/work/link")
    notebook.chmod(0o4711, "/work/link")
    notebook.lchown(7, -1, "/work/link")
    notebook.utimens("/work/link", 0, -2, 1_000_000_000, 7)
    file, link = notebook.lstat("/work/file"), notebook.lstat("/work/link")
    assert (file.uid, file.gid, file.mode) == (5, 6, stat.S_IFREG | 0o4711)
    assert (link.uid, link.gid, link.mtime_ns) == (7, 0, 1_000_000_000_000_000_007)
    assert file.mtime_ns != link.mtime_ns
    assert refused(notebook, "chmod", 0o10777, "/work/file") == refused(notebook, "chown", -2, 0, "/work/file")


def test_extended_attributes_are_set_and_removed(notebook: Handle) -> None:
    notebook.write("/work/file", b"")
    notebook.setxattr("user.a", b"\0\xff", 2, "/work/file")
    notebook.lsetxattr("user.b", b"", 0, "/work/file")
    assert refused(notebook, "setxattr", "user.c", b"abc", 2, "/work/file") == "EINVAL"
    listed = notebook.lxattrlist("/work", [b"file", b"nothing"])
    assert [[(item.name, item.value) for item in found or []] for found in listed] == [
        [(b"user.a", b"\0\xff"), (b"user.b", b"")], []
    ]  # fmt: skip
    assert listed[1] is None
    notebook.removexattr("user.a", "/work/file")
    notebook.lremovexattr("user.b", "/work/file")
    assert refused(notebook, "removexattr", "user.a", "/work/file") == "ENODATA"
    assert notebook.getxattrs("/work/file") == []


def test_attributes_are_copied(notebook: Handle) -> None:
    notebook.write("/work/from", b"1")
    notebook.chmod(0o4750, "/work/from")
    notebook.chown(5, 6, "/work/from")
    notebook.chmod(0o4750, "/work/from")
    notebook.setxattr("user.a", b"a", 1, "/work/from")
    notebook.write("/work/to", b"2")
    notebook.copy_attributes("/work/from", "/work/to", ownership=True)
    assert (notebook.stat("/work/to").uid, notebook.stat("/work/to").mode) == (5, stat.S_IFREG | 0o644)
    notebook.copy_attributes("/work/from", "/work/to", all=True)
    assert notebook.stat("/work/to").mode == stat.S_IFREG | 0o4750
    assert len(notebook.getxattrs("/work/to")) == 1
    assert notebook.cat("/work/to") == b"2"


def test_nothing_is_changed_in_what_is_mounted_for_reading(notebook: Handle) -> None:
    notebook.write("/work/file", b"1")
    notebook.umount_all()
    notebook.mount_ro("/dev/sda", "/")
    changes = [
        ("mkdir_p", "/work/x"), ("rm", "/work/file"), ("rm_rf", "/work"), ("rename", "/work/file", "/work/x"),
        ("cp", "/work/file", "/work/x"), ("ln", "/work/file", "/work/x"), ("ln_s", b"x", "/work/x"),
        ("write", "/work/file", b""), ("write", "/work/x", b""), ("touch", "/work/file"), ("chmod", 0, "/work/file"),
        ("chown", 1, 1, "/work/file"), ("mkfifo", 0, "/work/x"), ("setxattr", "user.a", b"", 0, "/work/file"),
    ]  # fmt: skip
    assert {change: refused(notebook, *change) for change in changes} == dict.fromkeys(changes, "EROFS")
