"""Encrypted volumes on the command line: keys by option, by standard input, asked for; what is said without any."""

from __future__ import annotations

import getpass
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cutaway.cli import keys, unlocking
from cutaway.cli.keys import Keys, read_keys, with_unlocked
from cutaway.errors import EngineError
from cutaway.records import Filesystem
from cutaway.testing.locked import DATA_FILES, DATA_KEY, SYSTEM_KEY, SYSTEM_UUID
from cutaway.unlocking import Unlocked, packed

from .conftest import Run

LOCKED, NESTED = "/images/locked.img", "/images/nested.img"
Answer = Callable[..., list[str]]


@pytest.fixture
def key_files(tmp_path: Path) -> tuple[str, str]:
    """Give options for both volumes, with files in which the keys stand."""
    (tmp_path / "system").write_text(f"{SYSTEM_KEY}\n")
    (tmp_path / "data").write_bytes(DATA_KEY)
    return f"--key={SYSTEM_UUID.upper()}:file:{tmp_path}/system", f"--key=/dev/sda3:file:{tmp_path}/data"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Give a function that makes a person answer so, and returns what is asked."""

    def answering(*words: str) -> list[str]:
        asked: list[str] = []
        left = list(words)

        def ask(volume: object, image: str) -> bytes:
            asked.append(f"{volume.mountable} {image}")  # type: ignore[attr-defined]
            return left.pop(0).encode()

        monkeypatch.setattr(unlocking, "ask", ask)
        monkeypatch.setattr(keys, "_is_terminal", lambda: True)
        return asked

    return answering


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: False))


def test_a_system_is_found_with_its_keys(run: Run, key_files: tuple[str, str]) -> None:
    assert run("cat", LOCKED, "/srv/data/plans.txt", *key_files).output == DATA_FILES[b"/plans.txt"]
    assert run("ls", LOCKED, "/etc", key_files[0]).output.splitlines()[0] == b"crypttab"
    assert run("find", LOCKED, "plans*", *key_files).output == b"/srv/data/plans.txt\n"


def test_what_is_inside_is_listed_with_a_key(run: Run, key_files: tuple[str, str]) -> None:
    assert b"/dev/safe/root" not in run("filesystems", LOCKED).output
    assert b"/dev/safe/root" in run("filesystems", LOCKED, *key_files).output
    found = json.loads(run("info", LOCKED, "--json", *key_files).output)
    assert found["systems"][0]["hostname"] == "vault"
    assert found["warnings"] == []


def test_a_device_that_is_named_is_looked_into_by_its_inside(run: Run, key_files: tuple[str, str]) -> None:
    assert run("ls", LOCKED, "--device=/dev/sda3", key_files[1]).output == b"plans.txt\n"
    assert run("ls", LOCKED, "--device=/dev/safe/root", "/srv", key_files[0]).output == b"data\n"


def test_a_key_in_the_command_does_and_its_help_warns(run: Run) -> None:
    assert run("cat", LOCKED, "/etc/hostname", f"--key=all:key:{SYSTEM_KEY}").output == b"vault\n"
    assert "shows the key" in " ".join(run("cat", "--help").text.split())


def test_keys_come_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, f"wrong\n{SYSTEM_KEY}\n".encode())
    done = run("cat", LOCKED, "/etc/hostname", "--keys-from-stdin")
    assert done.output == b"vault\n"
    assert "/dev/sda3 cannot be unlocked" in done.errors


def test_a_volume_inside_of_another_is_unlocked_too(run: Run) -> None:
    assert run("ls", NESTED, "--key=/dev/sda:key:outer", "--key=/dev/vg/safe:key:inner").output == b"deep\n"


def test_a_volume_inside_is_saved_with_a_key_and_missed_without(
    run: Run, tmp_path: Path, key_files: tuple[str, str]
) -> None:
    done = run("save", LOCKED, "/dev/safe/root", str(tmp_path / "root.img"))
    assert done.code == 5
    assert "It may be in what is locked: /dev/sda2, /dev/sda3" in done.errors
    assert run("save", LOCKED, "/dev/safe/root", str(tmp_path / "root.img"), key_files[0]).code == 0
    assert (tmp_path / "root.img").stat().st_size == 64 << 20


@pytest.mark.parametrize("key", ["all:key:guessed", "/dev/sda2:key:guessed"])
def test_a_wrong_key_is_told_without_telling_it(run: Run, key: str) -> None:
    done = run("ls", LOCKED, "--key", key)
    assert done.code == 1
    assert "/dev/sda2 cannot be unlocked" in done.errors
    assert "caps lock" in done.errors
    assert "guessed" not in done.errors


@pytest.mark.parametrize("key", ["all:key:guessed", "/dev/sdq:key:x", f"all:key:{SYSTEM_KEY}"])
def test_what_is_said_of_keys_cannot_colour_the_terminal(run: Run, key: str) -> None:
    errors = run("ls", "/images/locked\x1b[31m.img", "--key", key).errors
    assert "cutaway: " in errors
    assert "\x1b" not in errors


def test_what_is_asked_cannot_colour_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt, _stream: asked.append(prompt) or "")
    keys.ask(Filesystem("/dev/vg\x1b[2J/root", "crypto_LUKS", "", "", 1), "/images/\x1b[31m\udce9.img")
    assert asked == ["Passphrase of /dev/vg\\x1b[2J/root in \\x1b[31m\\xe9.img (Enter to leave it locked): "]


def test_a_key_for_nothing_is_told(run: Run) -> None:
    assert "has no locked volume that --key is for: /dev/sdq" in run("ls", LOCKED, "--key=/dev/sdq:key:x").errors


@pytest.mark.parametrize("option", ["x", "all", "all:clevis", ":key:x", "all:key:", "all:file:", "all:secret:x"])
def test_a_key_of_the_wrong_form_is_refused(run: Run, option: str) -> None:
    done = run("ls", LOCKED, f"--key={option}")
    assert done.code == 1
    assert "SELECTOR:file:PATH" in done.errors


def test_a_key_file_that_cannot_be_one_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "long").open("wb") as file:
        file.truncate(9 << 20)
    for name, words in (
        ("nothing", "No such file"),
        ("empty", "is empty"),
        ("long", "longer than 8 MiB"),
        ("", "Is a"),
    ):
        assert words in run("ls", LOCKED, f"--key=all:file:{tmp_path}/{name}").errors


def test_in_a_pipe_what_is_locked_is_told_and_the_rest_shown(run: Run) -> None:
    done = run("ls", LOCKED)
    assert (done.code, done.output) == (0, b"")
    assert "is encrypted, and locked: /dev/sda2, /dev/sda3; only the rest is shown" in done.errors


def test_in_a_pipe_nothing_but_what_is_locked_is_an_error(run: Run) -> None:
    done = run("ls", NESTED)
    assert (done.code, done.output) == (1, b"")
    assert "is encrypted, and locked: /dev/sda" in done.errors
    assert "--key" in done.errors


@pytest.mark.parametrize("device", ["/dev/sda2", "/dev/safe/root", "/dev/mapper/cryptsda3"])
def test_in_a_pipe_a_device_that_is_locked_or_hidden_is_an_error_that_says_so(run: Run, device: str) -> None:
    done = run("ls", LOCKED, "--device", device)
    assert done.code in {1, 5}
    assert "locked" in done.errors
    assert "--key" in done.errors


def test_on_a_terminal_what_hides_the_system_is_asked_for(run: Run, terminal: Answer) -> None:
    asked = terminal("guessed", SYSTEM_KEY, "")
    done = run("cat", LOCKED, "/etc/hostname")
    assert done.output == b"vault\n"
    assert asked == [f"/dev/sda2 {LOCKED}", f"/dev/sda2 {LOCKED}", f"/dev/sda3 {LOCKED}"]
    assert "cannot be unlocked" in done.errors


def test_on_a_terminal_nobody_is_asked_who_wants_something_else(run: Run, terminal: Answer, debian: str) -> None:
    asked = terminal()
    assert run("ls", debian, "/etc").code == 0
    assert run("ls", LOCKED, "--device=/dev/sda1").code == 0
    assert run("info", LOCKED).code == 0
    assert asked == []


def test_on_a_terminal_only_the_device_that_is_wanted_is_asked_for(run: Run, terminal: Answer) -> None:
    asked = terminal(SYSTEM_KEY)
    assert run("ls", LOCKED, "--device=/dev/sda2").code == 1  # a volume group: its volumes are to be named
    assert asked == [f"/dev/sda2 {LOCKED}"]


def test_on_a_terminal_three_wrong_ones_are_enough(run: Run, terminal: Answer) -> None:
    terminal("a", "b", "c")
    done = run("ls", LOCKED, "--device=/dev/sda3")
    assert done.code == 1
    assert done.errors.count("cannot be unlocked") == 4


def test_what_was_unlocked_goes_to_another_process_by_a_pipe() -> None:
    volumes = (Unlocked("/dev/sda2", b"\0\xff", "x"), Unlocked("/dev/sda3", b"k", "y", readonly=True, crypttype="luks"))
    reader, writer = os.pipe()
    os.write(writer, packed(volumes))
    os.close(writer)
    keys = with_unlocked(Keys(), reader, "")
    assert (keys.unlocked, keys.outside) == (volumes, ())


def test_no_text_of_keys_tells_one() -> None:
    found = read_keys(["all:key:secret"], from_stdin=False)
    assert "secret" not in f"{found!r} {Keys(unlocked=(Unlocked('/dev/sda2', b'secret', 'x'),))!r}"
    with pytest.raises(EngineError) as caught:
        read_keys(["all:keys:secret"], from_stdin=False)
    assert "secret" not in f"{caught.value} {caught.value.remedy}"


def test_a_process_is_told_which_keys_are_for_the_images_that_one_lies_in() -> None:
    outer, inner = Unlocked("/dev/sda2", b"o", "x"), Unlocked("/dev/sda3", b"i", "y")
    reader, writer = os.pipe()
    os.write(writer, packed((outer, inner)))
    os.close(writer)
    keys = with_unlocked(Keys(), reader, "1,0")
    assert (keys.outside, keys.unlocked) == (((outer,), ()), (inner,))
    assert keys.of_outer.unlocked == ()
    assert keys.of_outer.of_outer.unlocked == (outer,)
    assert keys.of_outer.of_outer.of_outer.unlocked == ()
