"""Whether bytes are text, and in which encoding. Pure; `decode` may take a while and belongs into a worker thread."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from charset_normalizer import from_bytes

_SAMPLE_BYTES = 4096
_GUESS_BYTES = 64 << 10
_MAX_CONTROL_SHARE = 0.05
_ORDINARY_CONTROLS = frozenset(b"\t\n\r\f\x08\x1b")
#: The longer marks first: UTF-32's little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
#: The same where the mark is not: in later parts of the file.
_UNMARKED = {
    codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be", codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be",
}  # fmt: skip


@dataclass(frozen=True)
class Decoded:
    """Text and the name of the encoding it was in."""

    text: str
    encoding: str


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte-order mark tells; None without one."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def is_wide(head: bytes) -> bool:
    """Whether a file is text whose letters have two or four bytes each, judged by its beginning."""
    return (encoding_of_rest(head) or "utf-8") != "utf-8"


def encoding_of_rest(head: bytes) -> str:
    """Return the encoding of the rest of a file if its beginning tells that; "" if each part has to be looked at."""
    marked = next((name for mark, name in _UNMARKED.items() if head.startswith(mark)), None)
    return marked or _wide_encoding(head[:_SAMPLE_BYTES]) or ""


def wide_text(found: bytes) -> str:
    """Return a piece of a file as text: of UTF-16 if it has zero bytes, though the last may be missing."""
    if b"\0" in found:
        return (found + b"\0" * (len(found) % 2)).decode("utf-16-le", "replace")
    return found.decode("utf-8", "replace")


def looks_binary(head: bytes) -> bool:
    """Whether bytes are no text, judged by their beginning."""
    sample = head[:_SAMPLE_BYTES]
    if not sample or marked_encoding(sample):
        return False
    if b"\0" in sample:
        return _wide_encoding(sample) is None
    odd = sum(1 for byte in sample if byte < 32 and byte not in _ORDINARY_CONTROLS)
    return odd / len(sample) > _MAX_CONTROL_SHARE


def _wide_encoding(sample: bytes) -> str | None:
    """Return UTF-16 of either order if every second byte is zero, as in text of western letters."""
    pairs = len(sample) // 2
    if pairs < 4:
        return None
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if odd > 0.7 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * pairs and odd < 0.1 * pairs else None


def decode(head: bytes, *, is_complete: bool, encoding: str = "") -> Decoded:
    """Return bytes as text: as said, by mark, as UTF-8, or by the best guess; never fails."""
    if encoding:
        return Decoded(_decode_part(head, encoding), encoding)
    marked = marked_encoding(head) or _wide_encoding(head[:_SAMPLE_BYTES])
    if marked:
        return Decoded(_decode_part(head, marked), marked.removesuffix("-sig"))
    try:
        return Decoded(codecs.getincrementaldecoder("utf-8")().decode(head, final=is_complete), "utf-8")
    except UnicodeDecodeError:
        guess = from_bytes(head[:_GUESS_BYTES]).best()
    guessed = guess.encoding if guess is not None else "latin-1"
    return Decoded(_decode_part(head, guessed), guessed.replace("_", "-"))


def _decode_part(head: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(head, final=False)
