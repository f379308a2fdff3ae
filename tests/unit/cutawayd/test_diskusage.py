"""The table of df(1), compared with the machine's own."""

from __future__ import annotations

import os
import subprocess

import pytest
from cutawayd.diskusage import table


def said_by_df(*words: str) -> str:
    done = subprocess.run(["df", *words], capture_output=True, text=True, check=True, env=os.environ | {"LC_ALL": "C"})
    return done.stdout


@pytest.mark.parametrize("is_human", [False, True])
def test_it_is_what_df_prints(is_human: bool) -> None:
    option, places = "-h" if is_human else "-k", ["/", "/dev/shm", "/proc/sys"]
    sources = said_by_df("--output=source", *places).splitlines()[1:]
    targets = said_by_df("--output=target", *places).splitlines()[1:]
    for _ in range(20):  # others may write to them meanwhile
        before = said_by_df(option, *places)
        usage = [(source.strip(), target, os.statvfs(place))
                 for source, target, place in zip(sources, targets, places, strict=True)]  # fmt: skip
        if before == said_by_df(option, *places):
            break
    assert table(usage, is_human=is_human) == before


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0"), (1023, "1023"), (1024, "1.0K"), (1025, "1.1K"), (10137, "9.9K"), (10138, "10K"),
        (1023 << 10, "1023K"), ((1023 << 10) + 1, "1.0M"), (5 << 40, "5.0T"), (1 << 63, "8.0E"),
    ],
)  # fmt: skip
def test_sizes_are_rounded_up(size: int, shown: str) -> None:
    blocks = os.statvfs_result((1, 1, size, size, size, 0, 0, 0, 0, 255))
    assert table([("x", "/", blocks)], is_human=True).splitlines()[1].split()[1] == shown
