"""Files in which the keys of encrypted volumes are: read whole, bounded, into memory and nowhere else."""

from __future__ import annotations

from cutaway.errors import EngineError

#: The longest, as cryptsetup(8) has it.
KEY_FILE_MAX = 8 << 20


def read_key_file(path: str) -> bytes:
    """Return the content of a key file.

    Raises:
        EngineError: it cannot be read, is empty, or is longer than any key.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(KEY_FILE_MAX + 1)
    except OSError as error:
        raise EngineError(f"the key file {path} cannot be read: {error.strerror}") from error
    if not content:
        raise EngineError(f"the key file {path} is empty")
    if len(content) > KEY_FILE_MAX:
        raise EngineError(f"{path} is no key file: it is longer than {KEY_FILE_MAX >> 20} MiB")
    return content
