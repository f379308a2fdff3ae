"""Errors in a person's words: what happened, why, and what to try. One table, from the most specific class down.

Any thread; pure. Says nothing for `Cancelled`: the person wished so.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from cutaway import errors

from cutaway_app.names import display_line


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What to show: a title, an explanation, what to try ("" if nothing is known), details to copy."""

    title: str
    explanation: str
    remedy: str
    details: str

    @property
    def text(self) -> str:
        """Explanation and remedy as one paragraph."""
        return f"{self.explanation} {self.remedy}".strip()


#: Class → title, what to try where the error itself does not know.
TITLES: list[tuple[type[BaseException], str, str]] = [
    (errors.ImageNotFound, "The image is not there", ""),
    (errors.ImageUnreadable, "The image cannot be read", "Check its permissions and that it is a file."),
    (errors.ImageIncomplete, "The image is incomplete", "Copy it again from its source."),
    (errors.ImageCompressed, "The image is compressed", ""),
    (errors.ImageFormatError, "This is no disk image that can be opened", "Check that the file is complete."),
    (errors.BackingFileError, "A part of this image is missing", "Put the file it builds on into the same folder."),
    (errors.DriveError, "The image cannot be attached", ""),
    (errors.ApplianceMissing, "The appliance is not installed", ""),
    (errors.QemuMissing, "qemu is not installed", ""),
    (errors.VersionMismatch, "Appliance and program do not belong together", ""),
    (errors.LaunchError, "The appliance did not start", ""),
    (errors.CallInterrupted, "The appliance stopped in the middle of it", ""),
    (errors.ProtocolError, "The appliance answered nonsense", "Restart the appliance. The image may be hostile."),
    (errors.DestinationError, "The files cannot be written", "Check free space and permissions of the folder."),
    (errors.NotFound, "It is not there any more", "Reload the folder."),
    (errors.NotAFolder, "This is no folder", ""),
    (errors.IsAFolder, "This is a folder", ""),
    (errors.NotMounted, "Nothing is mounted there", "Choose a file system in the sidebar."),
    (errors.UnknownFileSystem, "No known file system", "It may be damaged, empty or of a type that is not supported."),
    (errors.Encrypted, "This is encrypted", ""),
    (errors.WrongKey, "It stays locked", ""),
    (errors.StateError, "The appliance does not run", "Restart the appliance."),
    (errors.GuestError, "The appliance could not do it", ""),
    (errors.EngineError, "It did not work", ""),
    (OSError, "The system refused", ""),
]

#: Errors whose own sentence says what their title does.
_SAY_ALL = (errors.ImageNotFound, errors.ImageIncomplete, errors.ImageCompressed)


def explain(error: BaseException, *, doing: str = "") -> ErrorText:
    """Return what to tell about an error.

    Args:
        error: What happened.
        doing: What was being done, as a title instead of the table's: "debian.qcow2 cannot be opened".
    """
    title, remedy = _look_up(error)
    # What a call needs of a handle, and what to call, is for programmers; it stays in the details.
    is_state = isinstance(error, errors.StateError)
    said = "nothing can be read from the image now" if is_state else _clean(str(error))
    explanation = _sentence(said or type(error).__name__)
    if doing and not isinstance(error, _SAY_ALL):
        explanation = f"{title}. {explanation}"
    known = "" if is_state else getattr(error, "remedy", "")
    return ErrorText(doing or title, explanation, known or remedy, _details(error))


def _look_up(error: BaseException) -> tuple[str, str]:
    for kind, title, remedy in TITLES:
        if isinstance(error, kind):
            return title, remedy
    return "Something went wrong in Cutaway", "This is a fault of the program; the details help to find it."


def _clean(text: str) -> str:
    """Make untrusted text harmless, keeping its lines."""
    return "\n".join(display_line(line) for line in text.splitlines())


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def _details(error: BaseException) -> str:
    parts = [f"{type(error).__name__}: {_clean(str(error))}"]
    if isinstance(error, errors.LaunchError):
        parts += [f"exit code: {error.exit_code}"] if error.exit_code is not None else []
        parts += [f"command: {' '.join(error.command)}"] if error.command else []
        parts += [_clean(error.console_tail)] if error.console_tail else []
    elif isinstance(error, errors.GuestError):
        parts.append(f"call: {error.procedure}, {error.errno_name or 'no errno'}")
        parts += [f"said by: {error.tool}"] if error.tool else []
    elif not isinstance(error, errors.EngineError):
        parts.append("".join(traceback.format_exception(error)))
    return "\n".join(parts)
