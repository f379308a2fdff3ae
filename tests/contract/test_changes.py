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


def below(handle: Handle, path: str = "/desk") -> list[bytes]:
    """Return all paths below a folder."""
    return handle.find(path)


def test_folders_are_made_with_those_above_them(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/a/b/c")
    notebook.mkdir_p("/desk/a/b/c")
    assert below(notebook) == [b"a", b"a/b", b"a/b/c"]
    notebook.touch("/desk/file")
    assert refused(notebook, "mkdir_p", "/desk/file") == "ENOTDIR"
    assert refused(notebook, "mkdir_p", "/desk/file/below") == "ENOTDIR"


def test_the_umask_takes_bits_of_a_mode(notebook: Handle) -> None:
    assert notebook.umask(0o027) == 0o022
    assert notebook.get_umask() == 0o027
    notebook.mkdir_mode("/desk/folder", 0o775)
    notebook.write("/desk/file", b"")
    assert notebook.stat("/desk/folder").mode == stat.S_IFDIR | 0o750
    assert notebook.stat("/desk/file").mode == stat.S_IFREG | 0o640
    assert refused(notebook, "umask", 0o1000) == refused(notebook, "mkdir_mode", "/desk/x", -1) == "EINVAL"


def test_what_is_removed_is_gone_and_nothing_else(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/folder/below")
    notebook.write("/desk/file", b"1")
    notebook.ln_s(b"folder", "/desk/link")
    assert refused(notebook, "rmdir", "/desk/folder") == "ENOTEMPTY"
    assert refused(notebook, "rmdir", "/desk/file") == "ENOTDIR"
    assert refused(notebook, "rm", "/desk/folder") == refused(notebook, "rm_f", "/desk/folder") == "EISDIR"
    assert refused(notebook, "rm", "/desk/nothing") == "ENOENT"
    notebook.rm_f("/desk/nothing")
    notebook.rm("/desk/link")
    assert below(notebook) == [b"file", b"folder", b"folder/below"]
    notebook.rmdir("/desk/folder/below")
    notebook.rm("/desk/file")
    assert below(notebook) == [b"folder"]


def test_a_tree_is_removed_but_not_what_its_links_lead_to(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/tree/a/b")
    notebook.mkdir_p("/desk/kept")
    for number in range(30):
        notebook.write(f"/desk/tree/a/{number}", b"x")
    notebook.write("/desk/kept/file", b"kept")
    notebook.ln_s(b"/desk/kept", "/desk/tree/a/b/link")
    notebook.ln("/desk/kept/file", "/desk/tree/second")
    notebook.rm_rf("/desk/tree")
    notebook.rm_rf("/desk/tree")
    assert below(notebook) == [b"kept", b"kept/file"]
    assert notebook.stat("/desk/kept/file").nlink == 1


def test_a_tree_with_a_file_system_in_it_is_not_begun_with(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/tree/mount")
    notebook.write("/desk/tree/file", b"x")
    notebook.mount("/dev/sdb", "/desk/tree/mount")
    assert refused(notebook, "rm_rf", "/desk/tree") == "EBUSY"
    assert notebook.exists("/desk/tree/file")


def test_the_root_is_not_removed(notebook: Handle) -> None:
    assert refused(notebook, "rm_rf", "/") == "EINVAL"
    assert notebook.is_dir("/desk")


def test_things_get_other_names(notebook: Handle) -> None:
    notebook.write("/desk/file", b"1")
    notebook.rename("/desk/file", "/desk/other")
    assert notebook.cat("/desk/other") == b"1"
    notebook.mkdir_p("/desk/folder/below")
    notebook.mv("/desk/other", "/desk/folder")
    assert below(notebook) == [b"folder", b"folder/below", b"folder/other"]
    notebook.write("/desk/new", b"2")
    notebook.mv("/desk/new", "/desk/folder/other")
    assert notebook.cat("/desk/folder/other") == b"2"
    assert refused(notebook, "mv", "/desk/folder", "/desk/folder/below") == "EINVAL"
    assert refused(notebook, "rename", "/desk/nothing", "/desk/x") == "ENOENT"
    assert refused(notebook, "rename", "/desk/folder", "/desk/nowhere/x") == "ENOENT"


def test_what_is_moved_to_another_file_system_stays_what_it_was(notebook: Handle) -> None:
    notebook.mkdir("/desk/mount")
    notebook.mount("/dev/sdb", "/desk/mount")
    notebook.mkdir("/desk/tree")
    notebook.write("/desk/tree/file", b"content")
    notebook.chmod(0o640, "/desk/tree/file")
    notebook.lchown(7, 8, "/desk/tree/file")
    notebook.mv("/desk/tree", "/desk/mount/moved")
    found = notebook.stat("/desk/mount/moved/file")
    assert (notebook.cat("/desk/mount/moved/file"), stat.S_IMODE(found.mode), found.uid) == (b"content", 0o640, 7)
    assert not notebook.exists("/desk/tree")
    notebook.rm_rf("/desk/mount/moved")


def test_a_copied_file_has_the_content_and_the_mode(notebook: Handle) -> None:
    notebook.write("/desk/file", b"content")
    notebook.chmod(0o4750, "/desk/file")
    notebook.chown(5, 6, "/desk/file")
    notebook.cp("/desk/file", "/desk/copy")
    found = notebook.stat("/desk/copy")
    assert (notebook.cat("/desk/copy"), found.mode, found.uid) == (b"content", stat.S_IFREG | 0o750, 0)
    notebook.write("/desk/file", b"new")
    notebook.chmod(0o600, "/desk/copy")
    notebook.cp("/desk/file", "/desk/copy")
    assert (notebook.cat("/desk/copy"), notebook.stat("/desk/copy").mode) == (b"new", stat.S_IFREG | 0o600)
    assert refused(notebook, "cp", "/desk", "/desk/x") == "EISDIR"
    assert refused(notebook, "cp", "/desk/file", "/desk/file") == "EINVAL"


def test_a_copied_tree_keeps_what_there_is(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/tree/below")
    notebook.write("/desk/tree/file", b"content")
    notebook.ln("/desk/tree/file", "/desk/tree/below/second")
    notebook.ln_s(b"../file", "/desk/tree/below/link")
    notebook.mkfifo(0o600, "/desk/tree/pipe")
    notebook.chown(5, 6, "/desk/tree/file")
    notebook.setxattr("user.note", b"kept", 4, "/desk/tree/file")
    notebook.utimens("/desk/tree/below", 1, 2, 1_000_000_000, 5)
    notebook.utimens("/desk/tree/below/link", 1, 2, 1_100_000_000, 5)
    notebook.cp_a("/desk/tree", "/desk/copy")
    assert below(notebook, "/desk/copy") == below(notebook, "/desk/tree")
    for path in ("", "/below", "/below/link", "/file", "/pipe"):
        old, new = notebook.lstat(f"/desk/tree{path}"), notebook.lstat(f"/desk/copy{path}")
        assert (new.mode, new.uid, new.gid, new.mtime_ns) == (old.mode, old.uid, old.gid, old.mtime_ns), path
    assert notebook.lstat("/desk/copy/file").ino == notebook.lstat("/desk/copy/below/second").ino
    assert notebook.readlink("/desk/copy/below/link") == b"../file"
    assert [item.value for item in notebook.getxattrs("/desk/copy/file")] == [b"kept"]


def test_a_tree_is_copied_into_what_is_there(notebook: Handle) -> None:
    notebook.mkdir_p("/desk/from/tree")
    notebook.write("/desk/from/tree/new", b"new")
    notebook.write("/desk/from/tree/both", b"new")
    notebook.mkdir_p("/desk/to/tree")
    notebook.write("/desk/to/tree/both", b"old")
    notebook.write("/desk/to/tree/old", b"old")
    notebook.cp_r("/desk/from/tree", "/desk/to")
    contents = {name: notebook.cat(b"/desk/to/tree/" + name) for name in notebook.ls("/desk/to/tree")}
    assert contents == {b"both": b"new", b"new": b"new", b"old": b"old"}
    assert refused(notebook, "cp_r", "/desk/from", "/desk/from/tree") == "EINVAL"
    assert refused(notebook, "cp_a", "/desk/from/tree/new", "/desk/nowhere/x") == "ENOENT"
    assert below(notebook, "/desk/from") == [b"tree", b"tree/both", b"tree/new"]


def test_links_are_made(notebook: Handle) -> None:
    notebook.write("/desk/file", b"1")
    notebook.ln("/desk/file", "/desk/second")
    assert notebook.stat("/desk/file").nlink == 2
    assert refused(notebook, "ln", "/desk/file", "/desk/second") == "EEXIST"
    notebook.write("/desk/other", b"2")
    notebook.ln_f("/desk/file", "/desk/other")
    notebook.ln_f("/desk/file", "/desk/other")
    assert (notebook.cat("/desk/other"), notebook.stat("/desk/file").nlink) == (b"1", 3)
    notebook.ln_s(b"no\xffwhere", "/desk/link")
    assert refused(notebook, "ln_s", b"x", "/desk/link") == "EEXIST"
    notebook.ln_sf(b"file", "/desk/link")
    assert notebook.readlink("/desk/link") == b"file"
    assert sorted(notebook.ls("/desk")) == [b"file", b"link", b"other", b"second"]


def test_nodes_are_made(notebook: Handle) -> None:
    notebook.mkfifo(0o777, "/desk/pipe")
    notebook.mknod_b(0o600, 8, 1, "/desk/block")
    notebook.mknod_c(0o600, 1, 3, "/desk/char")
    notebook.mknod(stat.S_IFSOCK | 0o777, 0, 0, "/desk/socket")
    found = [notebook.lstat(f"/desk/{name}") for name in ("pipe", "block", "char", "socket")]
    kinds = [stat.S_IFIFO | 0o755, stat.S_IFBLK | 0o600, stat.S_IFCHR | 0o600, stat.S_IFSOCK | 0o755]
    assert [item.mode for item in found] == kinds
    assert [item.rdev for item in found] == [0, 0x801, 0x103, 0]
    assert refused(notebook, "mknod_b", 0o10600, 1, 1, "/desk/x") == "EINVAL"
    assert refused(notebook, "mknod", stat.S_IFDIR | 0o700, 0, 0, "/desk/x") == "EINVAL"


def test_new_names_are_found(notebook: Handle) -> None:
    folder, first, second = (
        notebook.mkdtemp("/desk/dirXXXXXX"), notebook.mktemp("/desk/fXXXXXX"), notebook.mktemp("/desk/fXXXXXX", b".txt")
    )  # fmt: skip
    assert notebook.is_dir(folder)
    assert notebook.is_file(first)
    assert second.endswith(b".txt")
    assert stat.S_IMODE(notebook.stat(first).mode) == 0o600
    assert refused(notebook, "mkdtemp", "/desk/dir") == "EINVAL"


def test_modes_owners_and_times_are_set(notebook: Handle) -> None:
    notebook.write("/desk/file", b"")
    notebook.ln_s(b"file", "/desk/link")
    notebook.chown(5, 6, "/desk/link")
    notebook.chmod(0o4711, "/desk/link")
    notebook.lchown(7, -1, "/desk/link")
    notebook.utimens("/desk/link", 0, -2, 1_000_000_000, 7)
    file, link = notebook.lstat("/desk/file"), notebook.lstat("/desk/link")
    assert (file.uid, file.gid, file.mode) == (5, 6, stat.S_IFREG | 0o4711)
    assert (link.uid, link.gid, link.mtime_ns) == (7, 0, 1_000_000_000_000_000_007)
    assert file.mtime_ns != link.mtime_ns
    assert refused(notebook, "chmod", 0o1000777, "/desk/file") == refused(notebook, "chown", -2, 0, "/desk/file")
    notebook.chmod(stat.S_IFREG | 0o640, "/desk/file")  # a mode as stat tells it
    assert notebook.lstat("/desk/file").mode == stat.S_IFREG | 0o640


def test_an_error_names_what_was_to_be_made(notebook: Handle) -> None:
    notebook.write("/desk/file", b"")
    with pytest.raises(GuestError, match=r"^/desk/file/new: "):
        notebook.mkdir("/desk/file/new")
    with pytest.raises(GuestError, match=r"^/desk/file(/new)?: "):
        notebook.mkdir_p("/desk/file/new")


def test_extended_attributes_are_set_and_removed(notebook: Handle) -> None:
    notebook.write("/desk/file", b"")
    notebook.setxattr("user.a", b"\0\xff", 2, "/desk/file")
    notebook.lsetxattr("user.b", b"", 0, "/desk/file")
    notebook.setxattr("user.b", b"abc", 2, "/desk/file")
    assert [item.value for item in notebook.getxattrs("/desk/file")] == [b"\0\xff", b"ab"]
    assert refused(notebook, "setxattr", "user.c", b"abc", 4, "/desk/file") == "EINVAL"
    listed = notebook.lxattrlist("/desk", [b"file", b"nothing"])
    assert [[(item.name, item.value) for item in found or []] for found in listed] == [
        [(b"user.a", b"\0\xff"), (b"user.b", b"ab")], []
    ]  # fmt: skip
    assert listed[1] is None
    notebook.removexattr("user.a", "/desk/file")
    notebook.lremovexattr("user.b", "/desk/file")
    assert refused(notebook, "removexattr", "user.a", "/desk/file") == "ENODATA"
    assert notebook.getxattrs("/desk/file") == []


def test_attributes_are_copied(notebook: Handle) -> None:
    notebook.write("/desk/from", b"1")
    notebook.chmod(0o4750, "/desk/from")
    notebook.chown(5, 6, "/desk/from")
    notebook.chmod(0o4750, "/desk/from")
    notebook.setxattr("user.a", b"a", 1, "/desk/from")
    notebook.write("/desk/to", b"2")
    notebook.copy_attributes("/desk/from", "/desk/to", ownership=True)
    assert (notebook.stat("/desk/to").uid, notebook.stat("/desk/to").mode) == (5, stat.S_IFREG | 0o644)
    notebook.copy_attributes("/desk/from", "/desk/to", all=True)
    assert notebook.stat("/desk/to").mode == stat.S_IFREG | 0o4750
    assert len(notebook.getxattrs("/desk/to")) == 1
    assert notebook.cat("/desk/to") == b"2"


def test_nothing_is_changed_in_what_is_mounted_for_reading(notebook: Handle) -> None:
    notebook.write("/desk/file", b"1")
    notebook.umount_all()
    notebook.mount_ro("/dev/sda", "/")
    changes = [
        ("mkdir_p", "/desk/x"), ("rm", "/desk/file"), ("rm_rf", "/desk"), ("rename", "/desk/file", "/desk/x"),
        ("cp", "/desk/file", "/desk/x"), ("ln", "/desk/file", "/desk/x"), ("ln_s", b"x", "/desk/x"),
        ("write", "/desk/file", b""), ("write", "/desk/x", b""), ("touch", "/desk/file"), ("chmod", 0, "/desk/file"),
        ("chown", 1, 1, "/desk/file"), ("mkfifo", 0, "/desk/x"), ("setxattr", "user.a", b"", 0, "/desk/file"),
    ]  # fmt: skip
    assert {change: refused(notebook, *change) for change in changes} == dict.fromkeys(changes, "EROFS")
    with pytest.raises(GuestError, match=r"^/desk/new: "):
        notebook.cp_a("/desk/file", "/desk/new")
