"""Lists of packages that are text: of dpkg, apk and pacman. Pure; lines that make no sense are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from cutaway.records import Application

#: Keys of apk's database (apk(5), "installed").
APK = {"P": "name", "A": "arch", "T": "summary", "U": "url", "o": "source_package", "m": "publisher"}

#: So many characters of a paragraph are kept: more than any honest one has.
STANZA_MAX = 1 << 20


def split_version(text: str) -> tuple[int, str, str]:
    """Return epoch, version and release: 1:2.3-4 is 1, 2.3 and 4."""
    head, colon, rest = text.partition(":")
    epoch, whole = (int(head), rest) if colon and head.isdecimal() and len(head) < 9 else (0, text)
    version, _, release = whole.rpartition("-")
    return (epoch, version, release) if version else (epoch, whole, "")


def stanzas(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Give the paragraphs of a Debian control file (deb822(5)); a field's further lines follow its first.

    Of one of absurd length only the beginning is kept.
    """
    fields: dict[str, list[str]] = {}
    name, room = "", STANZA_MAX
    for line in chain(lines, ("",)):
        room -= len(line)
        if not line.strip():
            if fields:
                yield {field: "\n".join(parts) for field, parts in fields.items()}
            fields, name, room = {}, "", STANZA_MAX
        elif room < 0:
            continue
        elif line[0] in " \t" and name:
            fields[name].append(line.strip())
        else:
            name, _, value = line.partition(":")
            fields[name] = [value.strip()]


def dpkg(lines: Iterable[str]) -> Iterator[Application]:
    """Give the packages of dpkg's status file that are installed."""
    for fields in stanzas(lines):
        if fields.get("Status", "").split()[-1:] != ["installed"] or "Package" not in fields:
            continue
        summary, _, description = fields.get("Description", "").partition("\n")
        epoch, version, release = split_version(fields.get("Version", ""))
        yield Application(
            name=fields["Package"], epoch=epoch, version=version, release=release,
            arch=fields.get("Architecture", ""), publisher=fields.get("Maintainer", ""),
            url=fields.get("Homepage", ""), source_package=fields.get("Source", "").split(" ")[0], summary=summary,
            description=description,
        )  # fmt: skip


def apk(lines: Iterable[str]) -> Iterator[Application]:
    """Give the packages of apk's database."""
    fields: dict[str, str] = {}
    for line in chain(lines, ("",)):
        key, colon, value = line.rstrip("\n").partition(":")
        if not key and not colon:
            if "P" in fields:
                epoch, version, release = split_version(fields.get("V", ""))
                known = {name: fields[letter] for letter, name in APK.items() if letter in fields}
                yield Application(epoch=epoch, version=version, release=release.removeprefix("r"), **known)
            fields = {}
        elif key in APK or key == "V":
            fields.setdefault(key, value)


def pacman(text: str) -> Application | None:
    """Return the package that a file "desc" of pacman's database tells of."""
    fields: dict[str, str] = {}
    for part in text.split("\n\n"):
        title, _, value = part.strip().partition("\n")
        fields[title.strip("%")] = value.partition("\n")[0]
    if "NAME" not in fields:
        return None
    epoch, version, release = split_version(fields.get("VERSION", ""))
    return Application(
        name=fields["NAME"], epoch=epoch, version=version, release=release, arch=fields.get("ARCH", ""),
        publisher=fields.get("PACKAGER", ""), url=fields.get("URL", ""), source_package=fields.get("BASE", ""),
        summary=fields.get("DESC", ""),
    )  # fmt: skip
