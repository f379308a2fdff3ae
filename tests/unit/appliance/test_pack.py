"""Archives of the appliance: the same files give the same bytes, and cpio can read them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from cutaway_appliance.pack import pack


def make_tree(root: Path) -> None:
    (root / "bin").mkdir(parents=True)
    (root / "bin/tool").write_bytes(b"\x7fELF" + bytes(1001))
    (root / "bin/tool").chmod(0o755)
    (root / "etc").mkdir()
    (root / "etc/text").write_text("text\n")
    (root / "link").symlink_to("bin/tool")


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_tree(tmp_path / name)
        os.utime(tmp_path / name / "etc/text", (time.time(), len(name) * 1e8))
        pack(tmp_path / name, tmp_path / f"{name}.zst")
    assert (tmp_path / "one.zst").read_bytes() == (tmp_path / "two.zst").read_bytes()


def test_another_tree_gives_other_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_tree(tmp_path / name)
    (tmp_path / "two/bin/tool").chmod(0o644)
    for name in ("one", "two"):
        pack(tmp_path / name, tmp_path / f"{name}.zst")
    assert (tmp_path / "one.zst").read_bytes() != (tmp_path / "two.zst").read_bytes()


def test_cpio_reads_it(tmp_path: Path) -> None:
    make_tree(tmp_path / "tree")
    pack(tmp_path / "tree", tmp_path / "a.zst")
    plain = subprocess.run(["zstd", "-dc", tmp_path / "a.zst"], check=True, capture_output=True).stdout
    listed = subprocess.run(["cpio", "-itv", "--quiet"], input=plain, check=True, capture_output=True).stdout.decode()
    lines = {line.split()[8]: line for line in listed.splitlines()}
    assert set(lines) == {"bin", "bin/tool", "etc", "etc/text", "link"}
    assert lines["bin/tool"].startswith("-rwxr-xr-x")
    assert lines["etc/text"].startswith("-rw-r--r--")
    assert "link -> bin/tool" in lines["link"]
    assert all(line.split()[2:4] == ["root", "root"] for line in lines.values())
