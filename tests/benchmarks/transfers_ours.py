"""One extraction by Cutaway, or one checksum (no folder: "-"); prints the seconds of the work without the launch."""

from __future__ import annotations

import json
import sys
import time

import cutaway
import cutaway.transfer.job  # loaded by then, as in the window and in `cutaway get`


def main(image: str, out: str, paths: str) -> None:
    """Measure."""
    with cutaway.Handle() as handle:
        handle.add_drive(image, format="raw")
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        begun = time.perf_counter()
        if out == "-":
            handle.checksum("sha256", json.loads(paths)[0])
        else:
            handle.copy_out(json.loads(paths), out)
        print(time.perf_counter() - begun)


if __name__ == "__main__":
    main(*sys.argv[1:])
