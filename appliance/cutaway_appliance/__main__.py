"""python -m cutaway_appliance build|info FOLDER [CACHE]: the build without the engine's command line."""

from __future__ import annotations

import sys
from pathlib import Path

from cutaway_appliance.build import build
from cutaway_appliance.manifest import read_manifest


def main(arguments: list[str]) -> int:
    """Run one of the two commands."""
    match arguments:
        case ["build", folder, *rest]:
            cache = Path(rest[0]) if rest else Path(folder).parent / "packages"
            manifest = build(Path(folder), cache=cache, on_progress=lambda step, _: print(step, file=sys.stderr))  # noqa: T201 a program prints
        case ["info", folder]:
            manifest = read_manifest(Path(folder))
        case _:
            print(__doc__, file=sys.stderr)  # noqa: T201 a program prints
            return 2
    print(f"{manifest.build_hash} {manifest.kernel_release} {manifest.sizes}")  # noqa: T201 a program prints
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
