"""Reads a checksum as people have it: bare, with the algorithm before it, or a line that some tool has written. Pure.

Understood are `sha256:…`, `SHA256 (name) = …` of BSD, `SHA2-256(name)= …` of OpenSSL, `…  name` and `… *name` of GNU,
`sha256-…=` of web pages (base64), and digits in groups. The sum is looked for in its place only: a file may be named
after another's sum.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

#: All algorithms that are known: what hashlib calls them, and people do.
WORDS = {
    "sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5", "sha512": "SHA-512", "sha224": "SHA-224", "sha384": "SHA-384",
    "blake2b": "BLAKE2b", "sha3_224": "SHA3-224", "sha3_256": "SHA3-256", "sha3_384": "SHA3-384",
    "sha3_512": "SHA3-512",
}  # fmt: skip
_DIGITS = {
    "sha256": 64, "sha1": 40, "md5": 32, "sha512": 128, "sha224": 56, "sha384": 96, "blake2b": 128, "sha3_224": 56,
    "sha3_256": 64, "sha3_384": 96, "sha3_512": 128,
}  # fmt: skip
#: What a sum may be that does not say so, by its length, the likelier first.
_BY_LENGTH = {length: tuple(kind for kind in WORDS if _DIGITS[kind] == length) for length in set(_DIGITS.values())}
_OTHER_NAMES = {"sha": "sha1", "sha2224": "sha224", "sha2256": "sha256", "sha2384": "sha384", "sha2512": "sha512"}
_TAGGED = re.compile(r"(?P<kind>[\w/-]+?)\s*\((?P<name>.*)\)\s*=\s*(?P<sum>\S+)")
_BASE64 = re.compile(r"(?P<kind>sha(?:256|384|512))-(?P<sum>[A-Za-z0-9+/]+={0,2})(?P<name>)")
_NAMED = re.compile(
    r"(?P<kind>(?:sha|md|blake)[\w/-]*)(?:\s*[:=]\s*|\s+)(?P<sum>\S+)(?:\s+\*?(?P<name>.*))?", re.IGNORECASE
)
_PLAIN = re.compile(r"\\?(?P<sum>\S+)(?:\s+\*?(?P<name>.*))?")
_GROUPS = re.compile(r"[0-9a-f]{2,16}(?:[\s:-]+[0-9a-f]{2,16})+", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+", re.IGNORECASE)


@dataclass(frozen=True)
class GivenSum:
    """A sum that a person has.

    Attributes:
        kinds: What it may be of; empty where there is no whole sum.
        digits: The sum, in small letters.
        name: The file that it is said to be of; "" if nothing is said.
        problem: Why it is no sum.
    """

    kinds: tuple[str, ...] = ()
    digits: str = ""
    name: str = ""
    problem: str = ""


def read_sum(text: str) -> GivenSum:
    """Return what a text says."""
    text = text.strip()
    if _GROUPS.fullmatch(text) and len(joined := re.sub(r"[\s:-]", "", text)) in _BY_LENGTH:
        return GivenSum(_BY_LENGTH[len(joined)], joined.lower())
    for form in (_TAGGED, _BASE64, _NAMED):
        if match := form.fullmatch(text):
            digits = _hex_of_base64(match["sum"]) if form is _BASE64 else match["sum"]
            return _of_kind(match["kind"], digits, match["name"])
    match = _PLAIN.fullmatch(text)
    return _of_length(match["sum"], match["name"] or "") if match else GivenSum()


def _of_kind(said: str, digits: str, name: str | None) -> GivenSum:
    bare = re.sub(r"[\W_]", "", said.lower())
    bare = _OTHER_NAMES.get(bare, bare)
    kind = next((kind for kind in WORDS if kind.replace("_", "") == bare), None)
    if kind is None:
        return GivenSum(problem=f"{said} is not known here")
    if not _HEX.fullmatch(digits) or len(digits) != _DIGITS[kind]:
        return GivenSum(problem=f"This is no whole {WORDS[kind]}: it has {_DIGITS[kind]} digits")
    return GivenSum((kind,), digits.lower(), name or "")


def _of_length(digits: str, name: str) -> GivenSum:
    if not _HEX.fullmatch(digits):
        return GivenSum(problem="This is no checksum")
    kinds = _BY_LENGTH.get(len(digits))
    if kinds is None:
        return GivenSum(problem=f"No checksum that is known has {len(digits)} digits")
    return GivenSum(kinds, digits.lower(), name)


def _hex_of_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).hex()
    except binascii.Error:
        return ""
