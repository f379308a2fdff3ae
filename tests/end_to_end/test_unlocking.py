"""LVM on LUKS2 beside LUKS1, from the command line to the real cryptsetup: keys by file, by terminal, by pipe."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import CallInterrupted
from cutaway.testing import locked
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.unlocking import Unlocked, packed
from end_to_end.command import PROGRAM, cutaway, environment, good
from images import locked_image

OPENED = (
    Unlocked("/dev/sda2", locked.SYSTEM_KEY.encode(), "cryptsda2"),
    Unlocked("/dev/sda3", locked.DATA_KEY, "cryptsda3"),
)


@pytest.fixture
def image(vault: Path) -> Path:
    return vault


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    (tmp_path / "system.key").write_text(locked.SYSTEM_KEY)
    (tmp_path / "data.key").write_bytes(locked.DATA_KEY)
    return [f"--key=/dev/sda2:file:{tmp_path}/system.key", f"--key={locked.DATA_UUID}:file:{tmp_path}/data.key"]


def test_the_system_in_the_volumes_is_found_listed_and_copied(image: Path, keys: list[str], tmp_path: Path) -> None:
    before = image.stat().st_mtime_ns
    assert b"Debian GNU/Linux 12 (bookworm)" in good("info", image, *keys)
    assert good("cat", image, "/srv/data/plans.txt", *keys) == locked.DATA_FILES[b"/plans.txt"]
    good("get", image, "/etc", "/srv", tmp_path, *keys, "--verify")
    assert (tmp_path / "etc/crypttab").read_bytes() == locked.FILES[b"/etc/crypttab"]
    assert (tmp_path / "srv/data/plans.txt").read_bytes() == locked.DATA_FILES[b"/plans.txt"]
    assert image.stat().st_mtime_ns == before


def test_a_file_put_in_is_in_the_image(image: Path, keys: list[str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.img"
    subprocess.run(["cp", "--sparse=always", image, copy], check=True)
    (tmp_path / "new").write_text("put in\n")
    good("put", copy, tmp_path / "new", "/srv/data", "--write", *keys)
    assert good("cat", copy, "/srv/data/new", *keys) == b"put in\n"


def test_a_volume_is_saved_decrypted(image: Path, keys: list[str], tmp_path: Path) -> None:
    good("save", image, "/dev/safe/root", tmp_path / "root.img", *keys)
    assert good("cat", tmp_path / "root.img", "/etc/hostname") == b"vault\n"


def test_a_terminal_is_asked_and_shows_nothing_of_the_passphrase(image: Path) -> None:
    ours, theirs = os.openpty()
    command = [str(PROGRAM), "cat", str(image), "/etc/hostname"]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment(), start_new_session=True
    ) as child:
        os.close(theirs)
        said = answered(ours, locked.SYSTEM_KEY, "")
        assert child.stdout is not None
        assert child.stdout.read() == b"vault\n"
        assert child.wait() == 0
    assert "Passphrase of /dev/sda2 in vault.img" in said
    assert locked.SYSTEM_KEY not in said


def answered(terminal: int, *words: str) -> str:
    """Answer each question that comes on a terminal; return all that it showed."""
    said, left = b"", list(words)
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # the other side has closed it
            os.close(terminal)
            return said.decode()
        said += data
        if left and said.count(b"locked): ") > len(words) - len(left):
            os.write(terminal, left.pop(0).encode() + b"\n")


def test_a_mount_gets_its_keys_from_another_process(image: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mnt"
    folder.mkdir()
    reader, writer = os.pipe()
    command = [str(PROGRAM), "mount", "--until-eof", f"--keys-fd={reader}", "--tree=0", str(image), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), pass_fds=[reader]
    ) as child:
        os.close(reader)
        os.write(writer, packed(OPENED))
        os.close(writer)
        assert child.stdout is not None
        assert child.stdin is not None
        assert b"is mounted" in child.stdout.readline()
        words = Path(f"/proc/{child.pid}/cmdline").read_bytes() + Path(f"/proc/{child.pid}/environ").read_bytes()
        assert (folder / "srv/data/plans.txt").read_bytes() == locked.DATA_FILES[b"/plans.txt"]
        child.stdin.close()
        assert child.wait() == 0
    assert locked.SYSTEM_KEY.encode() not in words
    assert locked.DATA_KEY.hex().encode() not in words


def test_an_extraction_outlives_its_appliance_with_what_is_unlocked(image: Path, tmp_path: Path) -> None:
    deaths: list[CallInterrupted] = []
    with Handle() as handle:
        handle.add_drive_ro(image)
        handle.unlock_at_launch(OPENED)
        handle.launch()
        handle.mount_tree([["/dev/safe/root", b"/", ""], ["/dev/mapper/cryptsda3", b"/srv/data", ""]])

        def die(_: TransferProgress) -> None:
            if not deaths:
                os.kill(handle.pid or 0, 9)

        options = ExtractOptions(restarts=1, on_progress=die, on_restart=deaths.append)
        report = handle.copy_out(["/etc", "/srv"], tmp_path, options=options)
    assert len(deaths) == 1
    assert report.failures == ()
    assert (tmp_path / "srv/data/plans.txt").read_bytes() == locked.DATA_FILES[b"/plans.txt"]


@pytest.mark.skipif("CUTAWAY_TEST_SLOW" not in os.environ, reason="takes a minute: CUTAWAY_TEST_SLOW=1 runs it")
def test_a_key_that_takes_a_gibibyte_is_derived(tmp_path: Path) -> None:
    slow = ("--pbkdf", "argon2id", "--pbkdf-memory", str(1 << 20), "--pbkdf-force-iterations", "4")
    locked_image.make_volume(tmp_path / "slow.img", 64 << 20, b"secret", "--type", "luks2", *slow)
    (tmp_path / "key").write_text("secret")
    with Handle() as handle:
        handle.add_drive_ro(tmp_path / "slow.img")
        handle.launch()
        handle.cryptsetup_open("/dev/sda", "secret", "x")
        assert handle.list_filesystems()["/dev/mapper/x"] == "unknown"


def test_a_key_that_takes_more_memory_than_there_is_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy = ("--pbkdf", "argon2id", "--pbkdf-memory", str(2 << 20), "--pbkdf-force-iterations", "4")
    locked_image.make_volume(tmp_path / "greedy.img", 64 << 20, b"secret", "--type", "luks2", *greedy)
    if f'"memory":{2 << 20}'.encode() not in (tmp_path / "greedy.img").read_bytes()[: 1 << 20]:
        pytest.skip("cryptsetup lets a key take less memory than it is told to while little is free on the host")
    (tmp_path / "key").write_text("secret")
    done = cutaway("ls", tmp_path / "greedy.img", f"--key=all:file:{tmp_path}/key")
    assert done.code == 1
    assert "more memory than the appliance has; CUTAWAY_MEMSIZE" in done.errors
