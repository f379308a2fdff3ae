"""crypttab(5): how a system calls the insides of its encrypted volumes, in terms of those that are unlocked here. Pure.

Here a mapping has a name of its own, since nobody can read the system's before the first volume is unlocked.
"""

from __future__ import annotations

from collections.abc import Callable

from cutaway.records import Filesystem

#: What installers call a volume that has no name: luks- and its UUID.
_BY_UUID = "luks-"
Resolve = Callable[[str, list[Filesystem]], str | None]


def find(spec: str, text: str, contents: list[Filesystem], resolve: Resolve) -> str | None:
    """Return the device that a system calls /dev/mapper/NAME.

    Args:
        spec: What a line of its fstab says.
        text: Its crypttab.
        contents: What was found on the drives.
        resolve: Finds the device that a volume's name in such a file means.

    Returns:
        None if it is no such name, or not unlocked.
    """
    name = spec.removeprefix("/dev/mapper/")
    if name == spec:
        return None
    volume = next((source for given, source in _lines(text) if given == name), "")
    if not volume and name.startswith(_BY_UUID):
        volume = f"UUID={name.removeprefix(_BY_UUID)}"
    container = resolve(volume, contents) if volume else None
    return next((item.mountable for item in contents if container and item.container == container), None)


def _lines(text: str) -> list[tuple[str, str]]:
    words = (line.split("#", 1)[0].split() for line in text.splitlines())
    return [(line[0], line[1]) for line in words if len(line) > 1]
