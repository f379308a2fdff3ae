"""Into an image: one file of 300 MiB, and 10,000 files of up to 3 KB, into a new ext4; ours or libguestfs'.

`python -m tests.benchmarks.upload` compares both; with `ours` or `peer` and a folder it prints one JSON object. The
peer's part is run by the system's Python, which has its module.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES, FILE_MAX = 10_000, 3000
BIG_BYTES = 300 * 1024 * 1024
IMAGE_BYTES = 1 << 30
ROUNDS = 3
SYSTEM_PYTHON = "/usr/bin/python3"
PEER_SETTINGS = {"LIBGUESTFS_BACKEND": "direct", "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"}
UPLOAD, COPY_IN = "upload of 300 MB", "copy_in of 10,000 files"


def make_sources(folder: Path) -> None:
    """Make what is brought in: folder/big and folder/many."""
    numbers = random.Random(1)
    (folder / "many").mkdir()
    for number in range(FILES):
        (folder / f"many/file-{number:05}").write_bytes(numbers.randbytes(numbers.randrange(FILE_MAX)))
    with (folder / "big").open("wb") as file:
        for _ in range(BIG_BYTES >> 20):
            file.write(numbers.randbytes(1 << 20))


def measure_ours(folder: Path) -> dict[str, float]:
    """Return seconds of each work of Cutaway's."""
    import cutaway  # noqa: PLC0415 the system's Python has it not

    times = {}
    with cutaway.Handle() as handle:
        handle.add_drive_scratch(IMAGE_BYTES)
        handle.launch()
        handle.mkfs("ext4", "/dev/sda")
        handle.mount("/dev/sda", "/")
        begun = time.perf_counter()
        handle.upload(folder / "big", "/big")
        times[UPLOAD] = time.perf_counter() - begun
        begun = time.perf_counter()
        report = handle.copy_in(folder / "many", "/")
        times[COPY_IN] = time.perf_counter() - begun
        assert report.files == FILES
        assert len(handle.ls("/many")) == FILES
        assert handle.filesize("/big") == BIG_BYTES
    return times


def measure_peer(folder: Path) -> dict[str, float]:
    """Return seconds of each work of libguestfs'."""
    import guestfs  # type: ignore[import-not-found]  # noqa: PLC0415 only the system's Python has it

    times = {}
    g = guestfs.GuestFS(python_return_dict=True)
    g.add_drive_scratch(IMAGE_BYTES)
    g.launch()
    g.mkfs("ext4", "/dev/sda")
    g.mount("/dev/sda", "/")
    begun = time.perf_counter()
    g.upload(str(folder / "big"), "/big")
    times[UPLOAD] = time.perf_counter() - begun
    begun = time.perf_counter()
    archive = folder / "many.tar"
    subprocess.run(["tar", "-C", str(folder), "-cf", str(archive), "many"], check=True)
    g.tar_in(str(archive), "/")
    times[COPY_IN] = time.perf_counter() - begun
    archive.unlink()
    assert len(g.ls("/many")) == FILES
    g.close()
    return times


def main() -> None:
    """Measure both several times, each in a process of its own, and print medians."""
    with tempfile.TemporaryDirectory(prefix="cutaway-benchmark-", dir="/var/tmp") as name:
        make_sources(Path(name))
        ours = [_run([sys.executable, "-m", "tests.benchmarks.upload", "ours", name]) for _ in range(ROUNDS)]
        peer = [_run(["env", *_settings(), SYSTEM_PYTHON, __file__, "peer", name]) for _ in range(ROUNDS)]
    for work in (UPLOAD, COPY_IN):
        mine, theirs = (statistics.median(result[work] for result in results) for results in (ours, peer))
        print(f"{work:<30}{mine * 1e3:9.1f}ms{theirs * 1e3:10.1f}ms{theirs / mine:7.1f}x")


def _settings() -> list[str]:
    return [f"{name}={value}" for name, value in PEER_SETTINGS.items()]


def _run(command: list[str]) -> dict[str, float]:
    times: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return times


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"ours": measure_ours, "peer": measure_peer}[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
