r"""A path from an image as text that a person edits, and back: what is no readable UTF-8 stands as \xNN. Pure."""

from __future__ import annotations

import re

from cutaway_app.names import display_name

_ESCAPE = re.compile(rb"\\(\\|x[0-9a-fA-F]{2})")


def path_to_text(path: bytes) -> str:
    """Return a path as text; `text_to_path` gives exactly these bytes again."""
    text = path.replace(b"\\", b"\\\\").decode("utf-8", "surrogateescape")
    return "".join(
        character if display_name(_bytes(character)) == character else _escape(character) for character in text
    )


def _bytes(character: str) -> bytes:
    return character.encode("utf-8", "surrogateescape")


def _escape(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in _bytes(character))


def text_to_path(text: str) -> bytes:
    r"""Return the path that a person wrote; a backslash that begins no escape is a backslash."""
    return _ESCAPE.sub(_unescape, text.encode("utf-8", "surrogatepass"))


def _unescape(match: re.Match[bytes]) -> bytes:
    found = match.group(1)
    return b"\\" if found == b"\\" else bytes([int(found[1:], 16)])
