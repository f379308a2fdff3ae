"""Whole trees out, against libguestfs and 7-Zip: run as `python -m tests.benchmarks.transfers`.

Each round is a process of its own with a freshly started appliance, so that nothing is warm in the guest; what is timed
is the work alone, without the launch. 7-Zip reads the image itself, so its time is that of its whole process. Every
result is compared with the tree that the image was made of.
"""

from __future__ import annotations

import filecmp
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
PEER_SETTINGS = {"LIBGUESTFS_BACKEND": "direct", "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}
ROUNDS = 3
MIB = 1 << 20
#: Work → what is extracted; how many times faster than libguestfs; how many times 7-Zip's time it may take.
WORKS: dict[str, tuple[list[str], float, float | None]] = {
    "300 MB file out": (["/big"], 10, 1.0),
    "10,000 files of 0-3 KB out": (["/many"], 6, None),
    "362 MB, 10,002 files out": (["/big", "/many", "/second"], 8, 2.5),
}
CHECKSUM, CHECKSUM_GOAL = "SHA-256 of 300 MB", 4


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory(prefix="cutaway-benchmark-", dir=scratch_folder()) as name:
        folder = Path(name)
        image = make_image(folder)
        print(f"{'work':<28}{'ours':>9}{'libguestfs':>12}{'7-Zip':>9}{'ratios':>16}  goals")
        for work, (paths, goal, zip_goal) in WORKS.items():
            times = measure(folder, image, paths)
            print_row(work, times, goal, zip_goal)
        print_row(CHECKSUM, measure_checksum(image), CHECKSUM_GOAL, None)
        measure_sparse(folder)


def scratch_folder() -> str:
    """Return a folder in memory if there is room: programs shall be compared, not the moods of a disk."""
    memory = "/dev/shm"
    return memory if os.path.isdir(memory) and shutil.disk_usage(memory).free > 4 << 30 else "/var/tmp"


def make_image(folder: Path) -> Path:
    """Return a raw ext4 image with 10,000 small files and two large ones."""
    tree, image = folder / "tree", folder / "image"
    (tree / "many").mkdir(parents=True)
    source = random.Random(20)
    for number in range(10_000):
        (tree / f"many/file-{number:05}").write_bytes(source.randbytes(source.randrange(3072)))
    for name, size in (("big", 300), ("second", 47)):
        with (tree / name).open("wb") as file:
            for _ in range(size):
                file.write(source.randbytes(MIB))
    command = ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(tree), str(image), "700M"]
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return image


def measure(folder: Path, image: Path, paths: list[str]) -> dict[str, float]:
    """Return each program's median; every round's result is compared with the source."""
    programs: dict[str, Callable[[Path], float]] = {
        "ours": lambda out: process([sys.executable, "-m", "tests.benchmarks.transfers_ours"], image, out, paths)
    }
    if has_libguestfs():
        programs["libguestfs"] = lambda out: process(
            [SYSTEM_PYTHON, str(HERE / "transfers_peer.py")], image, out, paths
        )
    if shutil.which("7zz") or shutil.which("7z"):
        programs["7-Zip"] = lambda out: seven_zip(image, out, paths)
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, run in programs.items():
            out = folder / "out"
            out.mkdir()
            taken[name].append(run(out))
            compare(folder / "tree", out, paths)
            shutil.rmtree(out)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def has_libguestfs() -> bool:
    """Return whether libguestfs is installed."""
    command = [SYSTEM_PYTHON, "-c", "import guestfs"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def process(command: list[str], image: Path, out: Path, paths: list[str]) -> float:
    """Run a measuring process; return the seconds that it prints."""
    arguments = [*command, str(image), str(out), json.dumps(paths)]
    environment = {**os.environ, **PEER_SETTINGS}
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return float(done.stdout)


def seven_zip(image: Path, out: Path, paths: list[str]) -> float:
    """Extract with 7-Zip; return the seconds of its process."""
    program = shutil.which("7zz") or "7z"
    command = [program, "x", "-y", f"-o{out}", str(image), *(path.lstrip("/") for path in paths)]
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def compare(tree: Path, out: Path, paths: list[str]) -> None:
    """Raise AssertionError if something is missing or differs."""
    for path in paths:
        source, target = tree / path.lstrip("/"), out / path.lstrip("/")
        names = sorted(os.listdir(source)) if source.is_dir() else [""]
        if source.is_dir() and sorted(os.listdir(target)) != names:
            raise AssertionError(f"{path} is not complete")
        for name in names:
            if not filecmp.cmp(source / name, target / name, shallow=False):
                raise AssertionError(f"{path}/{name} differs")


def measure_checksum(image: Path) -> dict[str, float]:
    """Return each program's median for the SHA-256 of the large file."""
    programs = {"ours": [sys.executable, "-m", "tests.benchmarks.transfers_ours"]}
    if has_libguestfs():
        programs["libguestfs"] = [SYSTEM_PYTHON, str(HERE / "transfers_peer.py")]
    return {
        name: statistics.median(process(command, image, Path("-"), ["/big"]) for _ in range(ROUNDS))
        for name, command in programs.items()
    }


def measure_sparse(folder: Path) -> None:
    """Print what a file of 50 GB with 10 MB of data costs."""
    tree, image, out = folder / "sparse-tree", folder / "sparse-image", folder / "out"
    tree.mkdir()
    out.mkdir()
    with (tree / "sparse").open("wb") as file:
        for part in range(10):
            file.seek(part * 5_000_000_000)
            file.write(os.urandom(MIB))
        file.truncate(50_000_000_000)
    command = ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(tree), str(image), "60G"]
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds = process([sys.executable, "-m", "tests.benchmarks.transfers_ours"], image, out, ["/sparse"])
    used = (out / "sparse").stat().st_blocks * 512
    print(f"50 GB sparse file with 10 MiB of data: {seconds:.2f} s, {used / MIB:.1f} MiB on the disk")


def print_row(work: str, times: dict[str, float], goal: float, zip_goal: float | None) -> None:
    """Print one line of the table."""
    ours, peer, seven = times["ours"], times.get("libguestfs"), times.get("7-Zip")
    ratio = f"{peer / ours:.1f}x" if peer else "-"
    share = f"{ours / seven:.2f} of 7z" if seven else ""
    is_met = (not peer or peer / ours >= goal) and (not seven or zip_goal is None or ours / seven <= zip_goal)
    goals = f"{goal:g}x" + (f", {zip_goal:g} of 7z" if zip_goal else "")
    shown = [f"{value:>7.2f} s" if value else "-" for value in (ours, peer, seven)]
    verdict = "met" if is_met else "MISSED"
    print(f"{work:<28}{shown[0]:>9}{shown[1]:>12}{shown[2]:>9}{ratio:>7}{share:>13}  {goals} {verdict}", flush=True)


if __name__ == "__main__":
    main()
