"""What is odd in the sample: links that lead out, in circles or nowhere, devices, holes, hard links, deep folders."""

from __future__ import annotations

from cutaway.testing.content import BLOCK, Sparse
from cutaway.testing.nodes import Folder, device, fifo, file, folder, hard_link, link

#: A file of 5 GB with data in its first and last block only.
HUGE_SIZE = 5_000_003_584
HUGE = Sparse(HUGE_SIZE, ((0, b"begin".ljust(BLOCK, b".")), (HUGE_SIZE - BLOCK, b"end".ljust(BLOCK, b"."))))
DEPTH = 40


def links() -> Folder:
    """Return a folder of symbolic links."""
    return folder({
        b"absolute": link(b"/etc/hostname"),
        b"relative": link(b"../../etc/hostname"),
        b"climbing": link(b"../../../../../../../../etc/hostname"),
        b"dangling": link(b"/nowhere/at/all"),
        b"loop-a": link(b"loop-b"),
        b"loop-b": link(b"loop-a"),
        b"self": link(b"self"),
        b"to-folder": link(b"../documents"),
        b"to-folder-slash": link(b"../documents/"),
        b"to-file-slash": link(b"../documents/utf8.txt/"),
        b"to-link": link(b"absolute"),
        b"through": link(b"to-folder/utf8.txt"),
        b"long": link(b"/" + b"x" * 200),
        b"to-dot": link(b"."),
    })  # fmt: skip


def special() -> Folder:
    """Return a folder of things that are no plain files."""
    twin = file(b"the same file twice\n")
    deep = folder({b"bottom.txt": file(b"down here\n")})
    for _ in range(DEPTH):
        deep = folder({b"deep": deep})
    return folder({
        b"deep": deep,
        b"disk.img": file(HUGE),
        b"fifo": fifo(),
        b"hard-link-a": twin,
        b"hard-link-b": hard_link(twin),
        b"noted.txt": file(b"with attributes\n", xattrs={b"user.comment": b"a note", b"user.binary": b"\0\xff\x01"}),
        b"null": device("c", 1, 3),
        b"sda": device("b", 8, 0),
        b"secret": file(b"nobody may read this\n", mode=0),
        b"setgid-folder": folder(mode=0o2775, gid=50),
    })  # fmt: skip
