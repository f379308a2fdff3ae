"""Programs of the host that the build runs: apt-get, dpkg-deb, depmod, zstd."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from cutaway_appliance.errors import BuildError

INSTALL_REMEDY = "The appliance is built on Debian; install the package that holds this program."


def run(command: Sequence[str], *, cwd: str | None = None) -> str:
    """Run a program; return what it prints.

    Raises:
        BuildError: it is missing or fails; the message ends with what it said.
    """
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True
        )
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} is not installed", remedy=INSTALL_REMEDY) from error
    if done.returncode != 0:
        raise BuildError(f"{command[0]} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout
