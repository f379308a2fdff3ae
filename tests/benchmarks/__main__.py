"""Run all measurements and print the table: medians, and ratios to libguestfs where that is installed."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.images import make_huge_folder, make_image
from tests.benchmarks.memory import measure as measure_memory

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
PEER_SETTINGS = {"LIBGUESTFS_BACKEND": "direct", "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}
OUR_START = (
    "import sys, cutaway; h = cutaway.Handle(); h.add_drive(sys.argv[1], format='raw'); h.launch(); "
    "h.mount_ro('/dev/sda', '/'); print(h.ls('/')); h.close()"
)
PEER_START = (
    "import sys, guestfs; g = guestfs.GuestFS(python_return_dict=True); "
    "g.add_drive_opts(sys.argv[1], readonly=1, format='raw'); g.launch(); g.mount_ro('/dev/sda', '/'); "
    "print(g.ls('/')); g.close()"
)
#: Work, how many times faster than libguestfs it shall be, and the most seconds it may take.
GOALS: dict[str, tuple[float | None, float | None]] = {
    "start, mount, list": (20, 0.6),
    "round trip": (15, None),
    # The same for calls for which libguestfs starts programs in its appliance.
    "vfs_type": (None, None),
    "list_filesystems": (None, None),
    "list + lstat of 10,000": (2, None),
    "download of 300 MB": (6, None),
    "cutaway ls IMAGE /": (None, 1.2),
    "window: drop to root folder": (None, 0.4),
    "window: the same with LVM": (None, 0.8),
    "window: 100,000 entries, rows": (None, 0.2),
    "window: the same, worst stall": (None, 0.1),
}


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="cutaway-benchmark-") as name:
        folder = Path(name)
        image = make_image(folder)
        ours = measure_ours(folder, image)
        peer = measure_peer(folder, image) if has_peer() else {}
        ours |= measure_window(folder, image)
        print_table(ours, peer)
        rss, added = measure_memory(str(image))
        print(f"memory: qemu RSS after listing {rss / 1e6:.0f} MB (at most 150)")
        print(f"memory: a second appliance adds {added / 1e6:.0f} MB (at most 60)")


def measure_ours(folder: Path, image: Path) -> dict[str, float]:
    """Return the medians of ours."""
    command = str(Path(sys.executable).parent / "cutaway")
    run([sys.executable, "-c", OUR_START, str(image)])  # makes the template if need be
    times = {
        "start, mount, list": median(5, lambda: timed([sys.executable, "-c", OUR_START, str(image)])),
        "cutaway ls IMAGE /": median(5, lambda: timed([command, "ls", str(image), "/"])),
    }
    return times | several(3, folder, image, [sys.executable, "-m", "tests.benchmarks.ours"], {})


def has_peer() -> bool:
    """Return whether libguestfs is installed."""
    found = subprocess.run([SYSTEM_PYTHON, "-c", "import guestfs"], check=False, capture_output=True)
    return found.returncode == 0


def measure_peer(folder: Path, image: Path) -> dict[str, float]:
    """Return the medians of libguestfs."""
    start = [SYSTEM_PYTHON, "-c", PEER_START, str(image)]
    run(start, PEER_SETTINGS)  # builds its appliance if need be
    times = {"start, mount, list": median(3, lambda: timed(start, PEER_SETTINGS))}
    return times | several(3, folder, image, [SYSTEM_PYTHON, str(HERE / "peer.py")], PEER_SETTINGS)


def several(rounds: int, folder: Path, image: Path, command: list[str], settings: dict[str, str]) -> dict[str, float]:
    """Run a measuring process several times; return the medians, having compared what it downloaded."""
    target, source = folder / "downloaded", folder / "tree/big"
    results = []
    for _ in range(rounds):
        results.append(json.loads(run([*command, str(image), str(target)], settings)))
        if digest(target) != digest(source):
            raise AssertionError("the downloaded data is wrong")
        target.unlink()
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def measure_window(folder: Path, image: Path) -> dict[str, float]:
    """Return the medians of the window's work; none if there is no window."""
    try:
        import PySide6  # noqa: F401, PLC0415 only asked whether it is there
    except ImportError:
        return {}
    settings = {"QT_QPA_PLATFORM": "offscreen"}
    sample = run([str(Path(sys.executable).parent / "cutaway"), "sample"]).strip()
    command = [sys.executable, "-m", "tests.benchmarks.window"]
    opened = {
        "window: drop to root folder": float(run([*command, str(image)], settings)),
        "window: the same with LVM": float(run([*command, sample], settings)),
    }
    return opened | measure_huge_folder(folder, settings)


def measure_huge_folder(folder: Path, settings: dict[str, str]) -> dict[str, float]:
    """Return the worst of the window's visits to a huge folder; nothing if none can be made."""
    try:
        image = make_huge_folder(folder)
    except FileNotFoundError as missing:
        print(f"window: a huge folder is not measured: {missing}")
        return {}
    rows, stall = run([sys.executable, "-m", "tests.benchmarks.huge_folder", str(image)], settings).split()
    return {"window: 100,000 entries, rows": float(rows), "window: the same, worst stall": float(stall)}


def run(command: list[str], settings: dict[str, str] | None = None) -> str:
    """Run a process; return what it prints."""
    environment = {**os.environ, **(settings or {})}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return done.stdout


def timed(command: list[str], settings: dict[str, str] | None = None) -> float:
    """Return how long a whole process takes."""
    begun = time.perf_counter()
    run(command, settings)
    return time.perf_counter() - begun


def median(rounds: int, measure: Callable[[], float]) -> float:
    """Return the median of several measurements."""
    return statistics.median(measure() for _ in range(rounds))


def digest(file: Path) -> str:
    """Return a file's SHA-256."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def print_table(ours: dict[str, float], peer: dict[str, float]) -> None:
    """Print one line a work: ours, libguestfs', ratio, goal, verdict."""
    print(f"{'work':<30}{'ours':>11}{'libguestfs':>12}{'ratio':>8}  goal")
    for name, seconds in ours.items():
        ratio, limit = GOALS[name]
        theirs = peer.get(name)
        found = f"{theirs / seconds:7.1f}x" if theirs else " " * 8
        goal = ", ".join(filter(None, [f"{ratio:g}x" if ratio else "", f"{limit:g} s" if limit else ""]))
        is_met = (not ratio or not theirs or theirs / seconds >= ratio) and (not limit or seconds <= limit)
        shown = f"{theirs * 1e3:10.1f}ms" if theirs else " " * 12
        verdict = ("met" if is_met else "MISSED") if goal else ""
        print(f"{name:<30}{seconds * 1e3:9.1f}ms{shown}{found}  {goal} {verdict}".rstrip())


if __name__ == "__main__":
    main()
