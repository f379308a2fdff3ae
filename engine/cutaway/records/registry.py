"""Records about the registry of Windows, and about what is installed in a system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegistryKey:
    """A key of a hive.

    Attributes:
        subkeys: How many keys are below it.
    """

    name: str
    subkeys: int


@dataclass(frozen=True, slots=True)
class RegistryValue:
    """A value of a key.

    Attributes:
        name: "" for the default value.
        type: As winnt.h has them: 1 REG_SZ, 3 REG_BINARY, 4 REG_DWORD, 7 REG_MULTI_SZ …
        data: Its data as they are stored, 64 KiB at most.
        size_bytes: How long they are as a whole.
    """

    name: str
    type: int
    data: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Application:
    """Something that is installed: a package of Linux, or what Windows offers to uninstall; "" for what is not known.

    Attributes:
        name: The package's name, or the name of the key, which does not depend on the language.
        display_name: As a person calls it, of Windows.
        epoch: Of the version, 0 if it has none.
        version: What comes before the release.
        release: What the distribution adds to it: "1.el9", "2+deb12u1".
        publisher: Who makes it, or packages it.
        summary: One line.
        source_package: What it was built from.
    """

    name: str
    display_name: str = ""
    epoch: int = 0
    version: str = ""
    release: str = ""
    arch: str = ""
    install_path: str = ""
    publisher: str = ""
    url: str = ""
    source_package: str = ""
    summary: str = ""
    description: str = ""

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.display_name or self.name

    @property
    def full_version(self) -> str:
        """The version in the way of its packages: 1:2.3-4."""
        epoch = f"{self.epoch}:" if self.epoch else ""
        return f"{epoch}{self.version}" + (f"-{self.release}" if self.release else "")
