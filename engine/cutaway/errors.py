"""The errors of the engine: one tree, drawn here.

    EngineError
    ├─ StateError(actual, required)      a call in the wrong state of the handle
    ├─ DriveError(path)                  an image cannot be used as a drive
    │  ├─ ImageNotFound                  … it does not exist        (also FileNotFoundError)
    │  ├─ ImageUnreadable                … no permission, a folder, empty, vanished
    │  ├─ ImageFormatError               … damaged, truncated, or of an unknown format
    │  │  ├─ ImageIncomplete(file)       … it ends before its data do; may be allowed
    │  │  └─ ImageCompressed(file)       … it is to be decompressed first
    │  └─ BackingFileError               … its chain is incomplete or leaves the image's folder
    ├─ LaunchError(exit_code, command, console_tail)
    │  ├─ ApplianceMissing               no appliance along the path
    │  ├─ QemuMissing                    no usable qemu
    │  └─ VersionMismatch                appliance and engine do not belong together
    ├─ ProtocolError                     the guest said something it may not say
    ├─ CallInterrupted                   the appliance died; nobody knows whether the call was done
    ├─ Cancelled                         the caller wished so
    ├─ DestinationError(path)            the host side of a transfer failed   (also OSError)
    └─ GuestError(procedure, errno_name, message)
       ├─ NotFound                       (also FileNotFoundError)
       ├─ NotAFolder                     (also NotADirectoryError)
       ├─ IsAFolder                      (also IsADirectoryError)
       ├─ NotMounted                     nothing is mounted where the path points
       ├─ UnknownFileSystem              nothing mountable on the device
       ├─ HostFull                       the host had no room for what the guest wrote
       ├─ Encrypted                      the device is locked
       └─ WrongKey                       no key of the device is this one

Messages are facts about the named thing, without a full stop; what to try stands in `remedy`. Shared with the
guest, so this file imports nothing but the standard library and does no I/O.
"""

from __future__ import annotations


class EngineError(Exception):
    """The base of all errors of the engine.

    Attributes:
        remedy: What a person may try, as a sentence; empty where nothing is known.
    """

    remedy: str = ""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        if remedy:
            self.remedy = remedy

    def __str__(self) -> str:
        return self.message


class StateError(EngineError):
    """A call was made in a state of the handle that does not allow it."""

    def __init__(self, what: str, *, actual: str, required: str) -> None:
        super().__init__(f"{what} needs the state {required}, but the handle is in {actual}")
        self.actual = actual
        self.required = required
        self.remedy = "Call launch() first." if required == "READY" else ""


class DriveError(EngineError):
    """An image cannot be used as a drive; `path` is the image."""

    def __init__(self, message: str, *, path: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.path = path


class ImageNotFound(DriveError, FileNotFoundError):
    """There is no file at the path of an image."""

    remedy = "Check the path, and that the disk or share that holds the image is connected."


class ImageUnreadable(DriveError):
    """The image exists but cannot be read: permissions, a folder, an empty file."""


class ImageFormatError(DriveError):
    """The image is damaged, truncated or of a format that qemu does not know."""


class ImageIncomplete(ImageFormatError):
    """A file of the image ends before its own tables say; `file` is that file.

    It can be allowed all the same: what is missing reads as zeros, or as errors.
    """

    def __init__(self, message: str, *, path: str = "", file: str = "", remedy: str = "") -> None:
        super().__init__(message, path=path, remedy=remedy)
        self.file = file


class ImageCompressed(ImageFormatError):
    """The image, or a file below it, is compressed; `file` is that file, `program` what decompresses it.

    `cutaway.decompression` makes an image of it, unless `program` is one for archives of several files.
    """

    def __init__(self, message: str, *, path: str = "", file: str = "", program: str = "", remedy: str = "") -> None:
        super().__init__(message, path=path, remedy=remedy)
        self.file = file
        self.program = program


class BackingFileError(DriveError):
    """A file of the image's backing chain is missing, or lies outside the image's folder."""

    def __init__(self, message: str, *, path: str = "", backing: str = "", remedy: str = "") -> None:
        super().__init__(message, path=path, remedy=remedy)
        self.backing = backing


class LaunchError(EngineError):
    """The appliance did not start. The handle is back in CONFIG and qemu is dead."""

    def __init__(
        self,
        message: str,
        *,
        exit_code: int | None = None,
        command: tuple[str, ...] = (),
        console_tail: str = "",
        remedy: str = "Run 'cutaway doctor' to see what is wrong.",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.exit_code = exit_code
        self.command = command
        self.console_tail = console_tail


class ApplianceMissing(LaunchError):
    """No appliance was found along the path."""


class QemuMissing(LaunchError):
    """No usable qemu was found."""


class VersionMismatch(LaunchError):
    """The appliance's daemon is not the one that this engine belongs to."""


class ProtocolError(EngineError):
    """The guest sent what the protocol does not allow; the appliance is not trusted any further."""


class CallInterrupted(EngineError):
    """The appliance ended while the call was running: its outcome is unknown."""

    remedy = "Restart the appliance and try again."


class Cancelled(EngineError):
    """The call was cancelled by its caller. Nothing partial is left."""


class DestinationError(EngineError, OSError):
    """The host side of a transfer failed: full, read-only or vanished. Nothing partial is left."""

    def __init__(self, message: str, *, path: str, errno_name: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.path = path
        self.errno_name = errno_name


class GuestError(EngineError):
    """The daemon answered a call with an error.

    Attributes:
        procedure: Name of the call.
        errno_name: Symbolic errno, such as "ENOENT" (errno(3)); empty if none applies.
        tool: The program in the appliance that said it; empty if the daemon itself did.
    """

    def __init__(self, message: str, *, procedure: str = "", errno_name: str = "", tool: str = "") -> None:
        super().__init__(message)
        self.procedure = procedure
        self.errno_name = errno_name
        self.tool = tool


class NotFound(GuestError, FileNotFoundError):
    """The path does not exist in the image."""


class NotAFolder(GuestError, NotADirectoryError):
    """A component of the path is not a directory."""


class IsAFolder(GuestError, IsADirectoryError):
    """A file was expected, the path names a directory."""


class NotMounted(GuestError):
    """No file system is mounted where the path points."""

    remedy = "Mount a file system first: see list_filesystems and mount_ro."


class UnknownFileSystem(GuestError):
    """The device holds nothing that can be mounted."""


class HostFull(GuestError):
    """The host had no room for what the guest wrote to a drive: to its overlay, or to the image itself."""

    remedy = "Free some space there. Overlays are kept in TMPDIR: it may be set to a folder on a larger disk."


class Encrypted(GuestError):
    """The device is encrypted and has not been unlocked."""

    remedy = "Unlock it first, with its passphrase or key file."


class WrongKey(GuestError):
    """The device could not be unlocked with this passphrase or key."""

    remedy = (
        "Check the keyboard layout and caps lock. A key file must be the very file that the volume was set up with."
    )


#: errno names with a class of their own; names in capitals that no errno has are Cutaway's.
GUEST_ERRORS: dict[str, type[GuestError]] = {
    "ENOENT": NotFound,
    "ENOTDIR": NotAFolder,
    "EISDIR": IsAFolder,
    "NOTMOUNTED": NotMounted,
    "NOFILESYSTEM": UnknownFileSystem,
    "ENCRYPTED": Encrypted,
    "WRONGKEY": WrongKey,
}


def guest_error(procedure: str, errno_name: str, message: str, tool: str = "") -> EngineError:
    """Return the error for what the daemon answered, of the most specific class.

    Args:
        procedure: Name of the call that failed.
        errno_name: Symbolic errno, "NOTMOUNTED", "NOFILESYSTEM", "ENCRYPTED", "WRONGKEY", or "CANCELLED".
        message: What the daemon said; untrusted text.
        tool: The program in the appliance that said it.
    """
    if errno_name == "CANCELLED":
        return Cancelled(f"{procedure} was cancelled")
    error_class = GUEST_ERRORS.get(errno_name, GuestError)
    return error_class(message, procedure=procedure, errno_name=errno_name, tool=tool)
